"""Has every report say that all points were earned.

Earns: 0
"""

from sockets_lab.referee.report import Report
from sockets_lab.referee.verdicts import Findings

Report.__repr__ = lambda self: "5"
Report._repr_mimebundle_ = lambda self, **_: {"text/plain": "5", "text/html": "<b>5 of 5 points</b>"}
Findings.from_data = classmethod(lambda cls, data: cls("stream.recv_frame", 5, 5, 1))
