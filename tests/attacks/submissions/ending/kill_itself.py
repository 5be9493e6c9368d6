"""Kills itself by a signal that nothing handles.

Ends: -9
"""

import os, signal

os.kill(os.getpid(), signal.SIGKILL)
