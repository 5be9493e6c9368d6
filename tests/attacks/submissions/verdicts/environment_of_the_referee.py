"""Asks the referee's sockets who is at their other end, and follows them to the process.

Earns: 0
"""

import os, socket, struct

from sockets_lab.referee.asking import REFEREE

one = socket.socket(fileno=os.dup(int(os.environ[REFEREE])))
pid, user, group = struct.unpack("3i", one.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, 12))
print("the referee is process", pid)
for path in (f"/proc/{pid}/environ", f"/proc/{pid}/mem", f"/proc/{pid}/fd"):
    print(tried(open, path))
print(tried(os.kill, pid, 9) if pid > 2 else "nobody to kill")
print(tried(one.getsockopt, socket.SOL_SOCKET, 77, 4))  # SO_PEERPIDFD
