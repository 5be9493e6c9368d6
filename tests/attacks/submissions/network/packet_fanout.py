"""Joins packet sockets into groups, which has given whole systems away before.

Says: EPERM
"""

import socket

with socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(3)) as one:
    print(tried(one.setsockopt, 263, 18, 1))
