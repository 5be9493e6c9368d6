"""Has the process that holds the sandbox wait for its own.

Says: EPERM EPERM EPERM
"""

import os

print(
    tried(os.setpriority, os.PRIO_PROCESS, 1, 19),
    tried(os.sched_setscheduler, 1, os.SCHED_IDLE, os.sched_param(0)),
    tried(os.sched_setaffinity, 1, {0}),
)
