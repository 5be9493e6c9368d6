"""ipykernel, as it is, on sockets that somebody else made.

The owner makes the listening sockets before the kernel is forked: clients connect at once instead of trying again
every 100 ms, and a kernel needs no sight of the folder that they lie in (zmq_setsockopt(3), ZMQ_USE_FD).
"""

from __future__ import annotations

import atexit
import gc
import os
import sys
import threading
from collections.abc import Mapping, Sequence
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from types import ModuleType
from typing import Any

import zmq
from ipykernel.heartbeat import Heartbeat
from ipykernel.ipkernel import IPythonKernel
from ipykernel.kernelapp import IPKernelApp
from jupyter_client.connect import KernelConnectionInfo

from sockets_lab.kernel.arguments import read_plain
from sockets_lab.kernel.channels import PORTS
from sockets_lab.kernel.prepared import Prepared, forget_secrets, in_place_of, take


class _Heartbeat(Heartbeat):
    listener = -1

    def _try_bind_socket(self) -> Any:
        self.socket.setsockopt(zmq.USE_FD, self.listener)
        return super()._try_bind_socket()


class KernelApp(IPKernelApp):
    """Binds its channels to given sockets.

    Attributes:
        listeners: listening sockets by port, as in the connection info.
        given: the connection info, where there is no file to read it from.
        prepared: what the warm parent has made for it.
    """

    listeners: Mapping[int, int]
    prepared: Prepared | None = None
    given: KernelConnectionInfo | None = None

    def _try_bind_socket(self, s: Any, port: int) -> int:
        s.setsockopt(zmq.USE_FD, self.listeners[port])
        return int(super()._try_bind_socket(s, port))

    def init_heartbeat(self) -> None:
        """Start the heartbeat on its given socket."""
        self.heartbeat = _Heartbeat(zmq.Context(), (self.transport, self.ip, self.hb_port))
        self.heartbeat.listener = self.listeners[self.hb_port]
        self.heartbeat.start()

    def init_connection_file(self) -> None:
        """Take what was given; else the file."""
        if self.given is None:
            super().init_connection_file()
        else:
            self.load_connection_info(self.given)

    def write_connection_file(self, **kwargs: Any) -> None:
        """Leave the owner's file as it is."""

    def parse_command_line(self, argv: Any = None) -> None:
        """Take plain settings as they are."""
        config = read_plain(argv or (), type(self).__name__)
        if config is None:
            super().parse_command_line(argv)
            return
        self.argv, self.cli_config, self.extra_args = list(argv or ()), config, []
        self.update_config(config)

    def init_kernel(self) -> None:
        """Adopt what the warm parent has prepared, if it is what would be made here."""
        prepared = self.prepared
        if prepared is None:
            super().init_kernel()
        elif self.kernel_class is IPythonKernel and prepared.fits(self.config):
            with in_place_of(IPythonKernel, prepared.adopt):
                super().init_kernel()
        else:
            prepared.discard()
            super().init_kernel()

    def init_sockets(self) -> None:
        """Bind all channels; without a sight of the folder nothing connects to them from within."""
        super().init_sockets()
        if self.given is not None:
            self.debug_shell_socket.disconnect(self.shell_socket.getsockopt(zmq.LAST_ENDPOINT))


def run_kernel(arguments: Sequence[str], listeners: Sequence[int], given: KernelConnectionInfo | None) -> int:
    """Run a kernel in this process until it is shut down; the process's exit status.

    Args:
        arguments: of the command ``ipykernel_launcher``.
        listeners: one a channel, in the order of ``CHANNELS``.
        given: the connection info, when there is no connection file.
    """
    sys.argv = ["ipykernel_launcher.py", *arguments]
    gc.disable()  # till the end of the start, which leaves no garbage worth a search
    _run_again("sockets_lab")
    forget_secrets()
    status = 0
    try:
        app = KernelApp.instance(parent_handle=1)  # process 1 watches the owner
        app.listeners = dict(zip(PORTS.values(), listeners, strict=True))
        app.given, app.prepared = given, take()
        app.initialize(list(arguments))
        gc.freeze()
        gc.enable()
        app.start()
    except SystemExit as wanted:
        status = wanted.code if isinstance(wanted.code, int) else int(wanted.code is not None)
    except BaseException:
        sys.excepthook(*sys.exc_info())
        status = 1
    _finish()
    return status


def _finish() -> None:
    """What an interpreter does at its end, but for freeing each object, which would copy every shared page."""
    for step in (threading._shutdown, atexit._run_exitfuncs):  # type: ignore[attr-defined]
        try:
            step()
        except BaseException:
            sys.excepthook(*sys.exc_info())
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except (OSError, ValueError, AttributeError):
            pass


def _run_again(package: str) -> None:
    """Let the first import of ``package`` run its top module, which looks for the notebook that it is in."""
    module = sys.modules.pop(package, None)
    if module is not None and module.__spec__ is not None and module.__spec__.loader is not None:
        sys.meta_path.insert(0, _Once(module, module.__spec__))


class _Once(MetaPathFinder, Loader):
    def __init__(self, module: ModuleType, spec: ModuleSpec) -> None:
        self._module = module
        self._spec = spec

    def find_spec(self, name: str, path: Any, target: Any = None) -> ModuleSpec | None:
        if name != self._spec.name:
            return None
        sys.meta_path.remove(self)
        return ModuleSpec(name, self, origin=self._spec.origin, is_package=True)

    def create_module(self, spec: ModuleSpec) -> ModuleType:
        return self._module

    def exec_module(self, module: ModuleType) -> None:
        module.__spec__, module.__loader__ = self._spec, self._spec.loader
        assert self._spec.loader is not None
        self._spec.loader.exec_module(module)


def close_all_but(keep: Sequence[int]) -> None:
    """Close every descriptor but the standard streams and those in ``keep``."""
    low = 3
    for fd in sorted(keep):
        os.closerange(low, fd)
        low = fd + 1
    os.closerange(low, os.sysconf("SC_OPEN_MAX"))


def wear(environment: Mapping[str, str], folder: str, streams: Sequence[int], keep: Sequence[int]) -> None:
    """Give this process the environment, working folder and streams of a freshly started one, and close the rest.

    Args:
        streams: what becomes standard input, output and error.
        keep: descriptors that stay open beside them.
    """
    os.setsid()
    for number, fd in enumerate(streams):
        os.dup2(fd, number)
    close_all_but(keep)
    os.environ.clear()
    os.environ.update(environment)
    os.chdir(folder)
    for name, number, mode in (("stdin", 0, "r"), ("stdout", 1, "w"), ("stderr", 2, "w")):
        old = getattr(sys, f"__{name}__")
        new = open(  # noqa: SIM115 - it lasts as long as the process
            number, mode, encoding=old.encoding, errors=old.errors, closefd=False, buffering=1 if number == 2 else -1
        )
        setattr(sys, name, new)
        setattr(sys, f"__{name}__", new)
