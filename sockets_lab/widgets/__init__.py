"""What a lesson shows besides text: the questions to predict."""
