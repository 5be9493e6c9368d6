"""Enters the network and the other namespaces of processes that it does not own.

Says: EACCES EPERM EPERM
"""

import os

own = os.open("/proc/self/ns/net", os.O_RDONLY)
pidfd = os.pidfd_open(1)
print(tried(os.open, "/proc/1/ns/net", os.O_RDONLY), tried(libc.setns, own, 0), tried(libc.setns, pidfd, 0x40000000))
