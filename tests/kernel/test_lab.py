"""What is in a lab kernel: a network and processes of its own, the user's own files."""

from __future__ import annotations

import json
import os
import socket
from collections.abc import Callable, Iterator
from typing import Any

import psutil
import pytest

from tests.kernel.kernels import LabKernel, network_of

LOOK = """
import errno, json, os, socket, subprocess, sys
from jupyter_client.manager import KernelManager
from sockets_lab.kernel.owner import release
from tests.kernel.kernels import LabKernel

INSIDE = '''
import errno, json, os, socket, subprocess, urllib.request
def tried(action):
    try:
        action()
    except OSError as error:
        return errno.errorcode.get(error.errno, str(error))
    return "works"
def ping():
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM, socket.IPPROTO_ICMP) as one:
        one.settimeout(5)
        one.sendto(bytes([8, 0, 0, 0, 0, 0, 0, 1]), ("127.0.0.1", 0))
        one.recv(100)
def reach(host, family=socket.AF_INET):
    with socket.socket(family) as one:
        one.settimeout(2)
        one.connect((host, 80))
found = dict(
    user=os.getuid(),
    raw=tried(lambda: socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_ICMP).close()),
    packet=tried(lambda: socket.socket(socket.AF_PACKET, socket.SOCK_RAW, 0).close()),
    ping=tried(ping),
    program=subprocess.run(["python3", "-S", "-c", "from socket import *; socket(AF_PACKET, SOCK_RAW, 0)"]).returncode,
    loopback=tried(lambda: reach("127.0.0.1")),
    outside=tried(lambda: reach("192.0.2.1")),
    outside_6=tried(lambda: reach("2001:db8::1", socket.AF_INET6)),
    capabilities=[line.split()[1] for line in open("/proc/self/status") if line.startswith(("CapEff", "CapBnd"))],
    home=tried(lambda: open(os.path.expanduser("~/written"), "w").close()),
)
print(json.dumps(found))
'''
with LabKernel() as lab:
    print(lab.text(INSIDE))
release()
"""


@pytest.fixture(scope="module")
def seen_by_learner(as_learner: Callable[[str], str]) -> Iterator[dict[str, Any]]:
    """What an ordinary user's lab kernel can do."""
    root = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
    yield json.loads(as_learner(f"import sys; sys.path.append({root!r})\n{LOOK}"))


def test_ordinary_user_raw_packet_and_ping_sockets_work(seen_by_learner: dict[str, Any]) -> None:
    assert seen_by_learner["user"] != 0
    found = {name: seen_by_learner[name] for name in ("raw", "packet", "ping", "program")}
    assert found == {"raw": "works", "packet": "works", "ping": "works", "program": 0}


def test_ordinary_user_only_raw_sockets_and_networks_are_a_privilege(seen_by_learner: dict[str, Any]) -> None:
    raw_sockets, hosts_and_wires = 1 << 13, 1 << 12 | 1 << 21
    assert {int(value, 16) for value in seen_by_learner["capabilities"]} == {raw_sockets | hosts_and_wires}


def test_ordinary_user_nothing_outside_is_reached(seen_by_learner: dict[str, Any]) -> None:
    assert seen_by_learner["loopback"] == "ECONNREFUSED"
    assert (seen_by_learner["outside"], seen_by_learner["outside_6"]) == ("ENETUNREACH", "ENETUNREACH")


def test_ordinary_user_keeps_own_files(seen_by_learner: dict[str, Any]) -> None:
    assert seen_by_learner["home"] == "works"


def test_a_port_taken_outside_is_free_inside_and_not_reached(lab: LabKernel) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        said = lab.text(f"""
            import socket
            with socket.socket() as one:
                print(one.connect_ex(("127.0.0.1", {port})))
            with socket.create_server(("127.0.0.1", {port})) as mine:
                print("bound")
        """)
    assert said.split() == ["111", "bound"]


def test_two_kernels_do_not_see_each_others_ports(lab: LabKernel, new_lab: Callable[[], LabKernel]) -> None:
    other = new_lab()
    port = lab.text("import socket; s = socket.create_server(('127.0.0.1', 0)); print(s.getsockname()[1])")
    assert other.text(f"import socket; print(socket.socket().connect_ex(('127.0.0.1', {port})))") == "111"
    assert lab.text(f"print(socket.socket().connect_ex(('127.0.0.1', {port})))") == "0"
    assert len({network_of(one.process.pid) for one in (lab, other)} | {network_of(os.getpid())}) == 3


def test_only_own_processes_are_seen_and_psutil_finds_itself(lab: LabKernel) -> None:
    seen = json.loads(lab.text("import json, os, psutil; print(json.dumps([os.getpid(), psutil.pids()]))"))
    assert sorted(seen[1]) == sorted([1, seen[0]])
    assert lab.text("print(psutil.Process().name())").startswith("python")


def test_kernels_have_process_ids_of_their_own(lab: LabKernel, new_lab: Callable[[], LabKernel]) -> None:
    # ipykernel names files in the temp folder after its process id.
    ids = {one.text("import os; print(os.getpid())") for one in (lab, new_lab())}
    assert len(ids) == 2


def test_process_one_is_not_killed_from_within_and_buries_orphans(lab: LabKernel) -> None:
    said = lab.text("""
        import os, signal, subprocess, time, psutil
        for number in (signal.SIGKILL, signal.SIGTERM, signal.SIGSEGV, signal.SIGSTOP):
            os.kill(1, number)
        subprocess.run(["sh", "-c", "sleep 0.01 & exit 0"])
        deadline = time.monotonic() + 5
        while len(psutil.pids()) > 2 and time.monotonic() < deadline:
            time.sleep(0.01)
        print(len(psutil.pids()))
    """)
    assert said == "2"


def test_the_package_sees_the_notebook_it_is_imported_in(lab: LabKernel) -> None:
    # It was imported by the warm parent, where there was none.
    said = lab.text("""
        import sockets_lab, sockets_lab.referee.client
        print(get_ipython()._sockets_lab_watches, sockets_lab.referee.client.check is sockets_lab.check)
    """)
    assert said == "True True"


def test_looks_like_a_kernel_that_was_started(new_lab: Callable[..., LabKernel]) -> None:
    one = new_lab(env={**os.environ, "SEEN": "yes"}, cwd="/usr")
    said = one.text("""
        import os, random, sys, threading
        print(os.environ["SEEN"], os.getcwd(), sys.path.count(""), "JPY_PARENT_PID" in os.environ, sys.argv[1])
        print(sorted(name for name in os.listdir("/proc/self/fd") if int(name) < 3))
    """).splitlines()
    assert said[0] == "yes /usr 1 False -f"
    assert said[1] == "['0', '1', '2']"


def test_random_numbers_differ_between_kernels(lab: LabKernel, new_lab: Callable[[], LabKernel]) -> None:
    code = "import random, tempfile, uuid; print(random.random(), next(tempfile._get_candidate_names()), uuid.uuid4())"
    first, second = lab.text(code).split(), new_lab().text(code).split()
    assert all(one != other for one, other in zip(first, second, strict=True))


def test_the_users_other_groups_still_count(lab: LabKernel) -> None:
    assert lab.text("import os; print(os.getuid(), os.getgid())") == f"{os.getuid()} {os.getgid()}"


def test_memory_of_process_one_is_small(lab: LabKernel) -> None:
    first = lab.family()[0]
    assert first.memory_full_info().uss < 6e6
    assert isinstance(first, psutil.Process)
