"""What a lab kernel with a network leaves behind when it is killed: nothing."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

from jupyter_core.utils import ensure_event_loop

from sockets_lab.kernel.owner import release
from sockets_lab.network.namespaces import in_thread, new_namespace
from tests.kernel.kernels import LabKernel

OWN_NETWORK = True
Wait = Callable[[Callable[[], object], str], None]
NETWORKS = 4  # the kernel's own, one for each host, one for the wires
CELL = "from sockets_lab import Network; net = Network(seed=1); print(net.host('server').__enter__().name)"


def test_a_killed_kernel_takes_its_hosts_and_wires_along(wait_until: Wait) -> None:
    # No more than these and this test's own: another one can be made when one of them is gone.
    Path("/proc/sys/user/max_net_namespaces").write_text(str(NETWORKS + 1))
    loop = ensure_event_loop()  # jupyter_client's
    made: list[int] = []
    try:
        lab = LabKernel()
        try:
            assert lab.text(CELL) == "server"
            assert len(lab.family()) == 3  # process 1, the kernel, the wires' process
            assert not another(made)
            lab.process.kill()
            lab.process.wait(10)  # until then it holds the kernel's own network
            wait_until(lambda: another(made) and len(made) == NETWORKS, "all networks are gone")
        finally:
            lab.close()
    finally:
        for fd in made:
            os.close(fd)
        release()
        loop.close()


def another(made: list[int]) -> bool:
    """Make one more, and keep it: those that are let go of take a while to be gone, too."""
    try:
        made.append(in_thread(new_namespace))
    except OSError:
        return False
    return True
