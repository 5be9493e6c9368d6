"""Writes code into the environment that would run in the next submission, or in the grader.

Says: refused refused refused refused
"""

import os, site, sys

import sockets_lab

packages = site.getsitepackages()[0]
package = os.path.dirname(sockets_lab.__file__)
paths = (f"{packages}/sitecustomize.py", f"{packages}/poison.pth", f"{package}/poison.py", f"{sys.prefix}/pyvenv.cfg")
print(*("refused" if tried(open, path, "a") in ("EROFS", "EACCES") else "done" for path in paths))
