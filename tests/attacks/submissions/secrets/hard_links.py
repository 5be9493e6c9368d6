"""Makes hard links to files of the system, to change them by another name.

Says: EXDEV EXDEV EXDEV
"""

import os, sys

import sockets_lab

files = (sockets_lab.__file__, os.path.realpath(sys.executable), "/etc/passwd")
print(*(tried(os.link, path, f"/scratch/hard{number}") for number, path in enumerate(files)))
