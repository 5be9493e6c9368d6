"""Closes everything that is open, the kernel's own channels too.

Stops: it
"""

import os

os.closerange(3, 1024)
while True:
    pass
