"""System calls that only attackers need, refused by seccomp(2).

A list of what is refused, not of what is allowed: submissions may do everything that a lesson on sockets may ask
for, and what reaches outside is cut off by namespaces, not by this. This narrows the way to the system's own faults.
"""

from __future__ import annotations

import errno
import tempfile
from typing import Any

from sockets_lab.kernel import syscalls

# Other namespaces, mounts, other processes, keys, modules, clocks, and what has a history of faults.
_REFUSED = """
    mount umount umount2 pivot_root chroot move_mount open_tree open_tree_attr fsopen fsconfig fsmount fspick
    mount_setattr statmount listmount unshare setns
    ptrace process_vm_readv process_vm_writev process_madvise process_mrelease kcmp pidfd_getfd
    keyctl add_key request_key
    io_uring_setup io_uring_enter io_uring_register
    bpf perf_event_open userfaultfd fanotify_init lookup_dcookie name_to_handle_at open_by_handle_at
    kexec_load kexec_file_load init_module finit_module delete_module create_module query_module
    settimeofday clock_settime clock_settime64 clock_adjtime clock_adjtime64 adjtimex stime
    acct swapon swapoff reboot quotactl quotactl_fd personality syslog vhangup nfsservctl uselib ustat sysfs _sysctl
    iopl ioperm modify_ldt sethostname setdomainname
    mbind set_mempolicy set_mempolicy_home_node migrate_pages move_pages remap_file_pages vmsplice
    memfd_create memfd_secret shmget semget msgget mq_open io_setup landlock_create_ruleset
"""
# Newer than some versions of libseccomp; these numbers are the same on every architecture.
_NEW = {
    "open_tree": 428, "move_mount": 429, "fsopen": 430, "fsconfig": 431, "fsmount": 432, "fspick": 433,
    "pidfd_getfd": 438, "process_madvise": 440, "mount_setattr": 442, "quotactl_fd": 443,
    "landlock_create_ruleset": 444, "memfd_secret": 447, "process_mrelease": 448, "set_mempolicy_home_node": 450,
    "statmount": 457, "listmount": 458, "open_tree_attr": 467,
}  # fmt: skip
_NAMESPACES = (
    *(syscalls.NEW_MOUNTS, syscalls.NEW_HOST_NAME, syscalls.NEW_IPC, syscalls.NEW_USER),
    *(syscalls.NEW_PROCESSES, syscalls.NEW_NETWORK, 0x02000000, 0x00000080),  # cgroup, time
)
# UNIX, INET, INET6, NETLINK, PACKET. Some others, such as VSOCK, are no part of a network namespace.
_FAMILIES = frozenset({1, 2, 10, 16, 17})
_NETLINK, _ROUTE, _SOCK_DIAG = 16, 0, 4  # other protocols reach firewalls, IPsec, audit
_SOL_PACKET, _PACKET_FANOUT = 263, 18
_RLIMIT_CORE = 4
_TERMINAL_INPUT = (0x5412, 0x541C)  # TIOCSTI, TIOCLINUX
_LOW = 0xFFFFFFFF


def compile_filter() -> bytes:
    """The filter as a program for seccomp(2).

    Raises:
        ImportError, RuntimeError, OSError: libseccomp is not installed.
    """
    import pyseccomp as seccomp

    refuse = seccomp.ERRNO(errno.EPERM)
    rules = seccomp.SyscallFilter(seccomp.ALLOW)
    # By default one thread would end, and the others go on.
    rules.set_attr(seccomp.Attr.ACT_BADARCH, seccomp.KILL_PROCESS)

    def is_int(number: int, value: int) -> Any:
        """That an argument of type int has a value, whatever is in the upper half of its register."""
        return seccomp.Arg(number, seccomp.MASKED_EQ, _LOW, value)

    def add(action: int, name: str, *arguments: Any) -> None:
        try:
            rules.add_rule(action, name, *arguments)
        except (OSError, ValueError, RuntimeError):
            if name in _NEW:
                rules.add_rule(action, _NEW[name], *arguments)

    for name in _REFUSED.split():
        add(refuse, name)
    # Its flags are in memory that a filter cannot see; C libraries then use clone.
    add(seccomp.ERRNO(errno.ENOSYS), "clone3")
    for flag in _NAMESPACES:
        add(refuse, "clone", seccomp.Arg(0, seccomp.MASKED_EQ, flag, flag))
    unknown = seccomp.ERRNO(errno.EAFNOSUPPORT)
    for family in set(range(max(_FAMILIES))) - _FAMILIES:
        add(unknown, "socket", is_int(0, family))
    add(unknown, "socket", seccomp.Arg(0, seccomp.GT, max(_FAMILIES)))
    unknown = seccomp.ERRNO(errno.EPROTONOSUPPORT)
    for protocol in range(_ROUTE + 1, _SOCK_DIAG):
        add(unknown, "socket", is_int(0, _NETLINK), is_int(2, protocol))
    add(unknown, "socket", is_int(0, _NETLINK), seccomp.Arg(2, seccomp.GT, _SOCK_DIAG))
    add(refuse, "setsockopt", is_int(1, _SOL_PACKET), is_int(2, _PACKET_FANOUT))
    for request in _TERMINAL_INPUT:
        add(refuse, "ioctl", is_int(1, request))
    # Its own limits alone, and not the one that keeps its memory out of the hands of a handler of core dumps.
    add(refuse, "prlimit64", seccomp.Arg(0, seccomp.NE, 0))
    add(refuse, "prlimit64", is_int(1, _RLIMIT_CORE), seccomp.Arg(2, seccomp.NE, 0))
    add(refuse, "prctl", is_int(0, syscalls.SET_DUMPABLE))  # or process 1 could not see what it uses
    add(refuse, "setrlimit", is_int(0, _RLIMIT_CORE))
    with tempfile.TemporaryFile() as file:
        rules.export_bpf(file)
        file.seek(0)
        return file.read()
