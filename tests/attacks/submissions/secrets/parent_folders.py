"""Leaves its folder by '..', and by a folder that it had open when that moved.

Says: EXDEV []
"""

import os

os.mkdir("/scratch/a")
folder = os.open("/scratch/a", os.O_RDONLY)
moved = tried(os.rename, "/scratch/a", "/usr/a") if not os.access("/usr", os.W_OK) else "writable"
os.fchdir(folder)
for _ in range(40):
    os.chdir("..")
shown = {"bin", "sbin", "lib", "lib32", "lib64", "libx32", "usr", "etc", "proc", "dev", "tmp", "run", "scratch"}
top = [name for name in os.listdir(".") if name not in shown]
print(moved, [name for name in top if not any(path.startswith(f"/{name}") for path in TARGETS["shown"])])
