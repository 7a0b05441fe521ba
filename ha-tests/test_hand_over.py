# SPDX-License-Identifier: GPL-2.0-or-later
"""A peer that is ready, but is still being told of the flows: who is to hand over to it waits, or refuses, and no flow ends."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from lab.cluster import RECOVERY_TIMEOUT, Cluster
from lab.node import LabNode
from lab.threads import HeldThread
from lab.traffic import Flows
from lab.wait import await_condition

TCP, UDP = 1500, 1500
ALL_ALIVE = f"tcp {TCP}/{TCP} udp {UDP}/{UDP} resets 0"
CLUSTERD = "hadrian-clusterd"
WAITS = "ends when the peer has been told what this node holds"
JOINED = "the peer joined the group"
GOES_ON = "hands over although the peer has only"
UNHEALTHY = "the datapath is not healthy: yields when the peer has been told what this node holds"


def logged(node: LabNode, text: str) -> int:
    """How often clusterd said this."""
    return (node.log / f"{CLUSTERD}.log").read_text(encoding="utf-8", errors="replace").count(text)


def await_logged(node: LabNode, text: str, before: int) -> None:
    await_condition(lambda: logged(node, text) > before, f"'{text}' in the log of {node.name}", RECOVERY_TIMEOUT)


def standby_outside(cluster: Cluster) -> tuple[LabNode, LabNode]:
    """The active node, and a standby that has started anew and is ready, but whose Corosync stands still before it joins."""
    active, standby = (cluster.nodes[name] for name in (cluster.active(), cluster.standby()))
    standby.crash()
    await_condition(lambda: not active.status().peer_alive, "the end of the standby being noticed", RECOVERY_TIMEOUT)
    standby.start()
    # It is ready without Corosync, but no member of the group.
    await_condition(lambda: standby.programs("corosync"), "the start of Corosync", RECOVERY_TIMEOUT, interval=0.002)
    standby.hang_program("corosync")
    await_condition(lambda: "HA cluster peer is ready to take over" in active.cli("ha -status").stdout, "a standby that is ready",
                    RECOVERY_TIMEOUT)
    return active, standby


@contextmanager
def untold_standby(cluster: Cluster, held: str) -> Iterator[tuple[LabNode, LabNode]]:
    """
    The active node, and a standby that has started anew, is ready and in the group, but gets nothing before the end of the
    `with`: clusterd of one of them ("active" or "standby") stands still, all but its thread that enters the group.
    """
    active, standby = standby_outside(cluster)
    standing, other = (active, standby) if held == "active" else (standby, active)
    joined = logged(other, JOINED)
    clusterd = standing.daemon_pid(CLUSTERD)
    assert clusterd is not None
    with HeldThread(clusterd):
        standby.resume()
        await_logged(other, JOINED, joined)
        yield active, standby


@pytest.mark.feature("C22-056", "C22-057", "C22-006")
def test_clean_stop_waits_for_a_peer_that_is_being_told(cluster: Cluster) -> None:
    """Told so again meanwhile, it goes on to wait."""
    with Flows(cluster.lab, TCP, UDP) as flows:
        cluster.await_well()
        with untold_standby(cluster, "standby") as (active, standby):
            before = logged(active, WAITS), logged(active, GOES_ON)
            active.terminate(CLUSTERD)
            await_logged(active, WAITS, before[0])
            active.terminate(CLUSTERD)
        active.stop()
        cluster.await_active(standby.name)
        assert flows.check() == ALL_ALIVE
        assert (logged(active, WAITS), logged(active, GOES_ON)) == (before[0] + 1, before[1])


@pytest.mark.feature("C22-056", "C22-057", "C22-006")
def test_clean_stop_waits_for_a_peer_that_is_about_to_join(cluster: Cluster) -> None:
    with Flows(cluster.lab, TCP, UDP) as flows:
        cluster.await_well()
        active, standby = standby_outside(cluster)
        before = logged(active, WAITS), logged(active, GOES_ON)
        active.terminate(CLUSTERD)
        await_logged(active, WAITS, before[0])
        standby.resume()
        active.stop()
        cluster.await_active(standby.name)
        # Joining takes Corosync seconds, and five are all that there are.
        assert logged(active, GOES_ON) > before[1] or flows.check() == ALL_ALIVE


@pytest.mark.feature("C22-057", "C22-031")
def test_clean_stop_ends_in_time_though_the_peer_gets_nothing(cluster: Cluster) -> None:
    with Flows(cluster.lab, 10, 10):
        cluster.await_well()
        with untold_standby(cluster, "standby") as (active, standby):
            before = logged(active, GOES_ON)
            active.terminate(CLUSTERD)
            active.await_end(CLUSTERD)
            assert logged(active, GOES_ON) == before + 1
        active.stop()
        cluster.await_active(standby.name)


@pytest.mark.feature("C22-057", "C22-031")
def test_clean_stop_waits_for_nobody_who_dies(cluster: Cluster) -> None:
    with untold_standby(cluster, "standby") as (active, standby):
        before = logged(active, WAITS), logged(active, GOES_ON)
        active.terminate(CLUSTERD)
        await_logged(active, WAITS, before[0])
        standby.kill_daemon("hadrian-datapath")
        active.await_end(CLUSTERD)
        assert logged(active, GOES_ON) == before[1]


@pytest.mark.feature("C22-056", "C22-057", "C22-058", "C22-048")
@pytest.mark.parametrize(("held", "command", "who"), [
    ("standby", "ha -deactivate", "The HA cluster peer is"),
    ("active", "ha -activate", "This node is"),
])
def test_hand_over_to_a_node_that_is_being_told_is_refused(cluster: Cluster, held: str, command: str, who: str) -> None:
    with Flows(cluster.lab, TCP, UDP) as flows:
        cluster.await_well()
        with untold_standby(cluster, held) as (active, standby):
            asked = active if held == "standby" else standby
            assert asked.status().resyncing
            said = asked.cli(command)
            assert said.returncode != 0 and f"Refused: {who} still being told" in said.stdout, said.stdout
            assert "Try again when `ha` shows no RE-SYNCING" in said.stdout
        cluster.await_well()
        assert cluster.active() == active.name
        assert asked.cli(command).returncode == 0
        cluster.await_active(standby.name)
        cluster.await_inactive(active.name)
        assert flows.check() == ALL_ALIVE


@pytest.mark.feature("C22-030", "C22-006")
def test_a_cut_interface_waits_for_a_peer_that_is_being_told(cluster: Cluster) -> None:
    """Flows by other interfaces go on meanwhile, and those by this one would else be lost for good."""
    with Flows(cluster.lab, TCP, UDP) as flows:
        cluster.await_well()
        with untold_standby(cluster, "standby") as (active, standby):
            before = logged(active, UNHEALTHY)
            cluster.lab.set_link(active.name, "if1", "down")
            await_logged(active, UNHEALTHY, before)
            assert active.status().active
        cluster.await_active(standby.name)
        assert flows.check() == ALL_ALIVE
