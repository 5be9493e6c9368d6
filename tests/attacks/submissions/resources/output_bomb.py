"""Prints a gigabyte.

Ends: output_bytes
"""

for _ in range(10_000):
    print("x" * 100_000, flush=True)
