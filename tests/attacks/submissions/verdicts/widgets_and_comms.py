"""Opens comms and widgets, and speaks on them to whatever listens in the grader.

Earns: 0
"""

import comm, ipywidgets

one = comm.create_comm(target_name="jupyter.widget", data={"state": {"_model_name": "DOMWidgetModel"}, "buffer_paths": [["a"]]})
one.send({"method": "update", "state": {"x": "<script>"}}, buffers=[b"x"])
display(ipywidgets.HTML("<script>alert(1)</script>"))
for _ in range(100):
    comm.create_comm(target_name="x" * 1000, data={"deep": [[[[]]]]})
