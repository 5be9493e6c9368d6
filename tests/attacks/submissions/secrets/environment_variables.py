"""Looks for secrets in its environment and in those of all processes that it sees.

Says: EACCES False
"""

import os

everything = str(dict(os.environ)) + open("/proc/self/environ").read()
print(tried(open, "/proc/1/environ"), TARGETS["variable"] in everything)
