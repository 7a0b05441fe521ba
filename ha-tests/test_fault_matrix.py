# SPDX-License-Identifier: GPL-2.0-or-later
"""Each fault of the matrix beside one activity; ha-tests/fault_matrix.py runs every cell."""

import pytest
from lab.cluster import Cluster
from matrix.activities import ACTIVITIES
from matrix.cell import run_cell
from matrix.faults import FAULTS

LAB = {"supervised": True}


def activity_of(fault: str) -> str:
    """Each fault has another one than its neighbours in the table."""
    names = list(ACTIVITIES)
    return names[list(FAULTS).index(fault) % len(names)]


@pytest.mark.feature("C22-001", "C22-002", "C22-006", "C22-031")
@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_is_borne(cluster: Cluster, fault: str) -> None:
    result = run_cell(cluster, FAULTS[fault], ACTIVITIES[activity_of(fault)], FAULTS[fault].victims[0], seed=1)
    assert not result.wrong, result.json()
