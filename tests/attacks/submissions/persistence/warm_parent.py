"""Looks for the process that the next submission is forked from: its folder, its socket, its memory.

Says: 0 refused
"""

import os, socket

place = open("/proc/1/cmdline").read().rstrip("\0").split("\0")[-1]
names = []
for folder in (place, os.path.dirname(place), TARGETS["kernel_folder"]):
    try:
        names += os.listdir(folder)
    except OSError:
        pass
one = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
answer = tried(one.connect, f"{place}/warm") if place.startswith("/") else "ENOENT"
print(len(names), "refused" if answer in ("ENOENT", "EACCES", "ENOTDIR") else answer)
