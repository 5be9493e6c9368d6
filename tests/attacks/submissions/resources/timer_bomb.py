"""Makes timers without end, each of which is memory of the system's.

Says: EAGAIN within 2000
"""

import ctypes

number, said = 0, ""
while number < 2000 and not said.startswith("E"):
    number += 1
    said = tried(libc.timer_create, 1, None, ctypes.byref(ctypes.c_void_p()))
print(said, "within 2000" if number < 2000 else number)
