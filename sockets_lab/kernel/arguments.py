"""A kernel's arguments as Jupyter gives them, read without a parser that knows every option of every class.

Making that one takes as long as forking the kernel. Whatever is not as plain as this is left to it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from traitlets.config import Config
from traitlets.config.loader import DeferredConfigString

_SETTING = re.compile(r"--([A-Z]\w*)\.([a-z_]\w*)=(.*)", re.DOTALL)


def read_plain(arguments: Sequence[str], application: str) -> Config | None:
    """What ``-f FILE --Class.trait=value ...`` says; None for anything else.

    Args:
        application: the class that the connection file is a setting of.
    """
    config = Config()
    rest = list(arguments)
    if len(rest) >= 2 and rest[0] == "-f" and rest[1] and not rest[1].startswith("-"):
        config[application] = Config(connection_file=rest[1])
        rest = rest[2:]
    for argument in rest:
        found = _SETTING.fullmatch(argument)
        if found is None or found[2] in config.get(found[1], ()):
            return None
        config.setdefault(found[1], Config())[found[2]] = DeferredConfigString(found[3])
    return config
