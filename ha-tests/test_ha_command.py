# SPDX-License-Identifier: GPL-2.0-or-later
"""The configuration goes to the peer, or comes from it, by hand: `ha -sendconf` and `ha -receiveconf`, each with -reboot."""

from collections.abc import Iterator
from contextlib import contextmanager

import pexpect
import pytest
from lab.cluster import Cluster
from lab.laboratory import Lab
from lab.node import LabNode
from lab.traffic import UdpProbe
from lab.wait import await_condition

LAB = {"supervised": True}  # its nodes can start again
RESTART_TIMEOUT = 60.0


@pytest.fixture(scope="module", autouse=True)
def by_hand(lab: Lab) -> None:
    """The nodes give their peer nothing by themselves."""
    for node in lab.nodes().values():
        node.commit("set HighAvailability AutoSyncCfg=No")


def add_address(cluster: Cluster, node: str, name: str) -> None:
    cluster.nodes[node].commit(f"add Address IPAddress {name} Address=203.0.113.9")


def has_address(cluster: Cluster, node: str, name: str) -> bool:
    return cluster.nodes[node].cli(f"show Address IPAddress {name}").returncode == 0


def await_address(cluster: Cluster, node: str, name: str) -> None:
    await_condition(lambda: has_address(cluster, node, name), f"{name} on {node}", RESTART_TIMEOUT)


def await_another_start(cluster: Cluster, node: str, before: int | None) -> None:
    await_condition(lambda: cluster.nodes[node].daemon_pid("hadrian-mgmtd") not in (None, before),
                    f"{node} starting again", RESTART_TIMEOUT)


@pytest.mark.feature("C22-020", "C22-018")
def test_sendconf_makes_the_peer_alike(cluster: Cluster) -> None:
    active = cluster.active()
    standby = cluster.other(active)
    add_address(cluster, active, "sent")
    done = cluster.nodes[active].cli("ha -sendconf")
    assert done.returncode == 0 and "sent to the peer." in done.stdout
    await_address(cluster, standby, "sent")


@pytest.mark.feature("C22-021")
@pytest.mark.parametrize("option", ["-receiveconf", "-recvconf"])
def test_receiveconf_makes_this_node_alike(cluster: Cluster, option: str) -> None:
    active = cluster.active()
    standby = cluster.other(active)
    name = f"fetched{option}"
    add_address(cluster, active, name)
    assert not has_address(cluster, standby, name), "AutoSyncCfg is off"
    done = cluster.nodes[standby].cli(f"ha {option}")
    assert done.returncode == 0 and "requested from the peer" in done.stdout
    await_address(cluster, standby, name)


@pytest.mark.feature("C22-067")
def test_sendconf_with_reboot_starts_the_inactive_node_again_and_nobody_notices(cluster: Cluster) -> None:
    active = cluster.active()
    standby = cluster.other(active)
    before = cluster.nodes[standby].daemon_pid("hadrian-mgmtd")
    add_address(cluster, active, "sent-reboot")
    with UdpProbe(cluster.lab, rate=200) as probe:
        done = cluster.nodes[active].cli("ha -sendconf -reboot")
        assert done.returncode == 0 and "starts again with it" in done.stdout
        await_another_start(cluster, standby, before)
        await_address(cluster, standby, "sent-reboot")
        cluster.await_well()
        result = probe.finish()
    assert cluster.active() == active
    assert result.lost == 0


@pytest.mark.feature("C22-067")
def test_sendconf_with_reboot_at_the_inactive_node_is_a_failover(cluster: Cluster) -> None:
    active = cluster.active()
    standby = cluster.other(active)
    before = cluster.nodes[active].daemon_pid("hadrian-mgmtd")
    add_address(cluster, standby, "from-standby")
    assert cluster.nodes[standby].cli("ha -sendconf -reboot").returncode == 0
    await_another_start(cluster, active, before)
    await_address(cluster, active, "from-standby")
    cluster.await_well()
    assert cluster.active() == standby


@pytest.mark.feature("C22-068")
def test_receiveconf_with_reboot_starts_the_node_again_where_it_is_typed(cluster: Cluster) -> None:
    active = cluster.active()
    standby = cluster.other(active)
    before = cluster.nodes[standby].daemon_pid("hadrian-mgmtd")
    add_address(cluster, active, "fetched-reboot")
    done = cluster.nodes[standby].cli("ha -recvconf -reboot")
    assert done.returncode == 0 and "this node starts again" in done.stdout
    await_another_start(cluster, standby, before)
    await_address(cluster, standby, "fetched-reboot")
    cluster.await_well()
    assert cluster.active() == active


@pytest.mark.feature("C22-057", "C22-058", "C22-020", "C22-021")
@pytest.mark.parametrize(("words", "reason"), [
    ("ha -activate -deactivate", "-activate and -deactivate do not go together"),
    ("ha -sendconf -receiveconf", "-sendconf and -receiveconf do not go together"),
    ("ha -deactivate -status", "-deactivate and -status do not go together"),
    ("ha -deactivate -module", "-module belongs to -status"),
    ("ha deactivate", "'deactivate' is no option"),
])
def test_what_means_nothing_does_nothing(cluster: Cluster, words: str, reason: str) -> None:
    active = cluster.active()
    done = cluster.nodes[active].cli(words)
    assert done.returncode != 0 and reason in done.stdout
    assert cluster.active() == active


@pytest.mark.feature("C22-020", "C22-021")
@pytest.mark.parametrize("words", ["ha -sendconf", "ha -receiveconf", "ha -sendconf -reboot", "ha -recvconf -reboot"])
def test_no_configuration_goes_to_or_comes_from_a_peer_that_is_not_there(cluster: Cluster, words: str) -> None:
    _, survivor, _ = cluster.crash_active()
    cluster.await_active(survivor)
    done = cluster.nodes[survivor].cli(words)
    assert done.returncode != 0 and "Refused: The HA cluster peer cannot be reached" in done.stdout
    assert ".." not in done.stdout


@pytest.mark.feature("C22-021", "C22-068")
def test_a_configuration_that_was_refused_is_not_awaited(cluster: Cluster) -> None:
    """The peer comes back at once and tells its own, which is older: nothing of it is taken over."""
    active, standby = cluster.active(), cluster.standby()
    add_address(cluster, standby, "alike")
    cluster.nodes[standby].succeed("ha -sendconf\n")
    await_address(cluster, active, "alike")
    try:
        cluster.nodes[active].commit("set HighAvailability AutoSyncCfg=Yes")
        victim, survivor, _ = cluster.crash_active()
        cluster.await_active(survivor)
        add_address(cluster, survivor, "kept")
        cluster.nodes[survivor].commit("set HighAvailability AutoSyncCfg=Yes")
        before = cluster.nodes[survivor].daemon_pid("hadrian-mgmtd")
        assert cluster.nodes[survivor].cli("ha -recvconf -reboot").returncode != 0
        cluster.nodes[victim].start()
        await_address(cluster, victim, "kept")
        assert has_address(cluster, survivor, "kept")
        assert cluster.nodes[survivor].daemon_pid("hadrian-mgmtd") == before
    finally:
        for node in cluster.nodes.values():
            node.commit("set HighAvailability AutoSyncCfg=No")


@pytest.mark.feature("C22-067")
def test_reboot_needs_to_know_which_way(cluster: Cluster) -> None:
    before = {name: node.daemon_pid("hadrian-mgmtd") for name, node in cluster.nodes.items()}
    for words in ("ha -reboot", "ha -activate -reboot"):
        done = cluster.nodes["master"].cli(words)
        assert done.returncode != 0
        assert "-reboot belongs to -sendconf and -receiveconf" in done.stdout
    assert before == {name: node.daemon_pid("hadrian-mgmtd") for name, node in cluster.nodes.items()}


VLANS = {"vl1": 101, "vl2": 102}


def add_vlans(cluster: Cluster, node: str, names: list[str]) -> None:
    text = "".join(f"add VLAN {name} BaseInterface=if1 VLANID={VLANS[name]} IPAddress=10.77.{VLANS[name]}.1 "
                   f"Network=10.77.{VLANS[name]}.0/24 PrivateIP:0=10.77.{VLANS[name]}.2 PrivateIP:1=10.77.{VLANS[name]}.3\n"
                   for name in names)
    cluster.nodes[node].commit(text)


def await_logged(cluster: Cluster, node: str, *words: str) -> None:
    def logged() -> bool:
        said = cluster.nodes[node].cli("cfglog").stdout
        return all(word in said for word in words)

    await_condition(logged, f"{' ... '.join(words)} in {node}'s cfglog", RESTART_TIMEOUT)


@contextmanager
def open_console(node: LabNode) -> Iterator[pexpect.spawn]:
    """Somebody at the node's console, who types nothing."""
    words = [*node.enter(), str(node.binary("hadrian"))]
    console = pexpect.spawn(words[0], words[1:], env=node.environment() | {"TERM": "xterm"}, encoding="utf-8", timeout=RESTART_TIMEOUT, cwd="/")
    try:
        console.expect("System:/> ")
        yield console
    finally:
        console.close(force=True)


@pytest.mark.feature("C22-066", "C22-015")
def test_interface_ids_that_differ_are_told_and_mended(cluster: Cluster) -> None:
    active = cluster.active()
    standby = cluster.other(active)
    before = cluster.nodes[standby].daemon_pid("hadrian-mgmtd")
    with open_console(cluster.nodes[active]) as console:
        add_vlans(cluster, active, ["vl1", "vl2"])
        add_vlans(cluster, standby, ["vl2", "vl1"])
        console.expect("HA_CfgNotInSync")
        console.expect("In VLAN vl1: Interface ID change of 'vl1'")
    for node in (active, standby):
        await_logged(cluster, node, "HA_CfgNotInSync", "In VLAN vl1: Interface ID change of 'vl1'(", "is not supported.")
    assert cluster.nodes[active].cli("ha -sendconf -reboot").returncode == 0
    await_another_start(cluster, standby, before)
    await_logged(cluster, active, "This node and its peer are alike again.")
    cluster.await_well()
    assert cluster.active() == active


@pytest.mark.feature("C22-018", "C02-047")
def test_nodes_that_were_edited_apart_are_alike_again(cluster: Cluster) -> None:
    """Each begins to synchronize by itself; the one with more commits wins, and commits have one order again."""
    more, fewer = cluster.active(), cluster.standby()
    add_address(cluster, more, "apart_0")
    cluster.nodes[more].succeed("ha -sendconf\n")
    await_address(cluster, fewer, "apart_0")
    add_address(cluster, more, "apart_1")
    add_address(cluster, more, "apart_2")
    add_address(cluster, fewer, "apart_3")
    try:
        for name in (more, fewer):
            cluster.nodes[name].commit("set HighAvailability AutoSyncCfg=Yes")
        await_address(cluster, fewer, "apart_2")
        assert not has_address(cluster, fewer, "apart_3")
        add_address(cluster, fewer, "together")
        await_address(cluster, more, "together")
        add_address(cluster, more, "together_too")
        await_address(cluster, fewer, "together_too")
    finally:
        for node in cluster.nodes.values():
            node.commit("set HighAvailability AutoSyncCfg=No")
