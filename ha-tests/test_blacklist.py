# SPDX-License-Identifier: GPL-2.0-or-later
"""Sources that are barred: by the command, by threshold rules, on both nodes, and what the whitelist spares."""

import re
from collections.abc import Iterator

import pytest
from lab.answer import answering
from lab.background import Background
from lab.cluster import Cluster
from lab.ipv6 import IPV6
from lab.laboratory import Lab
from lab.traffic import CLIENT, SERVER
from lab.wait import await_condition

PLAIN, SPARED, COUNTED, OTHER = 7300, 7301, 7302, 7303  # UDP ports; SPARED is on the whitelist, COUNTED has a limit of 3 flows a minute
CLIENT6, SERVER6 = "2001:db8:1::10", "2001:db8:2::10"
FIREWALL = "10.1.0.1"
ADD = f"blacklist -add -srciface=if1 -srcip={CLIENT}"
REMOVE = f"blacklist -remove -srciface=if1 -srcip={CLIENT}"

CONFIGURE = f"""
add Service ServiceTCPUDP spared Type=UDP DestinationPorts={SPARED}
add Service ServiceTCPUDP counted Type=UDP DestinationPorts={COUNTED}
add Address IPAddress my_bad_address Address=203.0.113.7
add Interface Zone inside
set Interface EthernetInterface if1 Zone=inside
cc Whitelist
add WhitelistRule Name=whitelist_mgmt_traffic SourceInterface=if1 SourceIP=if1_net DestinationIP=if1_ip Service=all_services
add WhitelistRule Name=never SourceInterface=inside SourceIP=if1_net DestinationIP=all-nets Service=spared
cc ThresholdRules
add ThresholdRule Name=my_rule SourceInterface=if1 SourceNetwork=if1_net DestinationInterface=any DestinationNetwork=all-nets Service=counted
cc ThresholdRule my_rule
add ThresholdSet Action=Blacklist Timeout=600 ActionLog=AlwaysLog ActionLogSeverity=Alert
cc ThresholdSet 1
add ThresholdDefinition Type=FlowRate Limit=3 Interval=1m ThresholdLogSeverity=Notice
cc
"""
# Asks a port from a source port, and once more for each line that it is told; prints whether an answer came.
ASK = """
import select, socket, sys
asking = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
asking.bind(("0.0.0.0", int(sys.argv[3])))
for line in [""] if len(sys.argv) > 4 else sys.stdin:
    asking.sendto(b"?", (sys.argv[1], int(sys.argv[2])))
    answered = bool(select.select([asking], [], [], 1)[0])
    if answered: asking.recv(100)
    print("answered" if answered else "silence", flush=True)
"""


@pytest.fixture(scope="module", autouse=True)
def limits(lab: Lab) -> Iterator[None]:
    Cluster(lab).commit(IPV6 + CONFIGURE)
    with answering(lab, "server", PLAIN, SPARED, COUNTED, OTHER):
        yield


def answered(lab: Lab, port: int, source: int) -> bool:
    done = lab.run("client", ["/usr/bin/python3", "-c", ASK, SERVER, port, source, "once"])
    return done.stdout.strip() == "answered"


def cli(cluster: Cluster, command: str, node: str = "") -> str:
    done = cluster.nodes[node or cluster.active()].cli(command)
    return done.stdout + done.stderr


def listed(cluster: Cluster, node: str) -> list[list[str]]:
    """The rows of the blacklist, with the time that is left as n/a or digits."""
    shown = cli(cluster, "blacklist -show=blacklist", node)
    return [line.split() for line in shown.splitlines() if re.match(r"(ALL|[A-Z][A-Za-z0-9]+|[0-9]+) +if[0-9] ", line)]


@pytest.mark.feature("C25-001", "C25-005", "C25-007", "C25-008", "C25-009")
def test_an_administrator_bars_a_source(cluster: Cluster) -> None:
    with Background(cluster.lab, "client", ["/usr/bin/python3", "-u", "-c", ASK, SERVER, PLAIN, 9001]) as open_flow:
        open_flow.tell("now")
        open_flow.await_line("answered")
        said = cli(cluster, ADD)
        assert "Added entry to blacklist:" in said, said
        assert re.search(rf"^ALL +if1 +{re.escape(CLIENT)} +all-nets +0-65535 +n/a$", said, re.MULTILINE), said
        before = cluster.counter("drop/blacklist")
        open_flow.tell("now")
        open_flow.await_line("silence")
    assert not answered(cluster.lab, PLAIN, 9002)
    assert cluster.counter("drop/blacklist") >= before + 2
    shown = cli(cluster, "blacklist")
    assert "Whitelisted Addresses" in shown and "Blacklisted Addresses" in shown, shown
    assert re.search(r"^inside +if1_net +all-nets +spared$", shown, re.MULTILINE), shown
    assert listed(cluster, cluster.active()) == [["ALL", "if1", CLIENT, "all-nets", "0-65535", "n/a", "CLI", "n/a"]]
    assert "Removed 1 entry" in cli(cluster, REMOVE)
    assert answered(cluster.lab, PLAIN, 9003)
    assert listed(cluster, cluster.active()) == []
    assert "There is no such entry" in cli(cluster, REMOVE)


@pytest.mark.feature("C25-001", "C25-008")
def test_ipv6_is_barred_as_well(cluster: Cluster) -> None:
    def pinged() -> bool:
        return cluster.lab.run("client", ["ping", "-n", "-c", "1", "-W", "2", SERVER6]).returncode == 0

    assert pinged()
    said = cli(cluster, f"blacklist -add -srciface=if1 -srcip={CLIENT6} -proto=icmpv6")
    assert re.search(rf"^ICMPv6 +if1 +{CLIENT6} +all-nets +0-65535 +n/a$", said, re.MULTILINE), said
    assert not pinged()
    assert answered(cluster.lab, PLAIN, 9004), "IPv4 is another source"
    cli(cluster, f"blacklist -remove -srciface=if1 -srcip={CLIENT6}")
    assert pinged()


@pytest.mark.feature("C25-012", "C25-013", "C25-015", "C03-020")
def test_the_whitelist_spares(cluster: Cluster) -> None:
    cli(cluster, ADD)
    assert cluster.lab.run("client", ["ping", "-n", "-c", "1", "-W", "2", FIREWALL]).returncode == 0, "the firewall's own address"
    assert answered(cluster.lab, SPARED, 9010)
    assert not answered(cluster.lab, PLAIN, 9011)
    refused = cli(cluster, f"{ADD} -proto=udp -port={SPARED}")
    assert "Not added: the whitelist spares all of it" in refused, refused
    cli(cluster, REMOVE)


@pytest.mark.feature("C25-004", "C25-008", "C25-010", "C25-011")
def test_entries_are_narrow_and_found(cluster: Cluster) -> None:
    narrow = f"{ADD} -proto=udp -port={PLAIN} -destip={SERVER}"
    cli(cluster, f"{narrow} -timeout=300")
    cli(cluster, f"{narrow} -timeout=30")
    rows = listed(cluster, cluster.active())
    assert len(rows) == 1 and rows[0][:5] == ["UDP", "if1", CLIENT, SERVER, str(PLAIN)], rows
    assert 250 < int(rows[0][5]) <= 300, "the longer time stays"
    cli(cluster, narrow)
    assert listed(cluster, cluster.active())[0][5] == "n/a", "no end is the longest"
    assert not answered(cluster.lab, PLAIN, 9020)
    assert answered(cluster.lab, OTHER, 9021)
    assert CLIENT in cli(cluster, f"blacklist -lookup -srcip={CLIENT}")
    assert re.search(r"^ALL +if1 +203\.0\.113\.7 ", cli(cluster, "blacklist -add -srciface=if1 -srcip=my_bad_address"), re.MULTILINE)
    assert "Removed 1 entry" in cli(cluster, "blacklist -remove -srciface=if1 -srcip=my_bad_address")
    assert CLIENT not in cli(cluster, "blacklist -lookup -srcip=10.1.0.99")
    for line, complaint in ((f"{ADD[:-len(CLIENT)]}10.1.0.0/24", "networks and ranges cannot be"), ("blacklist -add -srcip=10.1.0.9", "needs -srciface and -srcip"),
                            (f"{ADD} -proto=nonsense", "must be tcp, udp"), (f"{ADD} -proto=udp -port=70000", "0 to 65535"),
                            ("blacklist -add -srciface=if9 -srcip=10.1.0.9", "no active interface 'if9'"),
                            ("blacklist -show=nobody", "Allowed: all, blacklist, whitelist"), ("blacklist -srcip=10.1.0.9", "goes with -add")):
        assert complaint in cli(cluster, line), line
    cli(cluster, REMOVE)
    cli(cluster, f"{ADD} -timeout=1")
    await_condition(lambda: listed(cluster, cluster.active()) == [], "the end of its time", timeout=10)
    assert answered(cluster.lab, PLAIN, 9022)


@pytest.mark.feature("C24-006", "C24-007", "C24-016", "C25-002", "C25-006", "C22-002")
def test_a_threshold_rule_bars_and_who_takes_over_knows(cluster: Cluster) -> None:
    assert [answered(cluster.lab, COUNTED, 9030 + n) for n in range(4)] == [True, True, True, False]
    entry = ["UDP", "if1", CLIENT, "all-nets", str(COUNTED), "Threshold", "my_rule"]
    for node in cluster.nodes:
        await_condition(lambda node=node: [row[:5] + row[6:] for row in listed(cluster, node)] == [entry], f"the entry of {node}", timeout=10)
    assert not answered(cluster.lab, COUNTED, 9030), "the flows that were open are closed"
    assert answered(cluster.lab, PLAIN, 9035), "other services are not barred"
    log = (cluster.nodes[cluster.active()].log / "hadrian-datapath.log").read_text(encoding="utf-8")
    assert "THRESHOLD: prio=Alert event=threshold_source_blacklisted rule=my_rule" in log
    await_condition(lambda: "prio=Notice event=threshold_triggered rule=my_rule"
                    in (cluster.nodes[cluster.active()].log / "hadrian-datapath.log").read_text(encoding="utf-8"), "the severity", timeout=10)
    assert "this node is not active" in cli(cluster, ADD, cluster.standby())
    victim, survivor, _ = cluster.crash_active()
    cluster.await_active(survivor)
    assert not answered(cluster.lab, COUNTED, 9040)
    assert [row[:5] for row in listed(cluster, survivor)] == [entry[:5]]
    cluster.nodes[victim].start()
    cluster.await_well()
    await_condition(lambda: [row[:5] for row in listed(cluster, victim)] == [entry[:5]], "the snapshot", timeout=10)
    cli(cluster, REMOVE)
    await_condition(lambda: listed(cluster, victim) == [], "the removal at the peer", timeout=10)


@pytest.mark.feature("C25-003", "C25-014")
def test_a_restart_of_the_system_empties_it(cluster: Cluster) -> None:
    cli(cluster, ADD)
    for node in cluster.nodes.values():
        await_condition(lambda node=node: len(listed(cluster, node.name)) == 1, "the entry on both", timeout=10)
    for node in cluster.nodes.values():
        node.crash()
    for node in cluster.nodes.values():
        node.start()
    cluster.await_well()
    shown = cli(cluster, "blacklist")
    assert listed(cluster, cluster.active()) == []
    assert re.search(r"^if1 +if1_net +if1_ip +all_services$", shown, re.MULTILINE), shown
    assert answered(cluster.lab, PLAIN, 9050)
