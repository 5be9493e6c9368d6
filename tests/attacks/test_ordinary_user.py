"""The same attacks where the instructor is an ordinary user, as whom the submission runs, too."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.attacks.attack import attacks

ROOT = Path(__file__).resolve().parents[2]
PROGRAM = """
    import json, os, sys, tempfile
    from pathlib import Path
    sys.path.append({root!r})
    from sockets_lab.kernel.owner import release
    from tests.attacks.attack import attacks
    from tests.attacks.sandbox import Sandbox
    from tests.attacks.targets import targets_in
    found = {{}}
    with tempfile.TemporaryDirectory() as folder, targets_in(Path(folder)) as targets, Sandbox() as sandbox:
        for attack in attacks({theme!r}):
            if "Says" in attack.outcome:
                ended = sandbox.run(attack.cell(targets.told(sandbox.kernel.folder)))
                found[attack.id] = sandbox.said if ended else "did not end"
        shown = targets.secret in str(sandbox.heard)
        harm = targets.changed(), targets.visits
    release()
    print(json.dumps([os.getuid(), found, shown, *harm, sandbox.left]))
"""


@pytest.mark.parametrize("theme", ["secrets", "network", "privileges", "persistence"])
def test_an_ordinary_users_sandbox_holds_too(theme: str, as_learner: Callable[[str], str]) -> None:
    user, found, *harm = json.loads(as_learner(PROGRAM.format(root=str(ROOT), theme=theme)).splitlines()[-1])
    assert user != 0
    assert found == {one.id: one.outcome["Says"] for one in attacks(theme) if "Says" in one.outcome}
    assert harm == [False, [], 0, []]
