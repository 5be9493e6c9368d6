"""What a lesson shows besides text: questions to predict, the ladder, the states of sockets, buttons and sliders."""
