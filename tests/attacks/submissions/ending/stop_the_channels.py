"""Stops the thread and the loop by which the kernel answers.

Stops: it
"""

import signal
from ipykernel.kernelapp import IPKernelApp

kernel = IPKernelApp.instance().kernel
kernel.iopub_socket.close(0) if hasattr(kernel.iopub_socket, "close") else None
kernel.io_loop.stop() if kernel.io_loop else None
signal.pthread_sigmask(signal.SIG_BLOCK, range(1, 65))
signal.pause()
