"""Sends Ethernet frames by every interface that there is, and makes itself another.

Says: ['lo'] EPERM
"""

import os, socket, struct

up = []
for _, name in socket.if_nameindex():
    with socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(3)) as one:
        try:
            one.bind((name, 0))
            one.send(bytes(60))
            up.append(name)
        except OSError:
            pass
with socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 0) as netlink:
    kind = struct.pack("HH", 8 + 4, 18) + struct.pack("HH", 4 + 6, 1) + b"dummy\0\0\0"
    message = struct.pack("BBHiII", 0, 0, 0, 0, 0, 0) + struct.pack("HH", len(kind) - 8 + 8, 18) + kind[4:]
    netlink.send(struct.pack("IHHII", 16 + len(message), 16, 0x605, 1, 0) + message)
    answer = netlink.recv(4096)
import errno

print(up, errno.errorcode.get(-struct.unpack_from("i", answer, 16)[0], "made"))
