"""Leaves start-up files of all kinds in its own folders, for whoever comes next.

Says: left
"""

import os

home = "/scratch"
for path in ("sitecustomize.py", ".ipython/profile_default/startup/00.py", ".ipython/profile_default/ipython_config.py",
             ".bashrc", ".local/lib/python3.11/site-packages/usercustomize.py", ".pythonrc"):
    os.makedirs(os.path.dirname(f"{home}/{path}"), exist_ok=True)
    with open(f"{home}/{path}", "w") as file:
        file.write("import os; os.environ['POISONED'] = '1'\n")
for path in ("/dev/shm/left", "/tmp/left"):
    if os.access(os.path.dirname(path), os.W_OK):
        open(path, "w").close()
os.environ["PYTHONSTARTUP"] = f"{home}/.pythonrc"
print("left")
