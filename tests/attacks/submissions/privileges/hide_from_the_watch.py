"""Makes itself unreadable, so that nobody can count what it uses.

Says: EPERM
"""

print(tried(libc.prctl, 4, 0, 0, 0, 0))
