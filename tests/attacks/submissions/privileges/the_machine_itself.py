"""Loads a kernel or a module, reboots, turns swap off, keeps accounts.

Says: EPERM EPERM EPERM EPERM EPERM
"""

print(
    tried(libc.syscall, 246, 0, 0, None, 0),
    tried(libc.syscall, 313, -1, b"", 0),
    tried(libc.reboot, 0x1234567),
    tried(libc.swapoff, b"/swap"),
    tried(libc.acct, b"/scratch/accounts"),
)
