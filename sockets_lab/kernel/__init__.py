"""The lab kernel: a notebook's kernel in a network of its own, without root, forked in milliseconds.

    owner (Jupyter, nbclient, a grader)        warm parent            a kernel's own namespaces
    provisioner, owner  -- "fork one" ------>  warm  --- fork --->    init, process 1
    process             <-- pids, pidfd -----                           kernel_app: ipykernel itself
        |     the lifeline: signals one way, how it ended the other       ^
        +------- ZeroMQ, over sockets that the owner made (place) --------+

One warm parent serves all processes of a user; it ends when the last of them has gone. A kernel does not depend on
it, but on its own owner: process 1 ends everything in its namespaces when the lifeline or the owner's pidfd says that
the owner has ended, whatever ended it.

Two profiles:

- ``lab``, on a learner's machine: own user, network, PID, IPC and mount namespaces, loopback up, the privileges in them
  for raw sockets and for networks of hosts (lab.KEPT) and nothing else, all files that the user has. Jupyter starts it
  by the kernelspec ``sockets-lab``; with ``JUPYTER_DEFAULT_PROVISIONER_NAME=sockets-lab`` in its environment it starts
  ``python3`` so too. Where the system gives no namespaces a plain kernel starts, and one sentence on stderr says why
  and what to do (reasons).
- ``grading``, for submissions: besides those an own UTS namespace, a file system in which bubblewrap shows the system,
  this Python and this package read-only (view), one scratch folder in memory, limits (limits, watch, relay), no new
  privileges, and no system call that only attackers need (deny). There is no less isolated kernel of this profile:
  where a part is missing it raises CannotStart.

For a grader:

- ``GradingKernel(limits, descriptors=..., environment=..., hidden=...)`` starts one. ``descriptors`` are open in it,
  under numbers that it finds in the variables of their names: the control channel to a referee outside.
- ``kernel.client()`` speaks to it, ``kernel.connection`` is for other clients; ``GradingManager`` is for nbclient.
- ``kernel.user_namespace`` and ``kernel.network_namespace`` are descriptors; a process with one thread that calls
  ``enter(user, network)`` makes its sockets in the submission's network and stays invisible to it.
- ``kernel.wait()``, ``kernel.kill()``; then ``kernel.ended`` says the exit status, the limit for which it was ended if
  any, limits that were reached without that, and what was used; ``ended.sentence()`` says it in words.
- ``probe()`` says which parts this machine gives, and of each missing one why and how to get it.
"""

from sockets_lab.kernel.grading import GradingKernel, enter
from sockets_lab.kernel.grading_manager import GradingManager
from sockets_lab.kernel.limits import Ended, Limits, Usage
from sockets_lab.kernel.owner import CannotStart, release
from sockets_lab.kernel.probe import Part, can_grade, probe

__all__ = [
    "CannotStart",
    "Ended",
    "GradingKernel",
    "GradingManager",
    "Limits",
    "Part",
    "Usage",
    "can_grade",
    "enter",
    "probe",
    "release",
]
