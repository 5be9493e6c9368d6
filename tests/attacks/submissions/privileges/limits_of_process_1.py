"""Takes descriptors and processor time away from the process that holds the sandbox.

Says: EPERM EPERM
"""

import resource

print(*(tried(resource.prlimit, 1, kind, (1, 1)) for kind in (resource.RLIMIT_NOFILE, resource.RLIMIT_CPU)))
