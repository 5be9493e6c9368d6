"""Writes a gigabyte past Python, by the descriptor of its output.

Ends: output_bytes
"""

import os, subprocess

subprocess.run(["sh", "-c", "yes | head -c 1000000000"])
for _ in range(1000):
    os.write(1, b"x" * 1_000_000)
