"""``nbgrader autograde`` with one option more; nbgrader reads its options before its configuration could add any."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

from nbgrader.apps.autogradeapp import AutogradeApp, flags

TRUST = "trust-submissions"


class AutogradeCommand(AutogradeApp):
    """nbgrader's command, with ``--trust-submissions``."""

    flags: ClassVar[dict[str, Any]] = {
        **flags,
        TRUST: (
            {"ExecuteSubmission": {"trust_submissions": True}},
            "Run submissions without a sandbox, with all rights of the user who grades.",
        ),
    }


def autograde(arguments: Sequence[str]) -> None:
    """Run the command; as nbgrader's own, it ends by SystemExit when something went wrong."""
    AutogradeCommand.launch_instance(list(arguments))
