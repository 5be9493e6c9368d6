"""IPython's shell and ipykernel's kernel object, made by the warm parent and adopted by each kernel that it forks.

Making them is a third of a kernel's start, and writes to thousands of pages that every kernel would then have a copy of
(CPython counts references in the objects themselves). Whatever depends on a kernel's own sockets, threads, folders,
environment or history is made, or made again, by the kernel.

They are adopted only where a kernel is configured as they were, that is not at all; else the kernel makes its own, as
a started one does. Source: ``__init__`` of ``ipykernel.ipkernel.IPythonKernel`` and of
``IPython.core.interactiveshell.InteractiveShell``.
"""

from __future__ import annotations

import atexit
import multiprocessing
import os
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, ExitStack, contextmanager
from typing import Any

import IPython
from ipykernel._version import version_info as version_of_ipykernel
from ipykernel.debugger import _is_debugpy_available
from ipykernel.ipkernel import IPythonKernel
from ipykernel.zmqshell import ZMQInteractiveShell
from IPython.core.profiledir import ProfileDir
from traitlets.config import Config

# Other versions may do more in their ``__init__`` than is made up for here; they are not prepared.
KNOWN = {"ipykernel": (7, 4), "IPython": (9, 18)}
# What is configured by these concerns nothing that is prepared.
_OF_THE_KERNEL_ALONE = {
    "Application", "BaseIPythonApplication", "ConnectionFileMixin", "HistoryAccessor", "HistoryManager",
    "IPKernelApp", "InteractiveShellApp", "KernelApp", "ProfileDir", "Session",
}  # fmt: skip
# The steps of the shell that look at the environment, the profile or the history; a kernel takes them by itself.
_LATER = ("init_ipython_dir", "init_profile_dir", "init_environment", "init_virtualenv", "init_history")


class Prepared:
    """A kernel object and its shell that no process has adopted yet."""

    def __init__(self) -> None:
        self._config = Config()
        self._main = sys.modules["__main__"]
        with ExitStack() as stack:
            for name in _LATER:
                stack.enter_context(_replaced(ZMQInteractiveShell, name, lambda *_: None))
            self._kernel = IPythonKernel.instance(config=self._config, profile_dir=ProfileDir(), user_ns=None)
        self._shell: Any = self._kernel.shell

    def fits(self, config: Mapping[str, Any]) -> bool:
        """Whether a kernel configured so is made as this one was."""
        plain = (name in _OF_THE_KERNEL_ALONE and not _is_nested(section) for name, section in config.items())
        return all(plain)

    def adopt(self, **given: Any) -> IPythonKernel:
        """In a kernel's process: what ``IPythonKernel.instance(**given)`` would be."""
        kernel = self._kernel
        self._config.merge(given["parent"].config)
        for name, value in given.items():
            if value is not None:
                setattr(kernel, name, value)
        kernel.ident = kernel._default_ident()
        kernel._stdout, kernel._stderr = sys.stdout, sys.stderr
        if _is_debugpy_available:
            kernel.debugger = kernel.debugger_class(
                kernel.log,
                kernel.debugpy_stream,
                kernel._publish_debug_event,
                kernel.debug_shell_socket,
                kernel.session,
                kernel._kernel_modules,
                kernel.debug_just_my_code,
                kernel.filter_internal_frames,
            )
        self._finish_shell()
        return kernel

    def _finish_shell(self) -> None:
        kernel, shell = self._kernel, self._shell
        shell.init_ipython_dir(None)
        shell.init_profile_dir(kernel.profile_dir)
        shell.init_environment()
        shell.init_virtualenv()
        shell.starting_dir = os.getcwd()
        shell._orig_sys_module_state.update(
            stdin=sys.stdin, stdout=sys.stdout, stderr=sys.stderr, excepthook=sys.excepthook
        )
        shell.sys_excepthook = sys.excepthook
        shell.init_encoding()
        shell.init_history()
        shell.configurables.insert(1, shell.configurables.pop())
        shell.init_user_ns()
        atexit.unregister(shell.atexit_operations)  # it comes before what the kernel has registered meanwhile
        atexit.register(shell.atexit_operations)
        if session_name := os.environ.get("JPY_SESSION_NAME"):
            shell.user_ns["__session__"] = session_name
        for publisher in (shell.displayhook, shell.display_pub):
            publisher.session, publisher.pub_socket = kernel.session, kernel.iopub_socket
        shell.displayhook.topic = kernel._topic("execute_result")

    def discard(self) -> None:
        """In a kernel's process: be as if there were none."""
        atexit.unregister(self._shell.atexit_operations)
        sys.modules["__main__"] = self._main
        for one in (IPythonKernel, ZMQInteractiveShell):
            one.clear_instance()


_prepared: Prepared | None = None


def prepare() -> None:
    """In the warm parent, once all is imported; nothing with versions of which it is not known what they would need."""
    global _prepared
    if {"ipykernel": version_of_ipykernel[:2], "IPython": IPython.version_info[:2]} == KNOWN:
        _prepared = Prepared()


def take() -> Prepared | None:
    """In a kernel's process: what there is to adopt."""
    global _prepared
    found, _prepared = _prepared, None
    return found


def forget_secrets() -> None:
    """In a kernel's process: make anew what processes must not share, but for what Python does at a fork by itself."""
    multiprocessing.current_process().authkey = os.urandom(32)


def in_place_of(kernel_class: type, make: Callable[..., Any]) -> AbstractContextManager[None]:
    """Meanwhile ``kernel_class.instance(...)`` is ``make(...)``."""
    return _replaced(kernel_class, "instance", make)


@contextmanager
def _replaced(owner: type, name: str, value: Callable[..., Any]) -> Iterator[None]:
    had, old = name in vars(owner), vars(owner).get(name)
    setattr(owner, name, value)
    try:
        yield
    finally:
        if had:
            setattr(owner, name, old)
        else:
            delattr(owner, name)


def _is_nested(section: Any) -> bool:
    """Whether it configures a class for those that a certain other one made, as ``IPKernelApp.Completer.use_jedi``."""
    return any(isinstance(value, Config) for value in section.values())
