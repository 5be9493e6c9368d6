"""Replaces the cached bytecode of modules that the next submission imports.

Says: refused
"""

import glob, os

import sockets_lab

package = os.path.dirname(sockets_lab.__file__)
caches = [package + "/__pycache__/poison.pyc", os.path.dirname(os.__file__) + "/__pycache__/os.cpython-311.pyc"]
caches += glob.glob(package + "/**/__pycache__/*.pyc", recursive=True)[:5]
found = {tried(open, path, "ab") for path in caches}
print("refused" if found <= {"EROFS", "EACCES", "ENOENT"} else found)
