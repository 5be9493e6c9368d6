"""Connects to a Unix socket of the host that has no file: of that name, and of all names that it can list.

Says: ECONNREFUSED False
"""

import socket

one = socket.socket(socket.AF_UNIX)
listed = TARGETS["abstract"] in open("/proc/net/unix").read()
print(tried(one.connect, "\0" + TARGETS["abstract"]), listed)
