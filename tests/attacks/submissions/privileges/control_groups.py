"""Looks for the machine's devices and control groups, to lift its limits there.

Says: ENOENT ENOENT ENOENT
"""

import os

print(tried(os.listdir, "/sys"), tried(os.listdir, "/sys/fs/cgroup"), tried(os.listdir, "/var/run"))
