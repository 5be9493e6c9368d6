"""Makes device files, which would be the disks themselves.

Says: EPERM EPERM
"""

import os, stat

print(*(tried(os.mknod, f"/scratch/{name}", kind | 0o600, os.makedev(8, 0)) for name, kind in (("b", stat.S_IFBLK), ("c", stat.S_IFCHR))))
