# SPDX-License-Identifier: GPL-2.0-or-later
"""A short run of soak.py; the long one is ha-tests/soak.py --rounds 100."""

import pytest
from lab.cluster import Cluster
from soak import overlapping, soak


@pytest.mark.feature("C22-002", "C22-003", "C22-059")
def test_three_rounds(cluster: Cluster) -> None:
    soak(cluster.lab, rounds=3, seed=7)


def test_two_senders_at_once_are_found() -> None:
    assert overlapping({"master": ["1.000 IP", "1.010 IP"], "slave": ["1.005 IP"]})
    assert not overlapping({"master": ["1.000 IP", "9.010 IP"], "slave": ["1.300 IP", "2.0 IP"]})
