"""Opens kinds of sockets that reach beyond a network namespace: virtual machines, cryptography, buses, express paths.

Says: EAFNOSUPPORT EAFNOSUPPORT EAFNOSUPPORT EAFNOSUPPORT EAFNOSUPPORT EAFNOSUPPORT EAFNOSUPPORT EAFNOSUPPORT
"""

import socket

families = (40, 38, 44, 29, 31, 30, 21, 41)  # VSOCK, ALG, XDP, CAN, BLUETOOTH, TIPC, RDS, KCM
print(*(tried(socket.socket, family, socket.SOCK_DGRAM) for family in families))
