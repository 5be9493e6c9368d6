"""What a demonstration raises where this machine or this kernel cannot show it."""

from __future__ import annotations


class NotHere(RuntimeError):
    """Something that is shown live elsewhere cannot be had here.

    Its text is one sentence: what is missing, and how to get it. A notebook shows that, and what the cell showed when
    the lesson was made, in place of a traceback: see ``sockets_lab.demonstrations``.
    """
