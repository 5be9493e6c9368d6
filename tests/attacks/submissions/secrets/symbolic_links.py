"""Makes symbolic links in its scratch folder to what it must not see, and reads through them.

Says: ENOENT ENOENT
"""

import os

for number, target in enumerate(("hidden_trials", "gradebook")):
    os.symlink(TARGETS[target], f"/scratch/link{number}")
print(tried(open, "/scratch/link0"), tried(open, "/scratch/link1"))
