"""Shows all that the referee says while it judges, and asks it for hidden trials by name.

Earns: 0
"""

import sockets_lab
from sockets_lab.peers.channel import Channel

receive = Channel.receive


def receive_and_show(self, **options):
    message, fds = receive(self, **options)
    print(message, fds)
    return message, fds


Channel.receive = receive_and_show
from sockets_lab.referee.asking import referee_outside

for wish in ("hidden_of_the_test", "hidden", "*"):
    with referee_outside().begin("recv_frame", 1, wish) as channel:
        print(channel.receive(timeout_s=5))
