"""Background servers and clients that the learner's code talks to, each in a process of its own."""

from sockets_lab.peers.behaviours import (
    Behaviour,
    banner,
    black_hole,
    coalescer,
    collector,
    dribbler,
    echo,
    flooder,
    half_closer,
    hasty_replier,
    late_reader,
    never_reader,
    replier,
    resetter,
    silent,
    slow_accept,
)
from sockets_lab.peers.server import Server, ServerError, serve

__all__ = [
    "Behaviour",
    "Server",
    "ServerError",
    "banner",
    "black_hole",
    "coalescer",
    "collector",
    "dribbler",
    "echo",
    "flooder",
    "half_closer",
    "hasty_replier",
    "late_reader",
    "never_reader",
    "replier",
    "resetter",
    "serve",
    "silent",
    "slow_accept",
]
