"""Opens files without end.

Says: EMFILE
Reached: open_files
"""

import errno, time

kept = []
try:
    while True:
        kept.append(open("/dev/null"))
except OSError as error:
    time.sleep(0.3)
    kept.clear()
    print(errno.errorcode[error.errno])
