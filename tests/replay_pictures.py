"""How a replay compares pictures: that they are there, in the same formats, and not what is drawn.

A picture shows times, and packets that cross each other, as they were at that moment. Whatever a lesson says of it is
printed beside it, and that is compared.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pytest

DRAWN = "image/svg+xml"
_NEEDS_A_FRONT_END = "application/vnd.jupyter.widget-view+json"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Have each cell's outputs compared so."""
    for item in items:
        compare = getattr(item, "compare_outputs", None)
        if compare is not None:
            item.compare_outputs = _without_drawings(compare)  # type: ignore[attr-defined]


def _without_drawings(compare: Any) -> Any:
    def compare_rest(test: Iterable[Any], reference: Iterable[Any], *more: Any, **options: Any) -> Any:
        return compare([formats(one) for one in test], [formats(one) for one in reference], *more, **options)

    return compare_rest


def formats(output: Any) -> Any:
    """An output as it is; of a picture, the names of its formats."""
    data = output.get("data", {})
    if DRAWN not in data:
        return output
    names = ", ".join(sorted(set(data) - {_NEEDS_A_FRONT_END}))
    return type(output)({**output, "data": {"text/plain": f"a picture: {names}"}})
