"""What attacks need: a sandbox, and something that is worth attacking."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from jupyter_core.utils import ensure_event_loop

from sockets_lab.kernel.grading import warm_parent
from sockets_lab.kernel.owner import release
from tests.attacks.targets import Targets, targets_in
from tests.kernel.conftest import as_learner as as_learner
from tests.own_network import skip_without_namespaces


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Where the platform itself gives no namespaces, nothing here can be tried."""
    skip_without_namespaces([item for item in items if item.path.is_relative_to(Path(__file__).parent)])


@pytest.fixture(scope="module", autouse=True)
def warm_grading(private_temp_folder: Path) -> Iterator[None]:
    """One warm parent for the attacks of a module, as for submissions: what one leaves in it, others would meet."""
    ensure_event_loop()
    warm_parent().connect()
    yield
    release()


@pytest.fixture(scope="module")
def targets(warm_grading: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Targets]:
    """An instructor's machine."""
    with targets_in(tmp_path_factory.mktemp("instructor")) as one:
        yield one
