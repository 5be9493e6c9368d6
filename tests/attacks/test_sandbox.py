"""Each attack on the sandbox alone: it gets nothing, the grader is told, and nothing of it is left."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from sockets_lab.kernel.limits import MIB
from tests.attacks.attack import Attack, attacks
from tests.attacks.sandbox import DEADLINE_S, DEAF_AFTER_S, Sandbox
from tests.attacks.targets import Targets

ATTACKS = attacks("secrets", "network", "privileges", "persistence", "resources", "ending")
NEIGHBOUR = """
import os, socket
open("/scratch/neighbour.txt", "w").write({secret!r})
listener = socket.create_server(("127.0.0.1", 0))
print(listener.getsockname()[1])
"""
# What the next submission must find as the first one did.
FRESH = """
import os, sys, tempfile
own = {".ipython"}
print(sorted(set(os.listdir("/scratch")) - own), sorted(set(os.listdir("/dev/shm")) - own),
      [name for name in os.environ if "POISON" in name or name == "PYTHONSTARTUP"],
      sorted(name for name in sys.modules if "poison" in name or "customize" in name),
      len([name for name in os.listdir("/proc") if name.isdigit()]), os.getcwd())
"""


@pytest.fixture(scope="module")
def neighbour(targets: Targets) -> Iterator[int]:
    """Another submission, which runs all the time; the port of its server."""
    with Sandbox() as one:
        assert one.run(NEIGHBOUR.format(secret=targets.secret))
        yield int(one.said)


@pytest.mark.parametrize("attack", ATTACKS, ids=lambda attack: attack.id)
def test_attack(attack: Attack, targets: Targets, neighbour: int) -> None:
    sandbox = Sandbox(attack.limits)
    with sandbox:
        told = targets.told(sandbox.kernel.folder, neighbour)
        expected = attack.outcome
        ended_by_itself = sandbox.run(attack.cell(told), DEAF_AFTER_S if "Stops" in expected else DEADLINE_S)
        if "Says" in expected:
            assert ended_by_itself and sandbox.said == expected["Says"]
            assert sandbox.kernel.poll() is None
        elif "Ends" in expected:
            assert not ended_by_itself and sandbox.kernel.poll() is not None, sandbox.said
            assert expected["Ends"] in (sandbox.ended.limit, str(sandbox.ended.status)), sandbox.ended
        else:
            assert not ended_by_itself
        for limit in expected.get("Reached", "").split():
            assert limit in sandbox.ended.reached
        _used_no_more_than_allowed(sandbox)
    assert targets.secret not in str(sandbox.heard)
    assert not targets.visits and not targets.changed()
    assert not sandbox.left


TAKEN_BETWEEN_LOOKS = 1024 * MIB  # on a busy machine, where a look comes late; without a watch it would be all there is


def _used_no_more_than_allowed(sandbox: Sandbox) -> None:
    """Beyond a limit there is only what can be taken between two looks of the watch."""
    used, limits = sandbox.ended.usage, sandbox.ended.limits
    assert sandbox.ended.sentence()
    assert used.scratch_bytes <= limits.scratch_bytes and used.processes <= limits.processes + 1
    assert used.memory_bytes < limits.memory_bytes + TAKEN_BETWEEN_LOOKS
    assert sandbox.heard_bytes < 2 * limits.output_bytes


PASSES_ONE_ON = """
from sockets_lab.peers.channel import Channel
one, other = Channel.pair()
one.send({"passed": True}, [0])
print(other.receive(timeout_s=5)[0])
"""


def test_others_can_pass_descriptors_while_one_tries_to_keep_them_from_it(targets: Targets) -> None:
    attack = next(one for one in ATTACKS if one.name == "descriptors_under_way")
    with Sandbox() as attacker, Sandbox() as other:
        attacker.client.execute(attack.cell(targets.told()))
        while attacker.kernel.poll() is None:
            assert other.run(PASSES_ONE_ON)
            assert other.said == "{'passed': True}"
        assert attacker.ended.limit == "files_under_way"
