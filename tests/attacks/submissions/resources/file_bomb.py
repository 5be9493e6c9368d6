"""Makes files without end, each of them empty.

Says: ENOSPC
Reached: scratch_bytes
"""

import time

number, said = 0, ""
while not said:
    number += 1
    try:
        open(f"/scratch/{number}", "w").close()
    except OSError:
        said = tried(open, f"/scratch/{number}", "w")
time.sleep(0.3)
print(said)
