"""What a lab kernel with a network leaves behind when it is killed: nothing."""

from __future__ import annotations

from collections.abc import Callable

from jupyter_core.utils import ensure_event_loop

from sockets_lab.kernel.owner import release
from tests.kernel.kernels import LabKernel
from tests.network.counting import places

OWN_NETWORK = True
Wait = Callable[[Callable[[], object], str], None]
NETWORKS = 4  # the kernel's own, one for each host, one for the wires
CELL = "from sockets_lab import Network; net = Network(seed=1); print(net.host('server').__enter__().name)"


def test_a_killed_kernel_takes_its_hosts_and_wires_along(wait_until: Wait) -> None:
    loop = ensure_event_loop()  # jupyter_client's
    with places(NETWORKS) as networks:
        lab = LabKernel()
        try:
            assert lab.text(CELL) == "server"
            assert len(lab.family()) == 3  # process 1, the kernel, the wires' process
            assert not networks.any_free()
            lab.process.kill()
            lab.process.wait(10)  # until then it holds the kernel's own network
            wait_until(networks.all_free, "all networks are gone")
        finally:
            lab.close()
            release()
            loop.close()
