# misconception: ignores_family
# draws: the family that was asked for must go into the call; without it you always get IPv4
import socket


def make_stream(family):
    if family not in (socket.AF_INET, socket.AF_INET6):
        raise ValueError("unknown family")
    sock = socket.socket()
    return sock
