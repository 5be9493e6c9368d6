"""Ends the kernel at once.

Ends: 7
"""

import os

os._exit(7)
