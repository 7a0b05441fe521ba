# SPDX-License-Identifier: GPL-2.0-or-later
"""flow -show, -count and -close: filters, both nodes, after a failover, and a list that is broken off."""

import re
from collections.abc import Iterator

import pytest
from lab.background import Background
from lab.cluster import Cluster
from lab.ssh import PROMPT, session
from lab.traffic import FLOWS_PORT, SERVER, Flows
from lab.wait import await_condition

CLIENT = "10.1.0.10"
TCP, HELD_UDP = 6, 4
UDP = HELD_UDP + 1  # and one that the program asks the server by


def flow(cluster: Cluster, options: str, node: str = "") -> str:
    done = cluster.nodes[node or cluster.active()].cli(f"flow {options}")
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def refused(cluster: Cluster, options: str, text: str) -> None:
    done = cluster.nodes[cluster.active()].cli(f"flow {options}")
    assert done.returncode != 0 and text in done.stdout, done


def rows(text: str) -> list[str]:
    return [line for line in text.splitlines() if re.match(r"(TCP|UDP|ICMP) ", line)]


def close_ours(cluster: Cluster) -> None:
    flow(cluster, f"-close -destport={FLOWS_PORT}")


@pytest.fixture
def held(cluster: Cluster) -> Iterator[Flows]:
    """Some flows from the client to one port of the server, with nothing else to that port."""
    close_ours(cluster)
    with Flows(cluster.lab, TCP, HELD_UDP) as flows:
        flows.check()
        yield flows


@pytest.mark.feature("C07-013", "C13-078", "C07-012")
def test_filters(cluster: Cluster, held: Flows) -> None:
    ours = f"-destport={FLOWS_PORT}"
    for filters, count in (("", TCP + UDP), ("-protocol=TCP", TCP), ("-protocol=17", UDP), ("-protocol=6-17", TCP + UDP),
                           ("-protocol=TCP,UDP", TCP + UDP), ("-protocol=ICMP", 0), ("-srciface=if1", TCP + UDP),
                           ("-srciface=if2", 0), ("-destiface=if2", TCP + UDP), ("-destiface=core", 0), ("-iface=if2", TCP + UDP),
                           ("-iface=core", 0), ("-srcip=if1_net", TCP + UDP), (f"-srcip={SERVER}", 0), (f"-destip={SERVER}", TCP + UDP),
                           (f"-ip={SERVER},10.9.0.0/16", TCP + UDP), ("-ip=2001:db8::/32", 0), (f"-port={FLOWS_PORT}", TCP + UDP),
                           (f"-srcport={FLOWS_PORT}", 0), (f"-srciface=any -protocol=TCP -srcip={CLIENT} -destiface=if2", TCP)):
        assert len(rows(flow(cluster, f"-show {ours} {filters}"))) == count, filters
        assert flow(cluster, f"-count {ours} {filters}") == f"{count} flow{'' if count == 1 else 's'}.\n", filters
    shown = flow(cluster, f"-show {ours} -protocol=TCP -num=2")
    assert len(rows(shown)) == 2 and "There may be more: -num=N shows N flows, -num=all all of them." in shown
    assert re.search(rf"^TCP     if1:{CLIENT}:\d+ +if2:{SERVER}:{FLOWS_PORT} +\d+$", shown, re.M), shown
    verbose = flow(cluster, f"-show {ours} -protocol=UDP -num=1 -verbose")
    assert re.search(rf"^UDP     if1\(0\):{CLIENT}:(\d+) +if2:{SERVER}:{FLOWS_PORT} +\d+\n"
                     rf"\.\.\.rev: if1\(0\):{CLIENT}:\1 +if2:{SERVER}:{FLOWS_PORT} +\d+\n"
                     r" +routing table main there, main back; \d+ packets, \d+ bytes there; \d+ packets, \d+ bytes back\n",
                     verbose, re.M), verbose


@pytest.mark.feature("C07-013")
def test_echoes_stand_as_the_guide_prints_them(cluster: Cluster) -> None:
    with Background(cluster.lab, "client", ["ping", "-n", "-i", "0.2", SERVER]) as ping:
        ping.await_line("bytes from")
        shown = flow(cluster, "-show -verbose -protocol=ICMP -destiface=if2")
    assert re.search(rf"^ICMP    if1\(0\):{CLIENT}:2048 +if2:{SERVER}:(\d+) +\d+\n"
                     rf"\.\.\.rev: if1\(0\):{CLIENT}:\1 +if2:{SERVER}:0 +\d+\n", shown, re.M), shown


@pytest.mark.feature("C07-013")
def test_what_is_wrong_is_told(cluster: Cluster) -> None:
    refused(cluster, "-show -srciface=if9", "-srciface cannot be 'if9'. Allowed")
    refused(cluster, "-show -destport=hhttp", "-destport cannot be 'hhttp'")
    refused(cluster, "-show -destip=10.1.0.1/8", "-destip cannot be '10.1.0.1/8'")
    refused(cluster, "-show -protocol=tpc", "-protocol cannot be 'tpc'")
    refused(cluster, "-close", "-close takes either filters")
    refused(cluster, "-close -all -destport=1", "-close takes either filters")
    refused(cluster, "-close -destport=1 -num=3", "have no meaning with it")
    refused(cluster, "-count -num=3", "have no meaning with it")
    refused(cluster, "-show -all", "-num=all shows all flows")
    refused(cluster, "if1", "no words are taken")
    refused(cluster, "-app", "flow has no option -app")


@pytest.mark.feature("C07-013", "C22-006")
def test_closed_on_both_nodes_and_after_a_failover(cluster: Cluster, held: Flows) -> None:
    cluster.await_well()
    ours, active, standby = f"-destport={FLOWS_PORT}", cluster.active(), cluster.standby()
    await_condition(lambda: flow(cluster, f"-count {ours}", standby) == f"{TCP + UDP} flows.\n", "the mirrored flows", timeout=20)
    told = flow(cluster, f"-close {ours}", standby)
    assert "Closed 0 flows." in told and f"{TCP + UDP} flows of the active node were not closed" in told
    assert flow(cluster, f"-count {ours}") == f"{TCP + UDP} flows.\n"
    assert flow(cluster, f"-close {ours} -protocol=TCP") == f"Closed {TCP} flows.\n"
    await_condition(lambda: flow(cluster, f"-count {ours}", standby) == f"{UDP} flows.\n", "closed at the peer", timeout=20)
    assert flow(cluster, f"-count {ours} -protocol=TCP", active) == "0 flows.\n"
    # What was closed does not come back with the peer; what was not lives on.
    victim, survivor, _ = cluster.crash_active()
    cluster.await_active(survivor)
    assert flow(cluster, f"-count {ours}", survivor) == f"{UDP} flows.\n"
    assert held.check().startswith(f"tcp 0/{TCP} udp {HELD_UDP}/{HELD_UDP}")


@pytest.mark.feature("C07-013")
def test_a_long_list_can_be_broken_off(cluster: Cluster) -> None:
    close_ours(cluster)
    with Flows(cluster.lab, 0, 8999) as flows:
        flows.check()
        assert len(rows(flow(cluster, f"-show -num=all -destport={FLOWS_PORT}"))) == 9000
        with session(cluster.lab) as at:
            at.expect(PROMPT)
            at.sendline(f"flow -show -num=all -verbose -destport={FLOWS_PORT}")
            at.expect("Proto ")
            # The terminal is not read: the list waits for it, and others are served meanwhile.
            assert flow(cluster, f"-count -destport={FLOWS_PORT}") == "9000 flows.\n"
            at.send("\003")
            at.expect(r"\^C|\r\n\r*System:/> ")
            at.sendline("about")
            at.expect("Hadrian")
            at.expect(PROMPT)
