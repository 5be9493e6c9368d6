"""What the attacks are after: an instructor's files, services and processes, each with a secret in it."""

from __future__ import annotations

import contextlib
import os
import secrets
import socket
import sqlite3
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from sockets_lab.kernel.view import environment_folders

VARIABLE = "SOCKETS_LAB_SECRET_OF_THE_TEST"


class Targets:
    """An instructor's machine, made for the purpose in ``folder``.

    Attributes:
        secret: what must appear nowhere.
        visits: how often one of the services was reached.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.secret = secrets.token_hex(16)
        self.visits = 0
        self._before: dict[Path, bytes] = {}
        self._tcp = socket.create_server(("127.0.0.1", 0))
        self._abstract = socket.socket(socket.AF_UNIX)
        self._abstract.bind("\0sockets-lab-" + secrets.token_hex(4))
        self._named = socket.socket(socket.AF_UNIX)
        self._named.bind(str(folder / "service"))
        self._threads = [self._serve(one) for one in (self._tcp, self._abstract, self._named)]
        self.files = {
            "hidden_trials": "solutions/2-stream/hidden_trials.py",
            "answers": "solutions/2-stream/answers.toml",
            "gradebook": "gradebook.db",
            "home": "home/.netrc",
            "other_submission": "submitted/bob/2-stream/5-transfer.ipynb",
        }
        for name in self.files.values():
            self._write(folder / name)

    def write(self, path: Path, text: str) -> None:
        """A file with the secret in it, which must stay as it is."""
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        self._before[path] = path.read_bytes()

    def _write(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        if path.suffix == ".db":
            with contextlib.closing(sqlite3.connect(path)) as book, book:
                book.execute("create table grade (secret text)")
                book.execute("insert into grade values (?)", [self.secret])
        else:
            path.write_text(f"secret = {self.secret!r}\n")
        self._before[path] = path.read_bytes()

    def _serve(self, listener: socket.socket) -> threading.Thread:
        listener.listen()

        def answer() -> None:
            with contextlib.suppress(OSError):
                while True:
                    one, _ = listener.accept()
                    self.visits += 1
                    one.sendall(self.secret.encode())
                    one.close()

        thread = threading.Thread(target=answer, name="service", daemon=True)
        thread.start()
        return thread

    def told(self, kernel_folder: Path = Path("/nowhere"), neighbour_port: int = 1) -> dict[str, Any]:
        """What an attack is told: where everything is."""
        paths = {name: str(self.folder / file) for name, file in self.files.items()}
        return {
            **paths,
            "home": str(self.folder / "home"),
            "solutions": str(self.folder / "solutions"),
            "variable": VARIABLE,
            "shown": [str(path) for path in [*environment_folders(), kernel_folder]],
            "pid": os.getpid(),
            "kernel_folder": str(kernel_folder),
            "port": self._tcp.getsockname()[1],
            "neighbour_port": neighbour_port,
            "abstract": self._abstract.getsockname()[1:].decode(),
            "unix_socket": str(self.folder / "service"),
        }

    def changed(self) -> list[str]:
        """Files that are not what they were, or new."""
        files = (path for path in self.folder.rglob("*") if path.is_file() and path.parent.name != "__pycache__")
        now = {path: path.read_bytes() for path in files}
        return [str(path) for path in now.keys() | self._before.keys() if now.get(path) != self._before.get(path)]

    def close(self) -> None:
        for listener in (self._tcp, self._abstract, self._named):
            with contextlib.suppress(OSError):
                listener.shutdown(socket.SHUT_RDWR)
            listener.close()
        for thread in self._threads:
            thread.join()


@contextlib.contextmanager
def targets_in(folder: Path) -> Iterator[Targets]:
    """Such a machine; its secret is in this process's environment, too."""
    one = Targets(folder)
    os.environ[VARIABLE] = one.secret
    try:
        yield one
    finally:
        del os.environ[VARIABLE]
        one.close()
