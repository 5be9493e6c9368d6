"""Reads the memory, files and folders of the process that holds the sandbox, by /proc.

Says: EACCES EACCES EACCES EACCES EACCES EACCES
"""

import os

reads = [lambda name=name: open(f"/proc/1/{name}", "rb") for name in ("mem", "maps", "environ")]
links = [lambda name=name: os.listdir(f"/proc/1/{name}") for name in ("root", "cwd", "fd")]
print(*(tried(one) for one in reads + links))
