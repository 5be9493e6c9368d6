"""Leaves memory behind that outlives processes: System V segments, semaphores, queues.

Says: EPERM EPERM EPERM EPERM
"""

print(
    tried(libc.shmget, 0x5353, 4096, 0o1666),
    tried(libc.semget, 0x5353, 100, 0o1666),
    tried(libc.msgget, 0x5353, 0o1666),
    tried(libc.syscall, 240, b"queue", 0o102, 0o600, None),  # mq_open
)
