"""Overflows the stack below Python, where no exception helps.

Ends: -11
"""

import ctypes, faulthandler

faulthandler.disable()
faulthandler._stack_overflow()
