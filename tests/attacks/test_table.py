"""The table of attacks says what the tests try."""

from __future__ import annotations

from tests.attacks.attack import SUBMISSIONS
from tests.attacks.table import README, THEMES, table


def test_table_is_made_from_the_attacks() -> None:
    assert README.read_text(encoding="utf-8") == table(), "run: python -m tests.attacks.table"


def test_every_attack_has_a_theme_in_the_table() -> None:
    assert {path.parent.name for path in SUBMISSIONS.rglob("*.py")} == set(THEMES)
