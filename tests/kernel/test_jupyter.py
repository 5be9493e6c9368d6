"""What Jupyter does with a lab kernel: interrupt, restart, shut down, ask, complete, debug, show widgets."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from jupyter_client.ioloop.manager import AsyncIOLoopKernelManager
from nbclient import NotebookClient
from nbformat.v4 import new_code_cell, new_notebook

from tests.kernel.kernels import LabKernel, LabSpec
from tests.processes import ThisPython

WaitUntil = Callable[[Callable[[], object], str], None]
# In short pieces: Python looks at a signal that comes just before a sleep only after it.
SLEEPS = "import time; print('on', flush=True)\nfor _ in range(6000): time.sleep(0.01)"


def test_stop_button_interrupts_the_cell_and_its_children(lab: LabKernel) -> None:
    lab.run("kept = 42")
    for code in (SLEEPS, "!echo on; sleep 60"):
        request = lab.client.execute(code, stop_on_error=False)
        _wait_for(lab, request, "stream")
        lab.manager.interrupt_kernel()
        reply = lab.client.get_shell_msg(timeout=20)["content"]
        assert reply.get("ename", "KeyboardInterrupt") == "KeyboardInterrupt"
    assert lab.text("print(kept)") == "42"


def test_interrupt_message_interrupts_the_cell(lab: LabKernel) -> None:
    request = lab.client.execute(SLEEPS, stop_on_error=False)
    _wait_for(lab, request, "stream")
    lab.client.control_channel.send(lab.client.session.msg("interrupt_request", {}))
    assert lab.client.get_shell_msg(timeout=20)["content"]["ename"] == "KeyboardInterrupt"


def test_completion_and_inspection(lab: LabKernel) -> None:
    lab.run("import socket")
    matches = lab.client.complete("socket.create_ser", reply=True, timeout=20)["content"]["matches"]
    assert any("create_server" in match for match in matches)
    found = lab.client.inspect("socket.create_server", reply=True, timeout=20)["content"]
    assert "Signature" in found["data"]["text/plain"]


def test_input_asks_the_notebook(lab: LabKernel) -> None:
    outputs = lab.run("print(input('name? '))", stdin_hook=lambda _: lab.client.input("Ada"), allow_stdin=True)
    assert outputs[-1]["text"] == "Ada\n"


def test_widgets_talk_both_ways(lab: LabKernel) -> None:
    lab.run("from ipywidgets import IntSlider; slider = IntSlider(3); identity = slider.comm.comm_id")
    identity = lab.text("print(identity)")
    content = {"comm_id": identity, "data": {"method": "update", "state": {"value": 7}, "buffer_paths": []}}
    lab.client.shell_channel.send(lab.client.session.msg("comm_msg", content))
    assert lab.text("print(slider.value)") == "7"


def test_debugger_stops_at_a_breakpoint_and_goes_on(new_lab: Callable[..., LabKernel], tmp_path: Path) -> None:
    lab = new_lab(env={**os.environ, "TMPDIR": str(tmp_path)})  # ipykernel leaves the cells' files there

    def ask(command: str, **arguments: Any) -> dict[str, Any]:
        nonlocal number
        number += 1
        content = {"type": "request", "seq": number, "command": command, "arguments": arguments}
        lab.client.control_channel.send(lab.client.session.msg("debug_request", content))
        answer: dict[str, Any] = lab.client.get_control_msg(timeout=10)["content"]
        assert answer["success"], answer
        return answer

    number = 0
    code = "def double(n):\n    twice = 2 * n\n    return twice\nprint(double(21))"
    ask("initialize", clientID="test", adapterID="", pathFormat="path")
    ask("attach")
    path = ask("dumpCell", code=code)["body"]["sourcePath"]
    ask("setBreakpoints", source={"path": path}, breakpoints=[{"line": 3}], sourceModified=False)
    ask("configurationDone")
    request = lab.client.execute(code)
    _wait_for(lab, "", "debug_event", event="stopped")
    thread = ask("threads")["body"]["threads"][0]["id"]
    frame = ask("stackTrace", threadId=thread)["body"]["stackFrames"][0]
    scope = ask("scopes", frameId=frame["id"])["body"]["scopes"][0]["variablesReference"]
    values = {one["name"]: one["value"] for one in ask("variables", variablesReference=scope)["body"]["variables"]}
    assert (frame["line"], values["twice"]) == (3, "42")
    ask("continue", threadId=thread)
    assert _wait_for(lab, request, "stream")["text"] == "42\n"
    lab.client.get_shell_msg(timeout=20)
    ask("disconnect", restart=False, terminateDebuggee=False)


def test_restart_forgets_and_serves_the_same_client(new_lab: Callable[[], LabKernel]) -> None:
    one = new_lab()
    one.run("kept = 42")
    before = one.process.pid
    one.manager.restart_kernel(now=False)
    one.client.wait_for_ready(timeout=20)
    assert one.process.pid != before
    assert one.run("kept")[0]["ename"] == "NameError"


def test_shutdown_is_told_to_the_kernel_and_leaves_nothing(new_lab: Callable[[], LabKernel], tmp_path: Path) -> None:
    one = new_lab()
    one.run(f"import atexit, subprocess; atexit.register(lambda: open({str(tmp_path / 'bye')!r}, 'w').close())")
    one.run("left = subprocess.Popen(['sleep', '600'], start_new_session=True)")
    family, folder, file = one.family(), one.folder, Path(one.manager.connection_file)
    assert len(family) == 3 and folder.is_dir() and file.is_file()
    one.manager.shutdown_kernel()
    assert (tmp_path / "bye").exists()
    assert not any(process.is_running() for process in family)
    assert not folder.exists() and not file.exists()


@pytest.mark.parametrize(
    ("death", "status"),
    [
        ("os._exit(3)", 3),
        ("os.kill(os.getpid(), signal.SIGKILL)", -signal.SIGKILL),
        ("import ctypes; ctypes.string_at(0)", -signal.SIGSEGV),
        ("os.abort()", -signal.SIGABRT),
    ],
)
def test_death_is_noticed_with_its_cause(
    death: str, status: int, new_lab: Callable[[], LabKernel], wait_until: WaitUntil
) -> None:
    one = new_lab()
    one.client.execute(f"import os, signal; {death}")
    wait_until(lambda: not one.manager.is_alive(), "the kernel's end")
    assert one.process.returncode == status


def test_dead_kernel_is_started_again(warm: None) -> None:
    async def scenario() -> None:
        manager = AsyncIOLoopKernelManager(kernel_spec_manager=LabSpec())
        manager.restarter_class.time_to_dead = 0.05
        await manager.start_kernel()
        client = manager.client()
        client.start_channels()
        try:
            await client.wait_for_ready(timeout=20)
            restarted = asyncio.Event()
            manager.add_restart_callback(restarted.set, "restart")
            client.execute("import os; os._exit(1)")
            await asyncio.wait_for(restarted.wait(), 20)
            await client.wait_for_ready(timeout=20)
            assert (await client.execute("1 + 1", reply=True, timeout=20))["content"]["status"] == "ok"
        finally:
            client.stop_channels()
            await manager.shutdown_kernel(now=True)

    asyncio.run(scenario())


def test_several_notebooks_at_once(warm: None) -> None:
    async def scenario() -> None:
        notebooks = [
            new_notebook(cells=[new_code_cell("import socket, time"), new_code_cell(f"print(socket.AF_INET, {n})")])
            for n in range(6)
        ]
        clients = [
            NotebookClient(one, kernel_name="sockets-lab", kernel_spec_manager_class=LabSpec) for one in notebooks
        ]
        for client in clients:
            client.create_kernel_manager().kernel_spec_manager = LabSpec()
        await asyncio.gather(*(client.async_execute() for client in clients))
        assert [one.cells[1].outputs[0].text for one in notebooks] == [f"2 {n}\n" for n in range(6)]

    asyncio.run(scenario())


def test_what_goes_to_the_notebook_and_what_to_jupyters_log_is_as_in_a_stock_kernel(
    new_lab: Callable[..., LabKernel],
) -> None:
    code = """
        import os, sys
        os.write(sys.stderr._original_stdstream_copy, b"to the log\\n")
        os.write(sys.stdout._original_stdstream_copy, b"to the log, too\\n")
        os.write(2, b"captured\\n")
        print("printed")
        os.system("echo child")
        faulty = sys.__stderr__.write("below\\n"); sys.__stderr__.flush()
    """

    def seen(**options: Any) -> tuple[str, str, str]:
        # Under pytest ipykernel does not capture what goes to the descriptors.
        environment = {name: value for name, value in os.environ.items() if name != "PYTEST_CURRENT_TEST"}
        with tempfile.TemporaryFile("w+") as log:
            one = new_lab(stdout=log, stderr=log, env=environment, **options)
            outputs = one.run(code)
            one.close()
            log.seek(0)
            logged = [line for line in log.read().splitlines() if line.startswith("to the log")]
        assert all(output["kind"] == "stream" for output in outputs), outputs
        texts = ["".join(o["text"] for o in outputs if o["name"] == name) for name in ("stdout", "stderr")]
        return "".join(sorted(texts[0])), "".join(sorted(texts[1])), "|".join(logged)

    lab = seen()
    assert lab == seen(specs=ThisPython())
    assert lab[2] == "to the log|to the log, too"


def test_a_kernel_that_cannot_start_says_why_in_jupyters_log(warm: None) -> None:
    with tempfile.TemporaryFile("w+") as log:
        from jupyter_client.manager import KernelManager

        manager = KernelManager(kernel_spec_manager=LabSpec())
        manager.start_kernel(stderr=log, extra_arguments=["--IPKernelApp.nonsense"])
        assert manager.provisioner is not None
        assert manager.provisioner.process.wait(20) == 2
        manager.cleanup_resources()
        log.seek(0)
        assert "nonsense" in log.read()


def _wait_for(lab: LabKernel, request: str, kind: str, **content: Any) -> dict[str, Any]:
    while True:
        message = lab.client.get_iopub_msg(timeout=10)
        mine = not request or message["parent_header"].get("msg_id") == request
        found: dict[str, Any] = message["content"]
        if mine and message["msg_type"] == kind and content.items() <= found.items():
            return found


def test_unix_socket_paths_are_short_whatever_the_home_folder(
    new_lab: Callable[..., LabKernel], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    deep = tmp_path / ("n" * 100)
    deep.mkdir()
    monkeypatch.setenv("JUPYTER_RUNTIME_DIR", str(deep))
    one = new_lab()
    assert one.text("print(1)") == "1"
    assert len(os.fsencode(one.folder / "k-5")) <= 107 and one.folder.stat().st_mode & 0o777 == 0o700
    assert sys.platform == "linux"
