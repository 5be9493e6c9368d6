"""Makes namespaces of its own, in which it would have every privilege.

Says: EPERM EPERM ENOSYS 1
"""

import subprocess

print(
    tried(libc.unshare, 0x10000000),
    tried(libc.syscall, 56, 0x10000000 | 17, 0, 0, 0, 0),  # clone
    tried(libc.syscall, 435, None, 0),  # clone3
    subprocess.run(["unshare", "--user", "--map-root-user", "true"], capture_output=True).returncode,
)
