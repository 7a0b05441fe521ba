# SPDX-License-Identifier: GPL-2.0-or-later
"""Tens of thousands of flows reach a peer that joins while more are opened, and a crash takes only the youngest with it."""

from collections.abc import Iterator

import pytest
from lab.cluster import Cluster
from lab.crowd import Crowd, crash_under
from lab.node import larger_datapaths
from lab.wait import await_condition

FLOWS, MOST = 50000, 200000
RATE = 1000  # flows that are opened a second: what sanitizers leave of a processor that others use too
# The mirror's delay is 20 ms at most where processors are free (bench/run sync); here none is.
DELAY_MS = 1000


@pytest.fixture(scope="module", autouse=True)
def room() -> Iterator[None]:
    with larger_datapaths(MOST):
        yield


def start_standby_anew(cluster: Cluster) -> None:
    """Returns as soon as it has been sent everything; new flows may be opened meanwhile."""
    standby = cluster.nodes[cluster.standby()]
    standby.crash()
    standby.start()

    def has_all() -> bool:
        seen = standby.status()
        return seen.answers and seen.peer_alive and not seen.resyncing and standby.counter("flow/mirrored") >= FLOWS

    await_condition(has_all, "the end of the bulk synchronisation", timeout=60, interval=0.2)


@pytest.mark.feature("C22-006", "C22-032", "C22-002")
def test_only_the_youngest_flows_end_with_their_node(cluster: Cluster) -> None:
    Crowd.configure(cluster)
    with Crowd(cluster.lab, MOST) as crowd:
        crowd.open(FLOWS)
        crowd.set_rate(RATE)
        start_standby_anew(cluster)
        victim, census = crash_under(crowd, cluster)
        assert census.judged > FLOWS
        assert census.late == 0, f"flows are missing that were there before others that are not: {census}"
        assert census.oldest_ms < DELAY_MS, census
        # What the former active node has of its peer is all that the peer had; now nothing is on its way.
        cluster.nodes[victim].start()
        cluster.await_well()
        cluster.crash_active()
        cluster.await_active(victim)
        assert crowd.check().missing == census.missing
