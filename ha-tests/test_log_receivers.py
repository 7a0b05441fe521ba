# SPDX-License-Identifier: GPL-2.0-or-later
"""Syslog servers get what both nodes log, each node's from its own private address."""

import re
from collections.abc import Iterator

import pytest
from lab.background import Background
from lab.cluster import Cluster
from lab.laboratory import Lab
from lab.syslog import SyslogServer
from lab.traffic import Flows
from lab.wait import await_condition

SERVER = "198.51.100.10"
OTHER_PORT = 5514
NOBODY_PORT = 5999
PRIVATE = {"master": "198.51.100.2", "slave": "198.51.100.3"}
FLOOD = 3000
# More lines than wait in a socket for hadrian-log, and a program that has the datapath write them as fast as it does: of flows
# that are opened, and of packets that are refused.
LINES = 2500
OPENS_AND_IS_REFUSED = f"""
import socket, time
while True:
    for address in ({SERVER!r}, "10.1.0.1"):
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as one: one.sendto(b"x", (address, 9))
    time.sleep(0.002)
"""


@pytest.fixture(scope="module")
def server(lab: Lab) -> Iterator[SyslogServer]:
    """A server, and the guide's receiver that names it."""
    with SyslogServer(lab, "server", SERVER) as running:
        cluster = Cluster(lab)
        cluster.await_well()
        cluster.commit(f"add LogReceiver LogReceiverSyslog my_syslog IPAddress={SERVER}")

        def both_tell() -> bool:
            """Each commit is told by both nodes, as soon as their hadrian-log know where to."""
            cluster.commit(f"set LogReceiver LogReceiverSyslog my_syslog Comments={len(running.messages())}")
            return {message.source for message in running.messages()} == set(PRIVATE.values())

        await_condition(both_tell, "both nodes telling the syslog server", 30)
        yield running


def statistic(cluster: Cluster, node: str, path: str) -> int:
    shown = cluster.nodes[node].cli(f"statistics {path}").stdout
    found = re.search(rf"{re.escape(path.rsplit('/', 1)[-1])}\D*(\d+)", shown)
    assert found, shown
    return int(found[1])


@pytest.mark.feature("C22-061", "C22-060", "C20-001", "C20-012")
def test_both_nodes_tell_from_their_own_private_addresses(cluster: Cluster, server: SyslogServer) -> None:
    before = len(server.messages())
    victim, survivor, _ = cluster.crash_active()
    cluster.await_active(survivor)
    dead = server.await_message(r"event=ha_peer_dead", PRIVATE[survivor], before)
    active = server.await_message(r"event=ha_active", PRIVATE[survivor], before)
    assert (active.facility, active.severity, active.host) == ("local0", 5, PRIVATE[survivor])
    assert dead.severity == 4
    assert re.fullmatch(r'EFW: HA: prio=Notice id=01200001 event=ha_active daemon=hadrian-clusterd '
                        r'description="active: .* \(term \d+\)"', active.text), active.text
    before = len(server.messages())
    cluster.nodes[victim].start()
    cluster.await_well()
    server.await_message(r"event=ha_peer_(alive|joined)", PRIVATE[survivor], before)
    server.await_message(r"event=ha_peer_joined|event=system_message", PRIVATE[victim], before)
    assert {message.source for message in server.messages()} == set(PRIVATE.values()), "never from a shared address"


@pytest.mark.feature("C22-061", "C20-006")
def test_the_inactive_node_tells_nothing_of_live_traffic(cluster: Cluster, server: SyslogServer) -> None:
    active = cluster.active()
    before = len(server.messages())
    with Flows(cluster.lab, 50, 50) as flows:
        flows.check()
        opened = server.await_message("event=flow_open", PRIVATE[active], before)
        cluster.await_well()
    assert re.match(r"EFW: FLOW: prio=Information id=00600001 event=flow_open rule=lan_to_wan .* action=allow$", opened.text), opened.text
    assert not [each for each in server.messages()[before:] if each.source == PRIVATE[cluster.other(active)] and "pkt_" in each.text]
    assert not [each for each in server.messages()[before:] if each.source == PRIVATE[cluster.other(active)] and "flow_open" in each.text]


@pytest.mark.feature("C20-016", "C20-017", "C20-019", "C20-022", "C20-023")
def test_severities_and_exceptions(cluster: Cluster, server: SyslogServer) -> None:
    with SyslogServer(cluster.lab, "server", SERVER, OTHER_PORT) as other:
        cluster.commit(f"add LogReceiver LogReceiverSyslog few IPAddress={SERVER} Port={OTHER_PORT} Facility=local3 "
                       "LogSeverity=Emergency,Alert\n"
                       "cc LogReceiver LogReceiverSyslog few\n"
                       "add LogReceiverMessageException LogID=1200001 Action=INCLUDE\n"
                       "add LogReceiverMessageException LogCategory=HA,-RULE LogSeverity=Warning Action=Include\ncc")
        shown = cluster.nodes[cluster.active()].commands("cc LogReceiver LogReceiverSyslog few\nshow\n").stdout
        assert re.search(r"Category +Log Message ID +Action\n.*\n +1 +\S+ +1200001 +INCLUDE\n", shown), shown
        before = len(server.messages())
        victim, survivor, _ = cluster.crash_active()
        cluster.await_active(survivor)
        other.await_message("event=ha_active", PRIVATE[survivor])
        assert other.await_message("event=ha_peer_dead", PRIVATE[survivor]).facility == "local3"
        cluster.nodes[victim].start()
        cluster.await_well()
        server.await_message("event=ha_peer_joined", PRIVATE[survivor], before)
        told = {re.search(r"event=(\w+)", each.text)[1] for each in other.messages()}  # type: ignore[index]
        assert told <= {"ha_active", "ha_peer_dead", "ha_sync_failure", "HA_CfgNotInSync", "ha_stood_still", "ha_not_missed"}, told
        cluster.commit("delete LogReceiver LogReceiverSyslog few")


@pytest.mark.feature("C22-061", "C20-015")
def test_receivers_that_do_not_answer_hold_up_nothing(cluster: Cluster, server: SyslogServer) -> None:
    cluster.commit(f"add LogReceiver LogReceiverSyslog dead IPAddress={SERVER} Port={NOBODY_PORT}\n"
                   "add LogReceiver LogReceiverSyslog gone IPAddress=198.51.100.99\n"
                   f"add LogReceiver LogReceiverSyslog one IPAddress={SERVER} SendRateLimit=1 Port={NOBODY_PORT}")
    active = cluster.active()
    pids = cluster.nodes[active].programs("hadrian-log")
    cluster.nodes[active].hang_program("hadrian-log")
    with Flows(cluster.lab, 0, FLOOD) as flows:
        assert flows.check() == f"tcp 0/0 udp {FLOOD}/{FLOOD} resets 0"
        assert cluster.nodes[active].cli("ha").returncode == 0
        cluster.nodes[active].resume()
        for path in ("/log/receivers/dead/refused", "/log/receivers/one/rate_limited", "/log/receivers/gone/sent"):
            await_condition(lambda path=path: statistic(cluster, active, path) > 0, path, 20)
    before = len(server.messages())
    assert cluster.nodes[active].kill_program("hadrian-log") == pids
    await_condition(lambda: cluster.nodes[active].programs("hadrian-log") not in (set(), pids), "another hadrian-log", 20)
    victim, survivor, _ = cluster.crash_active()
    cluster.await_active(survivor)
    server.await_message("event=ha_active", PRIVATE[survivor], before)
    cluster.nodes[victim].start()
    cluster.await_well()
    cluster.commit("delete LogReceiver LogReceiverSyslog dead\ndelete LogReceiver LogReceiverSyslog gone\n"
                   "delete LogReceiver LogReceiverSyslog one")


@pytest.mark.feature("C22-061", "C20-015")
def test_what_hadrian_log_was_too_slow_for_is_counted(cluster: Cluster, server: SyslogServer) -> None:
    active = cluster.active()
    node = cluster.nodes[active]

    def told() -> int:
        return (node.log / "hadrian-datapath.log").read_text(encoding="utf-8", errors="replace").count(" event=")

    before, lost_before = told(), statistic(cluster, active, "/log/lost")
    node.hang_program("hadrian-log")
    with Background(cluster.lab, "client", ["/usr/bin/python3", "-c", OPENS_AND_IS_REFUSED]):
        await_condition(lambda: told() - before > LINES, "more lines than wait for hadrian-log", 60)
        node.resume()
        # The next line that gets through tells how many did not.
        await_condition(lambda: statistic(cluster, active, "/log/lost") > lost_before, "the lost lines being counted", 20)
    assert statistic(cluster, active, "/log/lost") - lost_before < told() - before
    assert cluster.active() == active


@pytest.mark.feature("C20-019", "C20-012")
def test_what_makes_no_sense_is_refused(cluster: Cluster, server: SyslogServer) -> None:
    node = cluster.nodes[cluster.active()]
    for lines, said in (("add LogReceiver LogReceiverSyslog net IPAddress=198.51.100.0/24", "IPAddress"),
                        ("add LogReceiver LogReceiverSyslog bad IPAddress=10.1.0.9 LogSeverity=Loud", "LogSeverity")):
        assert said in node.commands(lines + "\nshow -errors\n").stdout
        node.commands("reject\n")
    done = node.commands("cc LogReceiver LogReceiverSyslog my_syslog\n"
                         "add LogReceiverMessageException LogID=161 LogCategory=HA\ncc\nactivate\n")
    assert done.returncode != 0 and "LogID names one event" in done.stdout, done.stdout
    node.commands("reject\n")


def test_without_a_receiver_nothing_runs(cluster: Cluster, server: SyslogServer) -> None:
    cluster.commit("delete LogReceiver LogReceiverSyslog my_syslog")
    for node in cluster.nodes.values():
        await_condition(lambda node=node: not node.programs("hadrian-log"), "the end of hadrian-log", 10)
