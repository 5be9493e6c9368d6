"""Says to the grader's client what no kernel says: messages without parts, of no shape, deeply nested.

Earns: 0
Raises: KernelLost
"""

kernel = get_ipython().kernel
odd = [None, [], "text", {"data": []}, {"data": {"text/plain": 5}}, {"text": None}, {"name": [], "text": {}},
       {"ename": 1, "traceback": 5}, {"execution_state": []}, {"wait": "x"}, {"data": {"text/plain": "\ud800"}}]
deep = {}
for _ in range(500):
    deep = {"data": deep}
for kind in ("stream", "display_data", "execute_result", "error", "clear_output", "comm_open", "comm_msg", "comm_close",
             "update_display_data", "execute_input", "nonsense", "execute_reply", "shutdown_reply", "input_request"):
    for content in (*odd, deep):
        try:
            kernel.session.send(kernel.iopub_socket, kind, content, parent=kernel.get_parent("shell"))
        except Exception:
            pass
