"""In a real kernel: a cell owns the servers that it started."""

from __future__ import annotations

from typing import Any

import psutil
import pytest

START = """
    import json, socket
    from sockets_lab.peers import echo, serve
    {name} = serve(echo)
    print(json.dumps({name}.pid))
"""


@pytest.fixture(autouse=True)
def stop_all(kernel: Any) -> Any:
    """Each test begins and ends without servers."""
    yield
    kernel.run("for name in [n for n in globals() if n.startswith('server_')]: globals().pop(name).stop()")


def test_running_a_cell_again_stops_the_server_that_it_started(kernel: Any) -> None:
    first = kernel.value(START.format(name="server_a"), cell="one")
    second = kernel.value(START.format(name="server_a"), cell="one")
    assert first != second
    assert not psutil.pid_exists(first)
    assert psutil.pid_exists(second)


def test_a_cell_stops_its_old_server_before_its_code_runs(kernel: Any) -> None:
    """So that a fixed port is free again."""
    code = """
        import json
        from sockets_lab.peers import echo, serve
        port = globals().get("port", 0)
        server_fixed = serve(echo, port=port)
        port = server_fixed.address[1]
        print(json.dumps(port))
    """
    assert len({kernel.value(code, cell="fixed") for _ in range(5)}) == 1


def test_other_cells_leave_the_server_alone(kernel: Any) -> None:
    pid = kernel.value(START.format(name="server_a"), cell="one")
    kernel.run("1 + 1", cell="two")
    kernel.value(START.format(name="server_b"), cell="three")
    assert psutil.pid_exists(pid)


def test_a_cell_owns_every_server_that_it_started(kernel: Any) -> None:
    code = """
        import json
        from sockets_lab.peers import echo, serve
        server_list = [serve(echo) for _ in range(3)]
        kept = globals().get("kept", []) + server_list
        print(json.dumps([s.pid for s in server_list]))
    """
    first = kernel.value(code, cell="several")
    kernel.value(code, cell="several")
    assert not [pid for pid in first if psutil.pid_exists(pid)]
    kernel.run("for one in kept: one.stop()\nserver_list = None")


def test_a_cell_that_is_mended_after_an_error_does_not_leave_its_server(kernel: Any) -> None:
    outputs = kernel.run(START.format(name="server_a") + "\n    1 / 0", cell="wrong")
    pid = int(outputs[0]["text"])
    assert outputs[-1]["ename"] == "ZeroDivisionError"
    assert psutil.pid_exists(pid)
    kernel.run("pass", cell="wrong")
    assert not psutil.pid_exists(pid)


def test_without_cell_ids_a_server_lives_until_it_is_stopped(kernel: Any) -> None:
    """nbclient and a terminal name no cells."""
    first = kernel.value(START.format(name="server_a"))
    second = kernel.value(START.format(name="server_b"))
    assert psutil.pid_exists(first)
    assert psutil.pid_exists(second)


def test_a_server_ends_with_its_kernel(new_kernel: Any, wait_until: Any) -> None:
    kernel = new_kernel()
    pid = kernel.value(START.format(name="server_a"))
    parent = kernel.value("from sockets_lab.peers.spawner import warm_parent; print(warm_parent()._process.pid)")
    kernel.manager.restart_kernel(now=True)
    wait_until(lambda: not psutil.pid_exists(pid), "the server ends with the kernel")
    wait_until(lambda: not psutil.pid_exists(parent), "the warm parent ends with the kernel")
