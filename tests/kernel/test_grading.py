"""The grading profile: what a submission sees, what it may do, what it may use, and what is told of it."""

from __future__ import annotations

import contextlib
import errno
import json
import os
import socket
import subprocess
import sys
import tempfile
import textwrap
from collections.abc import Callable, Iterator
from pathlib import Path
from queue import Empty
from typing import Any

import pytest

from sockets_lab.kernel import GradingManager, can_grade, probe
from sockets_lab.kernel.grading import GradingKernel, warm_parent
from sockets_lab.kernel.limits import MIB, Ended, Limits, Usage
from sockets_lab.kernel.view import environment_folders
from tests.kernel.kernels import IS_PREPARED, OWN_ALONE, network_of
from tests.processes import Script

ROOT = Path(__file__).resolve().parents[2]
# Where the environment itself lies below /tmp, that folder shows it, and is no scratch folder.
TEMP_IS_SCRATCH = not any(folder.is_relative_to("/tmp") for folder in environment_folders())
WaitUntil = Callable[[Callable[[], object], str], None]


class Graded:
    """A graded kernel with a client."""

    def __init__(self, limits: Limits | None = None, **options: Any) -> None:
        self.kernel = GradingKernel(limits, **options)
        self.client = self.kernel.client()
        self.client.start_channels()
        self.client.wait_for_ready(timeout=30)

    def text(self, code: str) -> str:
        outputs: list[dict[str, Any]] = []
        self.client.execute_interactive(
            textwrap.dedent(code), timeout=30, output_hook=lambda message: outputs.append(message["content"])
        )
        assert not any("ename" in output for output in outputs), outputs
        return "".join(output.get("text", "") for output in outputs).strip()

    def ends(self, code: str) -> Ended:
        """Run what ends the kernel; how it ended."""
        self.client.execute(textwrap.dedent(code))
        self.kernel.wait(30)
        assert self.kernel.ended is not None
        return self.kernel.ended

    def close(self) -> None:
        self.client.stop_channels()
        self.kernel.close()


@pytest.fixture(scope="module", autouse=True)
def warm_grading(warm: None) -> None:
    warm_parent().connect()


@pytest.fixture
def new_graded() -> Iterator[Callable[..., Graded]]:
    started: list[Graded] = []

    def start(limits: Limits | None = None, **options: Any) -> Graded:
        started.append(Graded(limits, **options))
        return started[-1]

    yield start
    for one in started:
        one.close()


@pytest.fixture(scope="module")
def graded(warm_grading: None) -> Iterator[Graded]:
    os.environ["SECRET_OF_THE_TEST"] = "secret"
    one = Graded()
    del os.environ["SECRET_OF_THE_TEST"]
    yield one
    one.close()


def test_everything_but_the_scratch_folder_is_read_only(graded: Graded) -> None:
    mounts = graded.text("""
        with open("/proc/self/mountinfo") as file:
            for line in file:
                before, _, after = line.partition(" - ")
                if "rw" in before.split()[5].split(","):
                    print(before.split()[4], after.split()[0])
    """)
    writable = ["/dev/pts devpts", "/dev/shm tmpfs", "/scratch tmpfs", "/tmp tmpfs"]
    assert sorted(mounts.splitlines()) == [one for one in writable if "/tmp " not in one or TEMP_IS_SCRATCH]
    refused = graded.text(f"""
        import errno, os, sys, sockets_lab
        for folder in ("/", "/dev", "/etc", "/usr", "/run", sys.prefix, os.path.dirname(sockets_lab.__file__), "/proc"):
            try:
                open(os.path.join(folder, "written"), "w")
            except OSError as error:
                print(errno.errorcode[error.errno])
        print(os.access({str(ROOT)!r}, os.W_OK))
    """).split()
    assert refused[-1] == "False" and len(refused) == 9 and set(refused[:-1]) <= {"EROFS", "EACCES", "ENOENT"}


def test_nothing_of_the_course_of_the_home_folder_or_of_the_host_is_seen(graded: Graded, tmp_path: Path) -> None:
    (tmp_path / "gradebook.db").touch()
    secret = [tmp_path, ROOT / "solutions", ROOT / "tests", ROOT / "nbgrader_config.py", Path("/etc/shadow")]
    secret += [Path("/root/.bashrc"), Path("/var"), graded.kernel.folder, graded.kernel.folder.parent]
    needed = [ROOT, Path(sys.prefix), Path(sys.base_prefix)]
    secret += [path for path in Path.home().iterdir() if not any(one.is_relative_to(path) for one in needed)]
    names = [str(path) for path in secret]
    seen = graded.text(f"import os; print([name for name in {names!r} if os.path.exists(name)])")
    assert seen == "[]"
    assert graded.text(f"print(sorted(os.listdir({str(ROOT)!r})))") == str(
        sorted({".venv", "sockets_lab"} if Path(sys.prefix).is_relative_to(ROOT) else {"sockets_lab"})
    )


def test_environment_is_an_allow_list(graded: Graded) -> None:
    names = set(json.loads(graded.text("import json, os; print(json.dumps(list(os.environ)))")))
    assert "SECRET_OF_THE_TEST" not in names
    assert graded.text("print(any('secret' in open(f'/proc/{p}/environ').read() for p in ['self']))") == "False"


def test_no_process_of_the_host_is_seen(graded: Graded) -> None:
    pids = json.loads(graded.text("import json, psutil; print(json.dumps(psutil.pids()))"))
    assert len(pids) == 2 and pids[0] == 1
    spaces = graded.text("print(*(os.readlink(f'/proc/self/ns/{n}') for n in ('user','pid','ipc','uts','mnt','net')))")
    ours = {os.readlink(f"/proc/self/ns/{name}") for name in ("user", "pid", "ipc", "uts", "mnt", "net")}
    assert len(set(spaces.split()) - ours) == 6


def test_only_raw_sockets_are_a_privilege_and_none_can_be_gained(graded: Graded) -> None:
    status = graded.text("""
        print(*(line.split()[1] for line in open("/proc/self/status")
            if line.startswith(("CapEff", "CapBnd", "CapPrm", "NoNewPrivs", "Seccomp:"))))
    """).split()
    assert {int(mask, 16) for mask in status[:3]} == {1 << 13}
    assert status[3:] == ["1", "2"]
    assert "ok" in graded.text("""
        import socket
        socket.socket(socket.AF_PACKET, socket.SOCK_RAW, 0).close()
        socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_ICMP).close()
        with socket.create_server(("127.0.0.1", 0)) as one, socket.create_connection(one.getsockname()):
            print("ok")
    """)


CALLS = {
    "mount": "libc.mount(b'none', b'/scratch', b'tmpfs', 0, None)",
    "umount": "libc.umount2(b'/tmp', 2)",
    "unshare a user namespace": "libc.unshare(0x10000000)",
    "clone a user namespace": "libc.syscall(56, 0x10000000 | 17, 0, 0, 0, 0)",
    "setns": "libc.setns(os.open('/proc/self/ns/net', 0), 0)",
    "ptrace": "libc.ptrace(0, 0, 0, 0)",
    "read another process's memory": "libc.process_vm_readv(1, None, 0, None, 0, 0)",
    "keyctl": "libc.syscall(250, 0, -3, 0)",
    "add_key": "libc.syscall(248, b'user', b'a', b'b', 1, -3)",
    "io_uring": "libc.syscall(425, 1, None)",
    "bpf": "libc.syscall(321, 0, None, 0)",
    "perf_event_open": "libc.syscall(298, None, 0, -1, -1, 0)",
    "userfaultfd": "libc.syscall(323, 0)",
    "open_by_handle_at": "libc.open_by_handle_at(-1, None, 0)",
    "pidfd_getfd": "libc.syscall(438, -1, 0, 0)",
    "clock_settime": "libc.clock_settime(0, ctypes.byref(ctypes.c_int64(0)))",
    "adjtimex": "libc.adjtimex(ctypes.create_string_buffer(512))",
    "kexec_load": "libc.syscall(246, 0, 0, None, 0)",
    "finit_module": "libc.syscall(313, -1, b'', 0)",
    "reboot": "libc.reboot(0)",
    "personality": "libc.personality(0x0040000)",
    "memfd_create": "libc.memfd_create(b'a', 0)",
    "set the host name": "libc.sethostname(b'a', 1)",
}


@pytest.mark.skipif(os.uname().machine != "x86_64", reason="the numbers are those of x86-64")
@pytest.mark.may_skip
def test_what_only_attackers_need_is_refused(graded: Graded) -> None:
    lines = [f"{name!r}: lambda: {call}," for name, call in CALLS.items()]
    said = graded.text(
        "import ctypes, errno, json, os\nlibc = ctypes.CDLL(None, use_errno=True)\ncalls = {"
        + "\n".join(lines)
        + "}\ndef tried(call):\n    ctypes.set_errno(0)\n    found = call()\n"
        "    return errno.errorcode.get(ctypes.get_errno(), 'worked') if found == -1 else 'worked'\n"
        "print(json.dumps({name: tried(call) for name, call in calls.items()}))"
    )
    assert json.loads(said) == dict.fromkeys(CALLS, "EPERM")
    assert graded.text("print(libc.syscall(435, None, 0), errno.errorcode[ctypes.get_errno()])") == "-1 ENOSYS"


def test_networks_that_namespaces_do_not_contain_are_refused(graded: Graded) -> None:
    said = graded.text("""
        import errno, socket
        for family in (socket.AF_VSOCK, socket.AF_ALG, socket.AF_CAN, 31, 44, 4, 41):
            try:
                socket.socket(family, socket.SOCK_RAW)
            except OSError as error:
                print(errno.errorcode[error.errno])
    """)
    assert said.split() == ["EAFNOSUPPORT"] * 7


def test_scratch_folder_is_empty_private_and_gone_at_the_end(new_graded: Callable[..., Graded]) -> None:
    first, second = new_graded(), new_graded()
    first.text(
        "import tempfile; tempfile.mkstemp(); open('/scratch/mine', 'w').close(); open('/dev/shm/a', 'w').close()"
    )
    if TEMP_IS_SCRATCH:
        first.text("open('/tmp/other', 'w').close()")
    kept = first.text("import os; print(sorted(set(os.listdir('/scratch')) - {'.ipython'}))")
    assert kept.startswith("['a', 'mine', 'other', 'tmp" if TEMP_IS_SCRATCH else "['a', 'mine', 'tmp")
    assert second.text("import os; print(sorted(set(os.listdir('/scratch')) - {'.ipython'}))") == "[]"
    first.close()
    assert not first.kernel.folder.exists()


def test_memory_of_all_processes_together_ends_it(new_graded: Callable[..., Graded]) -> None:
    limits = Limits(memory_bytes=192 * MIB)
    ended = new_graded(limits).ends("""
        import os, signal
        for _ in range(4):
            if os.fork() == 0:
                kept = bytearray(60 << 20)
                kept[::4096] = bytes([1]) * len(kept[::4096])
                signal.pause()
        signal.pause()
    """)
    assert (ended.limit, ended.status) == ("memory_bytes", -9)
    assert ended.usage.memory_bytes > 192 * MIB
    assert ended.sentence() == "ended: it used more than 192 MiB of memory"


def test_memory_of_one_process_is_refused_before(new_graded: Callable[..., Graded]) -> None:
    one = new_graded(Limits(memory_bytes=192 * MIB))
    said = one.text("""
        try:
            bytearray(400 << 20)
        except MemoryError:
            print("refused")
    """)
    assert said == "refused" and one.kernel.poll() is None


def test_pages_that_forks_share_are_counted_once(new_graded: Callable[..., Graded]) -> None:
    one = new_graded(Limits(memory_bytes=192 * MIB))
    said = one.text("""
        import os, time, warnings
        warnings.simplefilter("ignore")  # Python 3.12 warns of a fork beside threads
        children = [os.fork() or (time.sleep(0.5), os._exit(0)) for _ in range(8)]
        for pid in children:
            os.waitpid(pid, 0)
        print("fine")
    """)
    assert said == "fine"


def test_processor_time_of_all_processes_together_ends_it(new_graded: Callable[..., Graded]) -> None:
    ended = new_graded(Limits(cpu_s=1.0)).ends("""
        import os
        for _ in range(3):
            if os.fork() == 0:
                break
        while True:
            try:
                while True: pass
            except BaseException: pass
    """)
    assert ended.limit == "cpu_s" and 1.0 < ended.usage.cpu_s < 3.0


def test_output_is_cut_off_at_the_limit(new_graded: Callable[..., Graded]) -> None:
    one = new_graded(Limits(output_bytes=4 * MIB))
    ended = one.ends("while True: print('x' * 100_000, flush=True)")
    assert ended.limit == "output_bytes" and ended.usage.output_bytes < 5 * MIB
    received = 0
    with contextlib.suppress(Empty):
        while True:
            received += len(str(one.client.get_iopub_msg(timeout=0.2)["content"]))
    assert received < 5 * MIB


def test_limits_that_the_system_holds_are_told_when_reached(
    new_graded: Callable[..., Graded], wait_until: WaitUntil
) -> None:
    limits = Limits(processes=40, open_files=100, scratch_bytes=2 * MIB, file_bytes=MIB)
    one = new_graded(limits)
    said = one.text("""
        import errno, os, time, warnings
        warnings.simplefilter("ignore")  # Python 3.12 warns of a fork beside threads
        def tried(action):
            try:
                while True:
                    action()
            except OSError as error:
                return errno.errorcode[error.errno]
        children, files = [], []
        def fork():
            pid = os.fork()
            if not pid:
                time.sleep(60)
                os._exit(0)
            children.append(pid)
        found = [tried(fork), tried(lambda: files.append(open("/dev/null")))]
        time.sleep(1.0)
        files.clear()
        def grow(path, data=bytes(1 << 16)):
            with open(path, "ab", buffering=0) as file:
                file.write(data)
        found += [tried(lambda: grow("big")), tried(lambda: grow("more"))]
        print(*found)
    """)
    assert said.split() == ["EAGAIN", "EMFILE", "EFBIG", "EFBIG"] or said.split()[3] == "ENOSPC"
    one.text("open('rest', 'ab', buffering=0).write(bytes(1 << 20))") if "ENOSPC" not in said else None
    one.kernel.kill()
    ended = one.kernel.ended
    assert ended is not None and not ended.limit
    assert set(ended.reached) >= {"processes", "open_files"}
    assert ended.usage.processes >= 40 and ended.usage.scratch_bytes >= 1.9 * MIB


@pytest.mark.parametrize(
    ("code", "status"),
    [
        ("import os; os._exit(7)", 7),
        ("import os, signal; os.kill(os.getpid(), signal.SIGKILL)", -9),
        ("import ctypes; ctypes.string_at(0)", -11),
    ],
)
def test_a_kernel_that_ends_itself_tells_how(code: str, status: int, new_graded: Callable[..., Graded]) -> None:
    ended = new_graded().ends(code)
    assert (ended.status, ended.limit) == (status, "")


def test_stopped_and_deaf_kernels_are_killed_with_all_they_left(new_graded: Callable[..., Graded]) -> None:
    one = new_graded()
    one.client.execute("""
import os, signal, subprocess
for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
    signal.signal(number, signal.SIG_IGN)
if os.fork() == 0 and os.setsid() and os.fork() == 0:
    signal.pause()
os.kill(1, signal.SIGKILL)
os.kill(os.getpid(), signal.SIGSTOP)
""")
    before = network_of(one.kernel.pid)
    one.kernel.close()
    left = [pid for pid in os.listdir("/proc") if pid.isdigit() and _network_or_nothing(int(pid)) == before]
    assert not left


def _network_or_nothing(pid: int) -> str:
    try:
        return network_of(pid)
    except OSError:
        return ""


def test_a_descriptor_is_passed_and_carries_sockets(new_graded: Callable[..., Graded]) -> None:
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    with ours, theirs:
        one = new_graded(descriptors={"REFEREE_FD": theirs.fileno()})
        theirs.close()
        one.text("""
            import os, socket
            channel = socket.socket(fileno=int(os.environ["REFEREE_FD"]))
            listener = socket.create_server(("127.0.0.1", 0))
            socket.send_fds(channel, [b"here"], [listener.fileno()])
        """)
        ours.settimeout(10)
        data, fds, _, _ = socket.recv_fds(ours, 100, 1)
        with socket.socket(fileno=fds[0]) as listener:
            assert data == b"here" and listener.getsockopt(socket.SOL_SOCKET, socket.SO_ACCEPTCONN) == 1


def test_a_referee_outside_puts_a_peer_into_the_submissions_network(new_graded: Callable[..., Graded]) -> None:
    one = new_graded()
    peer = """
        import os, socket, sys
        sys.path.append(sys.argv[3])
        from sockets_lab.kernel.grading import enter
        enter(int(sys.argv[1]), int(sys.argv[2]))
        with socket.create_server(("127.0.0.1", 0)) as listener:
            print(listener.getsockname()[1], flush=True)
            listener.accept()[0].sendall(b"hello from outside")
    """
    spaces = [one.kernel.user_namespace, one.kernel.network_namespace]
    with subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(peer), *map(str, spaces), str(ROOT)],
        pass_fds=spaces,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        port = int(process.stdout.readline())
        said = one.text(f"""
            import socket, psutil
            with socket.create_connection(("127.0.0.1", {port})) as peer:
                print(peer.recv(100).decode(), len(psutil.pids()))
        """)
        assert said == "hello from outside 2"
        assert process.wait(10) == 0
    with socket.socket() as here:
        assert here.connect_ex(("127.0.0.1", port)) == errno.ECONNREFUSED


def test_owner_killed_leaves_nothing(script: Callable[[str], Script], wait_until: WaitUntil) -> None:
    owner = script("""
        import json, sys
        from sockets_lab.kernel.grading import GradingKernel
        kernel = GradingKernel()
        print(json.dumps([kernel.pid, str(kernel.folder)]), flush=True)
        sys.stdin.readline()
    """)
    pid, folder = owner.says()
    owner.process.kill()
    wait_until(lambda: not Path(f"/proc/{pid}").exists() and not Path(folder).exists(), "kernel and folder are gone")


def test_an_ordinary_user_has_the_same_isolation(as_learner: Callable[[str], str]) -> None:
    said = as_learner(f"""
        import sys
        sys.path.append({str(ROOT)!r})
        from sockets_lab.kernel.owner import release
        from tests.kernel.test_grading import Graded
        one = Graded()
        print(one.text('''
            import os, psutil, socket
            socket.socket(socket.AF_PACKET, socket.SOCK_RAW, 0).close()
            print(os.getuid(), len(psutil.pids()), os.path.exists({str(ROOT / "tests")!r}), os.getcwd())
        '''))
        one.close()
        print(one.kernel.ended.sentence())
        release()
    """)
    assert said.splitlines()[0].split()[1:] == ["2", "False", "/scratch"]


def test_hidden_files_are_hidden_even_within_the_environment() -> None:
    with tempfile.TemporaryDirectory(dir=sys.prefix, prefix="hidden-by-test-") as folder:
        Path(folder, "key.toml").write_text("answer")
        one = Graded(hidden=[Path(folder)])
        try:
            assert one.text(f"import os; print(os.listdir({folder!r}))") == "[]"
        finally:
            one.close()
            warm_parent([Path(folder)]).close()


def test_a_sentence_for_each_end() -> None:
    limits = Limits()
    sentences = [
        Ended(-9, "cpu_s", (), Usage(), limits).sentence(),
        Ended(0, "", (), Usage(), limits).sentence(),
        Ended(-11, "", ("processes", "scratch_bytes"), Usage(), limits).sentence(),
    ]
    assert sentences == [
        "ended: it used more than 120 s of processor time",
        "ended with status 0",
        "ended by SIGSEGV, after it had used all of 128 processes and 64 MiB of scratch space",
    ]


def test_nbclient_runs_a_notebook_in_it() -> None:
    import asyncio

    from nbclient import NotebookClient
    from nbclient.exceptions import DeadKernelError
    from nbformat.v4 import new_code_cell, new_notebook

    async def scenario() -> None:
        notebook = new_notebook(cells=[new_code_cell("import os; print(os.getcwd())"), new_code_cell("os._exit(3)")])
        manager = GradingManager(Limits(memory_bytes=256 * MIB))
        client = NotebookClient(notebook, km=manager, timeout=30)
        with pytest.raises(DeadKernelError):
            await client.async_execute()
        client.kc.stop_channels()
        assert notebook.cells[0].outputs[0].text == "/scratch\n"
        assert manager.ended is not None and manager.ended.status == 3
        await manager.shutdown_kernel(now=True)
        assert not manager.last.folder.exists()

    asyncio.run(scenario())


def test_probe_says_what_there_is_and_what_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    parts = probe()
    assert can_grade(parts) and all(not part.mend for part in parts)
    monkeypatch.setenv("PATH", str(ROOT))
    missing = [part for part in probe() if not part.works]
    assert [part.name for part in missing] == ["bubblewrap"]
    assert missing[0].mend == "apt-get install bubblewrap" and not can_grade(missing)


def test_no_submission_shares_an_identity_or_a_secret_with_another(
    graded: Graded, new_graded: Callable[..., Graded]
) -> None:
    both = [json.loads(one.text(OWN_ALONE)) for one in (graded, new_graded())]
    assert all(one != other for one, other in zip(*both, strict=True)), both
    assert graded.text(IS_PREPARED) == "True"
