"""Becomes root by setuid, by capset, by programs that belong to root.

Says: refused refused EPERM refused refused
"""

import ctypes, os, shutil, subprocess


def refused(action, *arguments):
    return "refused" if tried(action, *arguments) in ("EPERM", "EINVAL") else "done"


def runs_as_root(*command):
    if shutil.which(command[0]) is None:
        return "refused"
    ran = subprocess.run(command, input=b"", capture_output=True, timeout=10)
    return "done" if ran.returncode == 0 and b"0" in ran.stdout else "refused"


header, data = (ctypes.c_uint32 * 2)(0x20080522, 0), (ctypes.c_uint32 * 6)(*[0xFFFFFFFF] * 6)
print(
    refused(os.setresuid, 0, 0, 0),
    refused(os.setgroups, [0]),
    tried(libc.capset, header, data),
    runs_as_root("su", "-c", "id -u"),
    runs_as_root("sudo", "-n", "id", "-u"),
)
