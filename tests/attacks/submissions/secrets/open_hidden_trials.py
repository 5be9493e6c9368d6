"""Opens the file with the hidden trials, and the key beside it.

Says: ENOENT ENOENT
"""

print(tried(open, TARGETS["hidden_trials"]), tried(open, TARGETS["answers"]))
