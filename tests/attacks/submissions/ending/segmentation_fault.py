"""Crashes the kernel by reading where nothing is.

Ends: -11
"""

import ctypes

ctypes.string_at(0)
