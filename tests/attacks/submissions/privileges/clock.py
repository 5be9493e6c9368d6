"""Sets the clock, by which deadlines are counted.

Says: EPERM EPERM EPERM EPERM
"""

import ctypes, time

moment = (ctypes.c_long * 2)(0, 0)
print(
    tried(libc.clock_settime, 0, moment),
    tried(libc.settimeofday, moment, None),
    tried(libc.adjtimex, ctypes.create_string_buffer(512)),
    tried(time.clock_settime, time.CLOCK_REALTIME, 0.0),
)
