"""What a function may change in its process, and what a check puts back when the function is over.

A function that breaks ``socket`` or closes ``sys.stdout`` for good would otherwise break the check, the next trial
and the cells after it, and nothing there would say why.
"""

from __future__ import annotations

import _signal  # type: ignore[import-not-found]
import builtins
import contextlib
import gc
import linecache
import os
import resource
import select
import signal
import socket
import struct
import sys
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

from sockets_lab.referee.timer import SIGNAL

_MODULES = (builtins, linecache, os, select, signal, socket, struct, threading, time)
_CLASSES = (socket.socket, threading.Thread)
_STREAMS_AND_HOOKS = ("stdin", "stdout", "stderr", "displayhook", "excepthook", "unraisablehook")

PutBack = Callable[[], object]


@contextlib.contextmanager
def put_back() -> Iterator[None]:
    """Put back, when the block ends, what runs in it has changed of the process: see the functions below."""
    changes = [
        _names(),
        _streams_and_hooks(),
        _signals(),
        _working_folder(),
        _environment(),
        _open_files_limit(),
        _interpreter(),
        _event_loop(),
    ]
    try:
        yield
    finally:
        for again in changes:
            again()


def _names() -> PutBack:
    """What the modules and classes that sockets are used with call by which name."""
    modules = [(vars(module), dict(vars(module))) for module in _MODULES]
    classes = [(kind, dict(vars(kind))) for kind in _CLASSES]

    def again() -> None:
        for names, before in modules:
            names.update(before)
        for kind, own in classes:
            now = dict(vars(kind))
            for name in now.keys() - own.keys():
                delattr(kind, name)
            for name, value in own.items():
                if now.get(name) is not value:
                    setattr(kind, name, value)

    return again


def _streams_and_hooks() -> PutBack:
    before = {name: getattr(sys, name) for name in _STREAMS_AND_HOOKS}
    return lambda: vars(sys).update(before)


def _signals() -> PutBack:
    handlers = {number: _get_handler(number) for number in _ALL_SIGNALS}
    mask = _set_mask(signal.SIG_BLOCK, ())
    timer = _get_timer(signal.ITIMER_REAL)

    def again() -> None:
        if timer == (0.0, 0.0) and SIGNAL != signal.SIGALRM:
            _set_timer(signal.ITIMER_REAL, 0)
        for number, handler in handlers.items():
            if number != SIGNAL and _get_handler(number) != handler and handler is not None:
                _set_handler(number, handler)
        _set_mask(signal.SIG_SETMASK, mask)

    return again


def _working_folder() -> PutBack:
    try:
        before = os.getcwd()
    except OSError:  # it was deleted
        return lambda: None

    def again() -> None:
        with contextlib.suppress(OSError):
            os.chdir(before)

    return again


def _environment() -> PutBack:
    before = dict(os.environ)

    def again() -> None:
        if dict(os.environ) != before:
            os.environ.clear()
            os.environ.update(before)

    return again


def _open_files_limit() -> PutBack:
    soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)

    def again() -> None:
        now, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        if now != soft:
            with contextlib.suppress(OSError, ValueError):
                resource.setrlimit(
                    resource.RLIMIT_NOFILE, (soft if hard == resource.RLIM_INFINITY else min(soft, hard), hard)
                )

    return again


def _interpreter() -> PutBack:
    trace, profile = sys.gettrace(), sys.getprofile()
    recursion, switching, collecting = sys.getrecursionlimit(), sys.getswitchinterval(), gc.isenabled()

    def again() -> None:
        if sys.gettrace() is not trace:
            sys.settrace(trace)
        if sys.getprofile() is not profile:
            sys.setprofile(profile)
        sys.setswitchinterval(switching)
        with contextlib.suppress(RecursionError):  # we are deeper than the limit that we came with
            sys.setrecursionlimit(recursion)
        (gc.enable if collecting else gc.disable)()

    return again


def _event_loop() -> PutBack:
    """A notebook's kernel runs one, and asyncio.run() refuses to run inside of another: the function sees none.

    Source: Python's asyncio, "Extending", on _enter_task and _leave_task; asyncio/events.py on _set_running_loop.
    """
    asyncio: Any = sys.modules.get("asyncio")
    loop = asyncio._get_running_loop() if asyncio else None
    if loop is None:
        return lambda: None
    set_running, set_current = asyncio._set_running_loop, asyncio.set_event_loop
    leave, enter = asyncio.tasks._leave_task, asyncio.tasks._enter_task
    task = asyncio.current_task(loop)
    if task is not None:
        leave(loop, task)
    set_running(None)

    def again() -> None:
        with contextlib.suppress(Exception):  # the function may have broken what this needs
            set_current(loop)
        set_running(loop)
        if task is not None:
            enter(loop, task)

    return again


# As they were when this was imported: a learner's function gives the modules' names to others.
_set_handler, _get_handler = _signal.signal, _signal.getsignal  # without enums: this is done for each call
_set_mask = signal.pthread_sigmask
_get_timer, _set_timer = signal.getitimer, signal.setitimer
_ALL_SIGNALS = signal.valid_signals()
