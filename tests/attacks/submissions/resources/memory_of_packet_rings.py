"""Takes memory that no process is charged for: rings for packets, as large as it asks for.

Ends: memory_bytes
"""

import signal, socket, struct

kept = []
for _ in range(10):
    one = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, 0)
    one.setsockopt(263, 5, struct.pack("IIII", 1 << 20, 200, 2048, 512 * 200))
    kept.append(one)
signal.pause()
