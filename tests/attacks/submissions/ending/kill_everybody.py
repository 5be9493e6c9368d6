"""Kills every process that it may signal.

Says: still here
"""

import os, signal

tried(os.kill, -1, signal.SIGKILL)
print("still here")
