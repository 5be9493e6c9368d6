# misconception: refuses_all
# draws: "differs from this or differs from that" is true of every family
import socket


def make_stream(family):
    if family != socket.AF_INET or family != socket.AF_INET6:
        raise ValueError("family")
    return socket.socket(family, socket.SOCK_STREAM)
