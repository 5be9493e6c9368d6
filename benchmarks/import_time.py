"""How long importing the package takes, beside ipywidgets, which every notebook with a widget imports."""

from __future__ import annotations

import sys

from _measure import BARE, bare_python, require, run_python, show, side_by_side

ROUNDS = 15
LIMIT_S = 0.15
WIDGETS, LAB, BOTH = "import ipywidgets", "import sockets_lab", "import ipywidgets, sockets_lab"


def main() -> int:
    measures = {BARE: bare_python} | {
        source: lambda source=source: run_python(source) for source in (WIDGETS, LAB, BOTH)
    }
    for measure in measures.values():
        measure()  # compiles what was not compiled yet
    found = side_by_side(measures, ROUNDS)
    show(found, beside=WIDGETS)
    more = found[LAB].median - found[WIDGETS].median
    return int(not require(f"{LAB} takes {more * 1000:+.0f} ms more, at most {LIMIT_S * 1000:.0f}", more <= LIMIT_S))


if __name__ == "__main__":
    sys.exit(main())
