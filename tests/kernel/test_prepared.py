"""What the warm parent makes before it forks is a stock kernel's, and no two kernels share what is theirs alone."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from ipykernel.kernelapp import IPKernelApp

from sockets_lab.kernel.arguments import read_plain
from sockets_lab.kernel.kernel_app import KernelApp
from tests.kernel.kernels import IS_PREPARED, OWN_ALONE, LabKernel
from tests.processes import ThisPython

LOOK = """
import atexit, builtins, gc, json, multiprocessing, os, signal, sys, threading
shell = get_ipython()
kernel, app = shell.kernel, shell.kernel.parent
def kind(thing):
    return f"{type(thing).__module__}.{type(thing).__qualname__}"
found = dict(
    namespace=sorted(shell.user_ns), hidden=sorted(shell.user_ns_hidden), seen=shell.run_line_magic("who_ls", ""),
    configurables=[kind(one) for one in shell.configurables if one is not app],
    magics=sorted(map(str, shell.magics_manager.magics["line"])), cells=sorted(shell.magics_manager.magics["cell"]),
    events={name: len(callbacks) for name, callbacks in shell.events.callbacks.items()},
    environment={name: os.environ.get(name) for name in ("PAGER", "GIT_PAGER", "TERM", "FORCE_COLOR", "SEEN")},
    folders=[shell.starting_dir, os.getcwd(), shell.profile_dir.location, shell.ipython_dir, shell.home_dir],
    path=sys.path[1:], main=sys.modules["__main__"] is shell.user_module, hooks=[kind(sys.displayhook)],
    state={name: kind(value) for name, value in shell._orig_sys_module_state.items()},
    excepthook=[sys.excepthook.__qualname__, shell.sys_excepthook.__qualname__],
    builtins=sorted(set(vars(builtins)) - {"_"}),
    tree=[shell.parent is kernel, kernel.shell is shell, kind(kernel), kind(kernel.debugger)],
    history=[shell.history_manager.enabled, str(shell.history_manager.hist_file), In[:1], Out, _dh],
    same=[In is shell.history_manager.input_hist_parsed, shell.displayhook.session is kernel.session is app.session],
    log=[kernel.log is app.log, shell.log is app.log],
    debugger=[kernel.debugger.session is kernel.session, kernel.debugger.debugpy_client is not None],
    streams=[kernel._stdout is sys.stdout, kernel._stderr is sys.stderr],
    count=shell.execution_count, session=shell.user_ns.get("__session__"),
    threads=sorted(one.name for one in threading.enumerate() if not one.name.startswith("Thread-")),
    collector=[gc.isenabled(), gc.get_threshold()], sigint=str(signal.getsignal(signal.SIGINT)),
    config=sorted(set(shell.config) - {"KernelApp"}), compiler=kind(shell.compile),
    settings={name: repr(getattr(shell, name)).split(" at 0x")[0] for name in sorted(shell.trait_names(config=True))},
)
print(json.dumps(found, default=repr))
"""


def test_a_prepared_kernel_is_in_everything_as_a_stock_one(new_lab: Callable[..., LabKernel], tmp_path: Path) -> None:
    environment = {name: value for name, value in os.environ.items() if name != "PYTEST_CURRENT_TEST"}
    environment |= {"SEEN": "yes", "JPY_SESSION_NAME": "lesson.ipynb", "IPYTHONDIR": str(tmp_path / "ipython")}
    prepared, stock = (
        json.loads(new_lab(specs=specs, env=environment, cwd=str(tmp_path)).text(LOOK))
        for specs in (None, ThisPython())
    )
    assert prepared == stock


def test_a_lab_kernel_adopts_what_was_prepared(lab: LabKernel) -> None:
    assert lab.text(IS_PREPARED) == "True", "the versions in sockets_lab.kernel.prepared.KNOWN are not those installed"


def test_kernels_share_no_identity_and_no_secret(new_lab: Callable[[], LabKernel]) -> None:
    first, second = (json.loads(new_lab().text(OWN_ALONE)) for _ in range(2))
    assert all(one != other for one, other in zip(first, second, strict=True)), (first, second)


def test_what_one_kernel_does_to_its_shell_no_later_one_sees(new_lab: Callable[[], LabKernel]) -> None:
    new_lab().run("""
        import builtins, sys
        get_ipython().ast_node_interactivity = "all"
        get_ipython().config.Left.over = 1
        builtins.left_over = sys.left_over = kept = 1
        %alias left_over echo
        get_ipython().events.register("pre_run_cell", lambda *_: None)
    """)
    said = new_lab().text("""
        import builtins, sys
        shell = get_ipython()
        print(shell.ast_node_interactivity, "Left" in shell.config, hasattr(builtins, "left_over"))
        print(hasattr(sys, "left_over"), "kept" in globals(), "left_over" in shell.magics_manager.magics["line"])
        print(len(In))
    """)
    assert said.split() == ["last_expr", "False", "False", "False", "False", "False", "2"]


def test_configuration_of_the_shell_counts_in_files_and_in_arguments(
    new_lab: Callable[..., LabKernel], tmp_path: Path
) -> None:
    file = tmp_path / "profile_default" / "ipython_kernel_config.py"
    file.parent.mkdir()
    file.write_text("c.InteractiveShell.ast_node_interactivity = 'all'")
    by_file = new_lab(env={**os.environ, "IPYTHONDIR": str(tmp_path)})
    by_argument = new_lab(extra_arguments=["--InteractiveShell.ast_node_interactivity=all"])
    for one in (by_file, by_argument):
        shown = [output["data"]["text/plain"] for output in one.run("1\n2")]
        assert shown == ["1", "2"]
        assert one.text("import sys; print(sys.modules['__main__'] is get_ipython().user_module)") == "True"


def test_configuration_of_the_start_counts_in_a_prepared_kernel(
    new_lab: Callable[..., LabKernel], tmp_path: Path
) -> None:
    file = tmp_path / "profile_default" / "ipython_kernel_config.py"
    (file.parent / "startup").mkdir(parents=True)
    file.write_text("c.InteractiveShellApp.exec_lines = ['said = 42']")
    (file.parent / "startup" / "first.py").write_text("started = get_ipython().profile_dir.location")
    environment = {**os.environ, "IPYTHONDIR": str(tmp_path)}
    one = new_lab(env=environment, extra_arguments=["--HistoryManager.hist_file=:memory:"])
    assert one.text("print(said, started, get_ipython().history_manager.hist_file)") == f"42 {file.parent} :memory:"
    assert one.text(IS_PREPARED) == "True"


def test_history_magics_and_exit(lab: LabKernel, new_lab: Callable[[], LabKernel], wait_until: Any) -> None:
    one = new_lab()
    one.run("6 * 7")
    assert one.text("print(Out[1], In[1], _1, _)") == "42 6 * 7 42 42"
    assert "6 * 7" in one.text("%history")
    assert one.run("%timeit -n1 -r1 pass")[0]["text"].endswith("(mean ± std. dev. of 1 run, 1 loop each)\n")
    one.client.execute("exit")
    wait_until(lambda: not one.manager.is_alive(), "the kernel's end")
    assert one.process.returncode == 0


@pytest.mark.parametrize(
    "arguments",
    [
        ["-f", "/tmp/with space.json"],
        ["-f", "/tmp/k.json", "--HistoryManager.hist_file=:memory:"],
        ["--HistoryManager.enabled=False"],
        [],
    ],
)
def test_plain_arguments_are_read_as_the_parser_reads_them(arguments: list[str]) -> None:
    app = IPKernelApp(parent_handle=1)
    app.parse_command_line(arguments)
    assert read_plain(arguments, "IPKernelApp") == app.cli_config


def test_plain_arguments_of_known_classes_are_converted_like_the_parsers() -> None:
    arguments = ["--Session.key=a=b", "--Session.username=ann", "--Session.copy_threshold=7"]
    read, parsed = KernelApp(parent_handle=1), IPKernelApp(parent_handle=1)
    for app in (read, parsed):
        app.parse_command_line(arguments)
    for name, wanted in (("key", b"a=b"), ("username", "ann"), ("copy_threshold", 7)):
        assert getattr(read.session, name) == getattr(parsed.session, name) == wanted


@pytest.mark.parametrize(
    "arguments",
    [["-f"], ["-f", "--quiet"], ["--quiet"], ["-f=/k"], ["--matplotlib=inline"], ["help"], ["--IPKernelApp.nonsense"]],
)
def test_other_arguments_are_left_to_the_parser(arguments: list[str]) -> None:
    assert read_plain(arguments, "IPKernelApp") is None
