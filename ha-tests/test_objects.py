# SPDX-License-Identifier: GPL-2.0-or-later
"""Interfaces, logical objects and rule sets that refer to each other by name: what a change of one changes in traffic."""

import re
from collections.abc import Iterator

import pytest
from lab.background import Background, Capture
from lab.cluster import Cluster
from lab.laboratory import Lab
from lab.traffic import CLIENT, SERVER
from lab.wait import await_condition

HEARTBEAT = "ether proto 0xc14b"
PORTS = (7301, 7302)
# Answers on both ports and protocols, until it is ended.
ECHO = f"""
import socket, selectors
at = selectors.DefaultSelector()
for port in {PORTS}:
    at.register(socket.create_server(("", port)), selectors.EVENT_READ)
    one = socket.socket(socket.AF_INET, socket.SOCK_DGRAM); one.bind(("", port)); at.register(one, selectors.EVENT_READ)
print("ready", flush=True)
while True:
    for key, _ in at.select():
        if key.fileobj.type == socket.SOCK_STREAM:
            key.fileobj.accept()[0].close()
        else:
            data, sender = key.fileobj.recvfrom(100); key.fileobj.sendto(data, sender)
"""
# Asks on both ports and protocols at once, and prints who answered within a second.
ASK = f"""
import select, socket, sys, time
source, address = sys.argv[1:]
waiting, end = {{}}, time.monotonic() + 1
for port in {PORTS}:
    for name, kind in (("tcp", socket.SOCK_STREAM), ("udp", socket.SOCK_DGRAM)):
        one = socket.socket(socket.AF_INET, kind); one.bind((source, 0)); one.setblocking(False)
        one.connect_ex((address, port))
        if name == "udp":
            one.send(b"?")
        waiting[one] = f"{{name}}/{{port}}"
while waiting and (left := end - time.monotonic()) > 0:
    tcp = [one for one in waiting if one.type == socket.SOCK_STREAM]
    udp = [one for one in waiting if one.type == socket.SOCK_DGRAM]
    readable, writable, _ = select.select(udp, tcp, [], left)
    for one in readable + writable:
        name = waiting.pop(one)
        if one.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR) == 0:
            print(name)
"""


def run_lines(cluster: Cluster, lines: str) -> str:
    done = cluster.nodes[cluster.active()].commands(f"{lines}\n")
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def commit(cluster: Cluster, lines: str) -> None:
    run_lines(cluster, f"{lines}\nactivate\ncommit")


def answered(lab: Lab, host: str = "client", source: str = CLIENT, address: str = SERVER) -> set[str]:
    """What a host gets answers from through the firewall: tcp/7301, udp/7301, tcp/7302, udp/7302."""
    done = lab.run(host, ["/usr/bin/python3", "-c", ASK, source, address])
    assert done.returncode == 0, done.stderr
    return set(done.stdout.split())


@pytest.fixture(scope="module", autouse=True)
def echo(lab: Lab) -> Iterator[None]:
    with Background(lab, "server", ["/usr/bin/python3", "-c", ECHO]) as server, \
            Background(lab, "client", ["/usr/bin/python3", "-c", ECHO]) as client:
        server.await_line("ready")
        client.await_line("ready")
        yield


@pytest.mark.feature("C03-008")
def test_interfaces_are_listed_with_addresses_and_routing_table(cluster: Cluster) -> None:
    for node in cluster.nodes.values():
        lines = node.cli("show Interface EthernetInterface").stdout.splitlines()
        head = next(i for i, line in enumerate(lines) if "Interface Name" in line)
        rows = [re.split(r"\s{2,}", line.strip()) for line in lines[head:] if line.strip()]
        assert rows[0] == ["Interface Name", "IP Addresses", "Routing Table"], lines
        assert ["if1", "10.1.0.1", "main"] in rows and ["if2", "198.51.100.1", "main"] in rows, lines


@pytest.mark.feature("C01-003", "C01-009", "C01-010")
def test_rules_are_made_of_objects_that_are_used_again_and_again(cluster: Cluster) -> None:
    """One host and one service in two rules of opposite directions; their definitions change, and both rules with them."""
    lab = cluster.lab
    commit(cluster, f"""
add Address IPAddress watched Address={SERVER}
add Service ServiceTCPUDP asking Type=TCP DestinationPorts={PORTS[0]}
cc RuleSet IPRuleSet main
set IPRule lan_to_wan DestinationNetwork=watched Service=asking
add IPRule Name=back Action=Allow SourceInterface=if2 SourceNetwork=watched DestinationInterface=if1 DestinationNetwork=if1_net Service=asking
cc""")
    try:
        assert answered(lab) == {f"tcp/{PORTS[0]}"}
        # No interface is the inside: the other way round it is the same rule.
        assert answered(lab, "server", SERVER, CLIENT) == {f"tcp/{PORTS[0]}"}
        assert lab.run("client", ["ping", "-n", "-c", "1", "-W", "1", SERVER]).returncode != 0, "no rule is about ICMP"

        commit(cluster, f"set Service ServiceTCPUDP asking Type=UDP DestinationPorts={PORTS[1]}")
        assert answered(lab) == answered(lab, "server", SERVER, CLIENT) == {f"udp/{PORTS[1]}"}
        commit(cluster, f"set Service ServiceTCPUDP asking Type=TCPUDP DestinationPorts={PORTS[0]}-{PORTS[1]}")
        assert len(answered(lab)) == len(answered(lab, "server", SERVER, CLIENT)) == 4
        commit(cluster, "set Address IPAddress watched Address=198.51.100.20")
        assert not answered(lab) and not answered(lab, "server", SERVER, CLIENT)
        shown = run_lines(cluster, "show Address IPAddress watched -references")
        assert re.search(r"IPRule/1 +DestinationNetwork", shown) and re.search(r"IPRule/3 +SourceNetwork", shown), shown
    finally:
        commit(cluster, """
cc RuleSet IPRuleSet main
set IPRule lan_to_wan DestinationNetwork=all-nets-ip4 Service=all_services
delete IPRule back
cc
delete Address IPAddress watched
delete Service ServiceTCPUDP asking""")


@pytest.mark.feature("C01-010", "C01-016")
def test_the_first_rule_that_matches_decides(cluster: Cluster) -> None:
    """By service, by network and by interface, each alone in the way of what the next rule allows."""
    lab = cluster.lab

    def matching(**chosen: str) -> str:
        """Anything but for what is chosen."""
        properties = {"SourceInterface": "any", "SourceNetwork": "all-nets", "DestinationInterface": "any",
                      "DestinationNetwork": "all-nets"} | chosen
        return " ".join(f"{name}={value}" for name, value in properties.items())

    commit(cluster, f"cc RuleSet IPRuleSet main\nadd IPRule Index=1 Name=in_the_way Action=Deny {matching()} Service=all_udp\ncc")
    try:
        assert answered(lab) == {"tcp/7301", "tcp/7302"}
        for match in ({"DestinationNetwork": SERVER}, {"SourceNetwork": CLIENT}, {"SourceInterface": "if1"}, {"DestinationInterface": "if2"}):
            commit(cluster, f"cc RuleSet IPRuleSet main\nset IPRule in_the_way Service=all_tcp {matching(**match)}\ncc")
            assert answered(lab) == {"udp/7301", "udp/7302"}, match
        commit(cluster, f"cc RuleSet IPRuleSet main\nset IPRule in_the_way {matching(SourceInterface='if2')}\ncc")
        assert len(answered(lab)) == 4, "it is for what comes in by the other interface"
    finally:
        commit(cluster, "cc RuleSet IPRuleSet main\ndelete IPRule in_the_way\ncc")


@pytest.mark.feature("C01-007", "C28-001")
def test_a_flow_without_packets_leaves_the_table(cluster: Cluster) -> None:
    """After its lifetime on both nodes; one that is used stays."""
    lab = cluster.lab
    commit(cluster, "set FlowTimeoutSettings FlowLifetimeUDP=3 FlowLifetimeICMP=3")

    def flows(node: str, protocol: str) -> str:
        return cluster.nodes[node].cli(f"flow -count -protocol={protocol} -srcip={CLIENT} -destip={SERVER}").stdout

    try:
        with Background(lab, "client", ["ping", "-n", "-i", "0.5", SERVER]) as used:
            used.await_line("icmp_seq=1 ")
            assert len(answered(lab)) == 4
            for node in cluster.nodes:
                await_condition(lambda node=node: flows(node, "UDP") == "2 flows.\n", f"the flow at {node}", timeout=10)
            for node in cluster.nodes:
                await_condition(lambda node=node: flows(node, "UDP") == "0 flows.\n", f"its end at {node}", timeout=30)
            used.await_line("icmp_seq=8 ")
            assert flows(cluster.active(), "ICMP") == "1 flow.\n", "the flow that is used"
    finally:
        commit(cluster, "set FlowTimeoutSettings FlowLifetimeUDP=<empty> FlowLifetimeICMP=<empty>")


@pytest.mark.feature("C01-018", "C01-016")
def test_new_flows_are_in_the_log_where_their_rule_says_so(cluster: Cluster) -> None:
    """By default; what a rule denies too. The standby, which mirrors the flow, says nothing."""
    lab, logs = cluster.lab, {name: node.log / "hadrian-datapath.log" for name, node in cluster.nodes.items()}
    active, standby = cluster.active(), cluster.standby()

    def logged(name: str, text: str) -> int:
        return len(re.findall(text, logs[name].read_text(encoding="utf-8", errors="replace")))

    opened = (rf"FLOW: prio=Info event=flow_open rule=lan_to_wan flow_proto=TCP flowfwd_recvif=if1 flowfwd_recvzone=n/a "
              rf"flowfwd_srcip={CLIENT} flowfwd_srcport=\d+ flowfwd_destip={SERVER} flowfwd_destport=7301 flowrev_recvif=if2 "
              rf"flowrev_recvzone=n/a flowrev_srcip={SERVER} flowrev_srcport=7301 flowrev_destip={CLIENT} flowrev_destport=\d+ "
              r"action=allow\n")
    refused = (rf"RULE: prio=Warning event=ruleset_{{}}_packet rule={{}} pkt_flowdir=n/a pkt_srchw=[0-9a-f:]{{{{17}}}} pkt_ipver=4 "
               rf"pkt_proto=TCP pkt_recvif={{}} pkt_recvzone=n/a pkt_srcip={{}} pkt_destip={{}} pkt_srcport=\d+ pkt_destport=7301 "
               r"iface={} zone=n/a action={}\n")
    before = logged(active, opened), logged(standby, "event=flow_open")
    assert len(answered(lab)) == 4
    await_condition(lambda: logged(active, opened) == before[0] + 1, "the flow in the log", timeout=10)
    # What no rule allows, and what one denies.
    assert not answered(lab, "server", SERVER, CLIENT)
    default = refused.format("drop", "System::DefaultDrop", "if2", SERVER, CLIENT, "if2", "drop")
    await_condition(lambda: logged(active, default), "the default rule in the log", timeout=10)
    commit(cluster, f"""
cc RuleSet IPRuleSet main
set IPRule lan_to_wan LogEnabled=No
add IPRule Index=1 Name=refuses Action=Deny OnDeny=SendReject SourceInterface=if1 SourceNetwork=all-nets DestinationInterface=any DestinationNetwork={SERVER} Service=all_tcp
cc""")
    try:
        assert answered(lab) == {"udp/7301", "udp/7302"}
        denied = refused.format("reject", "refuses", "if1", CLIENT, SERVER, "if1", "reject")
        await_condition(lambda: logged(active, denied), "the denying rule in the log", timeout=10)
        count = logged(active, denied), logged(active, "event=flow_open")
        commit(cluster, "cc RuleSet IPRuleSet main\nset IPRule refuses LogEnabled=No\ncc")
        assert answered(lab) == {"udp/7301", "udp/7302"}
        assert not answered(lab, "server", "198.51.100.10", "10.1.0.11")
        await_condition(lambda: logged(active, "pkt_destip=10.1.0.11 "), "what came after it", timeout=10)
        assert (logged(active, denied), logged(active, "event=flow_open")) == count, "neither rule is logged"
        assert logged(standby, "event=flow_open") == before[1]
    finally:
        commit(cluster, "cc RuleSet IPRuleSet main\ndelete IPRule refuses\nset IPRule lan_to_wan LogEnabled=<empty>\ncc")


@pytest.mark.feature("C03-004")
def test_a_renamed_interface_keeps_its_flows(cluster: Cluster) -> None:
    """Rules, routes and management follow the name, on both nodes, and no packet is lost."""
    lab = cluster.lab
    with Background(lab, "client", ["ping", "-n", "-i", "0.05", SERVER]) as ping:
        ping.await_line("icmp_seq=3 ")
        commit(cluster, "set Interface EthernetInterface if1 Name=wired\nset Interface EthernetInterface if2 Name=wireless")
        cluster.await_well()
        try:
            for node in cluster.nodes.values():
                rule = node.commands("cc RuleSet IPRuleSet main\nshow IPRule lan_to_wan\n").stdout
                assert re.search(r"SourceInterface: +wired$", rule, re.MULTILINE), rule
                assert re.search(r"DestinationInterface: +wireless$", rule, re.MULTILINE), rule
                assert "wired" in node.cli("show RemoteManagement RemoteMgmtSSH ssh").stdout
                assert re.search(r"198\.51\.100\.0/24.*wireless|wireless.*198\.51\.100\.0/24", node.cli("routes").stdout)
                assert "Interface wired:" in node.cli("ifstat wired").stdout
                done = node.cli("ifstat if1")
                assert done.returncode != 0, "the old name is nobody's"
            # Address objects keep the names that they have.
            assert "if2_ip" in run_lines(cluster, "show Interface EthernetInterface wireless")
            assert len(answered(lab)) == 4, "new flows too"
            last = len(ping.lines)
            await_condition(lambda: len(ping.lines) > last + 5, "pings go on", timeout=10)
        finally:
            commit(cluster, "set Interface EthernetInterface wired Name=if1\nset Interface EthernetInterface wireless Name=if2")
        lines = [int(found[1]) for found in (re.search(r"icmp_seq=(\d+) ", line) for line in ping.stop()) if found]
    assert lines == list(range(1, len(lines) + 1)), "none of the flow's packets was lost"


@pytest.mark.feature("C03-007")
def test_heartbeats_are_where_the_roles_of_interfaces_say(cluster: Cluster) -> None:
    """A Critical interface carries them, one that is not critical none; the Sync interface always does."""
    lab = cluster.lab
    shown = run_lines(cluster, "show Interface EthernetInterface if3")
    assert re.search(r"HAType: +Sync$", shown, re.MULTILINE), shown
    with Capture(lab, "switch", "master-if3", f"{HEARTBEAT} or (ip and udp)") as sync, \
            Capture(lab, "switch", "master-if2", HEARTBEAT) as seen:
        seen.await_line("ethertype")
        sync.await_line(" > ")
    commit(cluster, "set Interface EthernetInterface if2 HAType=NonCritical")
    try:
        with Capture(lab, "switch", "master-if2", HEARTBEAT) as none, \
                Capture(lab, "switch", "master-if1", HEARTBEAT) as many:
            await_condition(lambda: len(many.frames) > 50, "heartbeats on if1", timeout=20)
            assert not none.frames, none.frames[:3]
        # What is not critical may fail without anybody taking over.
        active = cluster.active()
        lab.set_link(active, "if2", "down")
        with Capture(lab, "switch", f"{active}-if1", HEARTBEAT) as many:
            await_condition(lambda: len(many.frames) > 200, "heartbeats on if1", timeout=20)
        assert cluster.active() == active
    finally:
        cluster.mend()
        commit(cluster, "set Interface EthernetInterface if2 HAType=Critical")
    assert len(answered(lab)) == 4
