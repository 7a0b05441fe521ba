# SPDX-License-Identifier: GPL-2.0-or-later
"""Each fault of the matrix beside one activity; ha-tests/fault_matrix.py runs every cell."""

import pytest
from lab.cluster import Cluster
from lab.laboratory import Lab
from lab.previous import previous_commit
from matrix.activities import ACTIVITIES
from matrix.cell import run_cell
from matrix.faults import FAULTS
from matrix.stage import LAB, prepare  # noqa: F401


@pytest.fixture(scope="module", autouse=True)
def prepared(lab: Lab) -> None:
    prepare(lab)


def activity_of(fault: str) -> str:
    """Each fault has another one than its neighbours in the table."""
    names = list(ACTIVITIES)
    return names[list(FAULTS).index(fault) % len(names)]


@pytest.mark.feature("C22-001", "C22-002", "C22-006", "C22-031")
@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_is_borne(cluster: Cluster, fault: str) -> None:
    if fault == "other-version" and not previous_commit():
        pytest.skip("this clone holds no commit before the one under test")
    result = run_cell(cluster, FAULTS[fault], ACTIVITIES[activity_of(fault)], FAULTS[fault].victims[0], seed=1)
    assert not result.wrong, result.json()
