"""Opens what another student has handed in.

Says: ENOENT
"""

print(tried(open, TARGETS["other_submission"]))
