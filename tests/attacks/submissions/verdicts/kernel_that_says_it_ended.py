"""Tells the grader that the kernel has been shut down and restarted, while it runs.

Earns: 0
"""

kernel = get_ipython().kernel
for restart in (True, False):
    kernel.session.send(kernel.iopub_socket, "shutdown_reply", {"status": "ok", "restart": restart}, parent=kernel.get_parent("shell"))
kernel.session.send(kernel.iopub_socket, "status", {"execution_state": "dead"}, parent=kernel.get_parent("shell"))
kernel.session.send(kernel.iopub_socket, "status", {"execution_state": "starting"}, parent=kernel.get_parent("shell"))
