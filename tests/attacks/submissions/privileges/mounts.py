"""Mounts and unmounts, by the old calls and by the new ones.

Says: EPERM EPERM EPERM EPERM EPERM EPERM EPERM
"""

print(
    tried(libc.mount, b"none", b"/scratch", b"tmpfs", 0, None),
    tried(libc.umount2, b"/tmp", 2),
    tried(libc.syscall, 155, b"/scratch", b"/scratch"),  # pivot_root
    tried(libc.chroot, b"/scratch"),
    tried(libc.syscall, 430, b"tmpfs", 0),  # fsopen
    tried(libc.syscall, 428, -100, b"/", 0),  # open_tree
    tried(libc.syscall, 442, -100, b"/", 0, None, 0),  # mount_setattr
)
