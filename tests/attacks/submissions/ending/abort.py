"""Aborts.

Ends: -6
"""

import os

os.abort()
