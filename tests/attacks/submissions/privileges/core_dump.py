"""Has the system write its memory down by dying, through whatever handles core dumps on this machine.

Says: (1, 1) refused refused
"""

import resource

kept = resource.getrlimit(resource.RLIMIT_CORE)


def refused(action, *arguments):
    try:
        action(*arguments)
    except (ValueError, OSError):
        return "refused"
    return "done"


print(kept, refused(resource.setrlimit, resource.RLIMIT_CORE, (0, 0)), refused(resource.prlimit, 0, resource.RLIMIT_CORE, (0, 1)))
