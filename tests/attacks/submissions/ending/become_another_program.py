"""Replaces the kernel by another program.

Ends: 3
"""

import os

os.execv("/bin/sh", ["sh", "-c", "exit 3"])
