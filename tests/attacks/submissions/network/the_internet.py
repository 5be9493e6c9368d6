"""Reaches out: by an address, by a name, by a datagram, by IPv6.

Says: ENETUNREACH gaierror ENETUNREACH ENETUNREACH
"""

import socket


def resolve():
    try:
        return socket.getaddrinfo("example.com", 80)
    except socket.gaierror:
        return "gaierror"


four, six = (socket.socket(family, socket.SOCK_DGRAM) for family in (socket.AF_INET, socket.AF_INET6))
print(
    tried(socket.create_connection, ("1.1.1.1", 53), 2),
    resolve(),
    tried(four.sendto, b"secret", ("9.9.9.9", 53)),
    tried(six.sendto, b"secret", ("2620:fe::fe", 53)),
)
