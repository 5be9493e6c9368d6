"""Reads and writes the instructor's home folder.

Says: ENOENT ENOENT []
"""

import os

home = TARGETS["home"]
found = [name for name in ("/home", "/root", home) if os.path.isdir(name) and os.listdir(name)]
on_the_way = [name for name in found if any(path.startswith(name) for path in TARGETS["shown"])]
print(tried(open, f"{home}/.netrc"), tried(open, f"{home}/written", "w"), [one for one in found if one not in on_the_way])
