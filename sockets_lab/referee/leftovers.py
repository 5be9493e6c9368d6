"""The threads and child processes that a function leaves behind: found, named, and ended as far as they let us."""

from __future__ import annotations

import contextlib
import ctypes
import os
import signal
import threading
import time

import psutil

END_WITHIN_S = 0.2
_TASKS = "/proc/self/task"
_LISTS_CHILDREN = os.path.exists(f"{_TASKS}/{os.getpid()}/children")
_IDENT = threading.Thread.__dict__["ident"].__get__  # a class of the learner's may have an ident of its own
_KEPT_BY_PYTHON = ("multiprocessing.resource_tracker", "multiprocessing.forkserver")  # once for the whole process


class Leftovers:
    """What has come since this was made: threads and children of this process.

    Names are asked of the base class and of the system: a learner's class of threads may answer anything.
    """

    def __init__(self) -> None:
        self._threads_before = {id(thread): thread for thread in threading.enumerate()}
        self._children_before = _children()

    def threads(self) -> list[str]:
        """The names of threads that do not end by themselves now that the function has returned."""
        deadline = time.monotonic() + END_WITHIN_S
        new = self._new_threads()
        for thread in new:
            with contextlib.suppress(RuntimeError):  # one that somebody else is just starting; ours has begun by now
                threading.Thread.join(thread, max(0.0, deadline - time.monotonic()))
        return [_name(thread) for thread in new if threading.Thread.is_alive(thread)]

    def processes(self) -> list[str]:
        """The children that have not ended, and the command of each. Those that have are collected."""
        deadline = time.monotonic() + END_WITHIN_S
        while running := self._running_children():
            if time.monotonic() > deadline:
                break
            time.sleep(0.005)
        return [f"{pid} ({command})" for pid, command in running.items()]

    def end(self) -> None:
        """Kill the children; have each thread end as soon as it runs Python code again."""
        for pid in self._running_children():
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
            _collect(pid)
        for thread in self._new_threads():
            ident = _IDENT(thread)
            if ident is not None and threading.Thread.is_alive(thread):
                ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(ident), ctypes.py_object(SystemExit))

    def _new_threads(self) -> list[threading.Thread]:
        return [thread for thread in threading.enumerate() if id(thread) not in self._threads_before]

    def _running_children(self) -> dict[int, str]:
        running = {}
        for pid in _children() - self._children_before:
            if _collect(pid, os.WNOHANG):
                continue
            with contextlib.suppress(psutil.Error):
                command = " ".join(psutil.Process(pid).cmdline())
                if not any(kept in command for kept in _KEPT_BY_PYTHON):
                    running[pid] = command[:60]
        return running


def _collect(pid: int, options: int = 0) -> bool:
    """Whether our child ``pid`` has ended; then nothing is left of it. Source: waitpid(2)."""
    try:
        return os.waitpid(pid, options)[0] == pid
    except ChildProcessError:
        return True


def _children() -> set[int]:
    """Our children. Source: proc(5), /proc/pid/task/tid/children; where there is none, psutil."""
    if not _LISTS_CHILDREN:
        return {child.pid for child in psutil.Process().children()}
    found: set[int] = set()
    for task in os.listdir(_TASKS):
        with contextlib.suppress(FileNotFoundError), open(f"{_TASKS}/{task}/children") as file:
            found.update(map(int, file.read().split()))
    return found


def _name(thread: threading.Thread) -> str:
    return str(vars(thread).get("_name", "without a name"))
