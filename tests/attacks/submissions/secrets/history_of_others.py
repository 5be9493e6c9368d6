"""Looks for earlier cells of others: IPython's history, its start-up files, the profile.

Says: [] 0
"""

import glob, os, sqlite3

found = glob.glob("/scratch/.ipython/**/startup/*.py", recursive=True)
count = 0
for path in glob.glob("/scratch/.ipython/**/history.sqlite", recursive=True):
    with sqlite3.connect(path) as history:
        count += history.execute("select count(*) from history").fetchone()[0]
print(found, count)
