"""Writes the system's settings: who handles core dumps, who is killed first, which users are whom.

Says: refused refused refused refused refused refused
"""

import os


def refused(path):
    try:
        with open(path, "w") as file:
            file.write("|/scratch/program" if "core" in path else "-1000")
    except OSError:
        return "refused"
    return "done"


settings = ("kernel/core_pattern", "kernel/hostname", "net/ipv4/ip_forward", "vm/overcommit_memory")
print(*(refused(f"/proc/sys/{name}") for name in settings), refused("/proc/sysrq-trigger"), refused("/proc/self/oom_score_adj"))
