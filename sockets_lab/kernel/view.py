"""What a graded kernel sees of the file system: made once, by bubblewrap, for the warm parent of all of them.

Source: bwrap(1).
"""

from __future__ import annotations

import os
import shutil
import site
import sys
from collections.abc import Sequence
from pathlib import Path

from sockets_lab.kernel.owner import CannotStart

SCRATCH = "/scratch"
SANDBOX_ID = 60600  # whom root becomes for it: a number that no distribution gives to anybody

_SYSTEM = ("/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32")
_ETC = (
    *("ld.so.cache", "ld.so.conf", "ld.so.conf.d", "localtime", "alternatives", "protocols", "services"),
    *("gai.conf", "os-release", "terminfo", "mime.types", "ssl/openssl.cnf"),
)
_PACKAGE = Path(__file__).resolve().parents[1]


def sandbox_id() -> int:
    """Whose user number graded kernels have."""
    return SANDBOX_ID if os.geteuid() == 0 else os.geteuid()


def environment(path: str = "") -> dict[str, str]:
    """The variables that a graded kernel starts with, none of them the instructor's own."""
    allowed = {name: os.environ[name] for name in ("LANG", "LC_ALL", "TZ") if name in os.environ}
    return {
        **allowed,
        "PATH": path or f"{Path(sys.executable).parent}:/usr/local/bin:/usr/bin:/bin",
        "HOME": SCRATCH,
        "TMPDIR": SCRATCH,
        "USER": "learner",
        "PYTHONDONTWRITEBYTECODE": "1",
        "PYTHONUSERBASE": site.getuserbase(),
    }


def wrap(place: Path, inside: list[str], hidden: Sequence[Path] = ()) -> tuple[list[str], list[int]]:
    """The command that runs ``inside`` in the view, and the descriptors that it needs, which the caller closes.

    Args:
        place: the folder of the warm parent, which it alone sees.
        hidden: files and folders that must not be seen, should they lie within what is shown.
    Raises:
        CannotStart: there is no bubblewrap.
    """
    bwrap = shutil.which("bwrap")
    if bwrap is None:
        raise CannotStart("bubblewrap is not installed: apt-get install bubblewrap", step="bwrap")
    shown = environment_folders()
    fds: list[int] = []
    arguments = [bwrap, "--ro-bind", "/usr", "/usr"]
    for name in _SYSTEM:
        if os.path.islink(name):
            arguments += ["--symlink", os.readlink(name), name]
        elif os.path.isdir(name):
            arguments += ["--ro-bind", name, name]
    arguments += ["--perms", "0755", "--dir", "/etc"]
    for name in _ETC:
        arguments += ["--ro-bind-try", f"/etc/{name}", f"/etc/{name}"]
    for name, text in _invented().items():
        fds.append(_file_of(text))
        arguments += ["--perms", "0444", "--ro-bind-data", str(fds[-1]), f"/etc/{name}"]
    arguments += ["--bind", "/proc", "/proc", "--dev", "/dev", "--tmpfs", "/tmp", "--dir", "/run", "--dir", SCRATCH]
    for folder in sorted({parent for path in [*shown, place.parent] for parent in path.parents} - {Path("/")}):
        if not any(folder.is_relative_to(path) for path in shown) and folder != Path("/tmp"):
            arguments += ["--perms", "0755", "--dir", str(folder)]  # they could be entered by nobody else
    for path in shown:
        arguments += ["--ro-bind", str(path), str(path)]
    for path in hidden:
        if any(path.resolve().is_relative_to(root) for root in [Path("/usr"), *shown]):
            cover = ["--tmpfs", str(path)] if path.is_dir() else ["--ro-bind", "/dev/null", str(path)]
            arguments += cover
    arguments += ["--bind", str(place.parent), str(place.parent)]
    arguments += ["--remount-ro", "/dev", "--remount-ro", "/", "--chdir", "/", "--clearenv"]
    for name, value in environment().items():
        arguments += ["--setenv", name, value]
    if os.geteuid() == 0:  # only to become somebody else
        arguments += ["--cap-drop", "ALL", "--cap-add", "CAP_SETUID", "--cap-add", "CAP_SETGID"]
    return [*arguments, "--", *inside], fds


def environment_folders() -> list[Path]:
    """Where this environment and this package are, parents before what is in them; the system's own aside."""
    paths = {Path(sys.prefix), Path(sys.base_prefix), Path(sys.executable).parent.parent, _PACKAGE}
    if site.ENABLE_USER_SITE and os.path.isdir(site.getusersitepackages()):
        paths.add(Path(site.getusersitepackages()))
    return sorted(path for path in paths if not path.is_relative_to("/usr"))


def _invented() -> dict[str, str]:
    number = sandbox_id()
    return {
        "passwd": f"root:x:0:0::/:/bin/false\nlearner:x:{number}:{number}::{SCRATCH}:/bin/sh\n",
        "group": f"root:x:0:\nlearner:x:{number}:\n",
        "hosts": "127.0.0.1 localhost\n::1 localhost\n",
        "nsswitch.conf": "passwd: files\ngroup: files\nhosts: files\nservices: files\nprotocols: files\n",
    }


def _file_of(text: str) -> int:
    fd = os.memfd_create("etc")
    os.write(fd, text.encode())
    os.lseek(fd, 0, os.SEEK_SET)
    return fd
