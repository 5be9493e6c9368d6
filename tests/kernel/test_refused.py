"""Where the system gives no namespaces: a plain kernel, and one sentence that says why and what to do."""

from __future__ import annotations

import errno
from collections.abc import Callable
from pathlib import Path

import pytest

from sockets_lab.kernel.owner import CannotStart
from sockets_lab.kernel.reasons import mend

PLAIN = """
from jupyter_client.manager import KernelManager
from tests.kernel.kernels import LabSpec
for number in range(2):
    manager = KernelManager(kernel_spec_manager=LabSpec())
    manager.start_kernel()
    client = manager.client()
    client.start_channels()
    client.wait_for_ready(timeout=60)
    client.execute_interactive("import os, subprocess; print('plain' if os.getpid() != 2 else 'not')", timeout=20)
    client.stop_channels()
    manager.shutdown_kernel(now=True)
"""


def test_namespaces_forbidden_a_plain_kernel_and_one_sentence(as_learner: Callable[..., str]) -> None:
    root = Path(__file__).resolve().parents[2]
    # In a user namespace of its own a process may forbid itself further ones (namespaces(7)).
    forbid = 'echo 0 >/proc/sys/user/max_user_namespaces; exec "$@"'
    said = as_learner(
        f"import sys; sys.path.append({str(root)!r})\n{PLAIN}", "unshare", "-Ur", "sh", "-c", forbid, "sh"
    )
    assert said.count("plain\n") == 2
    told = [line for line in said.splitlines() if line.startswith("Sockets Lab: ")]
    assert len(told) == 1
    assert told[0].startswith("Sockets Lab: This kernel has no network of its own: unshare: No space left")
    assert told[0].endswith("; allow it with: sudo sysctl user.max_user_namespaces=10000.")


@pytest.mark.parametrize(
    ("file", "content", "number", "step", "wanted"),
    [
        ("proc/sys/kernel/unprivileged_userns_clone", "0", errno.EPERM, "unshare", "unprivileged_userns_clone=1"),
        ("proc/sys/kernel/apparmor_restrict_unprivileged_userns", "1", errno.EACCES, "loopback", "userns=0"),
        (".dockerenv", "", errno.EPERM, "unshare", "--security-opt seccomp=unconfined"),
        ("other", "", errno.EPERM, "mount", "systempaths=unconfined"),
        ("other", "", errno.ENOSPC, "unshare", "too many namespaces"),
        ("other", "", errno.EPERM, "unshare", "ask whoever runs this machine"),
        ("other", "", errno.EINVAL, "unshare", "was built without"),
    ],
)
def test_reason_is_found_and_the_way_out_named(
    file: str, content: str, number: int, step: str, wanted: str, tmp_path: Path
) -> None:
    path = tmp_path / file
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(content)
    assert wanted in mend(CannotStart("refused", number, step), tmp_path)
