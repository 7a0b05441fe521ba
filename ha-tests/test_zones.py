# SPDX-License-Identifier: GPL-2.0-or-later
"""Rules that name groups and zones, equivalent interfaces, null interfaces and jumbo frames."""

import json
import re
from collections.abc import Iterator

import pytest
from lab.asking import REFUSED, asking
from lab.background import Background, Capture
from lab.cluster import Cluster
from lab.laboratory import Lab
from lab.traffic import SERVER, Flows
from lab.vlan import VlanDevice, run_ip
from lab.wait import await_condition

JUMBO = 9000


def answers(lab: Lab, *options: str, host: str = "client", address: str = SERVER, wait: int = 10) -> bool:
    """Whether a single packet is answered, however slow this machine is at that moment: within wait seconds."""
    return lab.run(host, ["ping", "-n", "-c", "1", "-W", wait, *options, address]).returncode == 0


def unanswered(lab: Lab, *options: str, **of: str) -> bool:
    return not answers(lab, *options, wait=1, **of)


@pytest.fixture
def zones(cluster: Cluster) -> Iterator[Cluster]:
    """The only rule from the LAN to the WAN is one between two zones."""
    cluster.commit("""
add Interface Zone inside
add Interface Zone outside
set Interface EthernetInterface if1 Zone=inside
set Interface EthernetInterface if2 Zone=outside
cc RuleSet IPRuleSet main
set IPRule lan_to_wan SourceInterface=inside DestinationInterface=outside
cc""")
    yield cluster
    cluster.commit("""
set Interface EthernetInterface if1 Zone=<empty>
set Interface EthernetInterface if2 Zone=<empty>
cc RuleSet IPRuleSet main
set IPRule lan_to_wan SourceInterface=if1 DestinationInterface=if2
cc
delete Zone inside
delete Zone outside""")


@pytest.mark.feature("C03-019", "C03-020")
def test_a_rule_between_zones(zones: Cluster) -> None:
    assert answers(zones.lab)
    assert re.search(r"if1 +inside +10\.1\.0\.1 ", zones.nodes[zones.active()].cli("ifstat").stdout)
    assert "  Zone           : inside" in zones.nodes[zones.active()].cli("ifstat if1").stdout
    zones.commit("set Interface EthernetInterface if2 Zone=<empty>")
    assert unanswered(zones.lab), "an interface that left the zone is not the rule's"
    zones.commit("set Interface EthernetInterface if2 Zone=outside")
    assert answers(zones.lab)


SEND = """
from scapy.all import *
sendp(Ether(dst='{}')/{}, iface='eth0', verbose=False)
"""
SHARED_MAC = "10:00:00:01:00:01"


def await_logged(cluster: Cluster, line: str) -> re.Match:
    """The line of the active node's datapath; blanks stand where the guide breaks it."""
    log = cluster.nodes[cluster.active()].log / "hadrian-datapath.log"
    return await_condition(lambda: re.search(line, log.read_text(encoding="utf-8", errors="replace")), line, timeout=10)


def send(lab: Lab, packet: str, to: str = SHARED_MAC) -> None:
    done = lab.run("client", ["/usr/bin/python3", "-c", SEND.format(to, packet)])
    assert done.returncode == 0, done.stderr


@pytest.mark.feature("C03-021", "C01-014", "C20-006")
def test_the_log_tells_the_zone_of_a_source_without_a_route(zones: Cluster) -> None:
    """As the guide prints it, with the zone; without one it says n/a."""
    own = json.loads(zones.lab.run("client", ["ip", "-json", "link", "show", "eth0"]).stdout)[0]["address"]
    packet = f"IP(src='10.66.0.{{}}', dst='{SERVER}')/UDP(sport=546, dport=547)"
    line = (rf"RULE: prio=Warning event=no_route_to_source srcip=10\.66\.0\.{{}} pkt_flowdir=n/a pkt_srchw={own} pkt_ipver=4 "
            r"pkt_proto=UDP pkt_recvif=if1 pkt_recvzone={} pkt_srcip=10\.66\.0\.{} "
            rf"pkt_destip={re.escape(SERVER)} pkt_srcport=546 pkt_destport=547 iface=if1 zone={{}} action=drop\n")
    send(zones.lab, packet.format(1))
    await_logged(zones, line.format(1, "inside", 1, "inside"))
    zones.commit("set Interface EthernetInterface if1 Zone=<empty>")
    send(zones.lab, packet.format(2))
    await_logged(zones, line.format(2, "n/a", 2, "n/a"))


@pytest.mark.feature("C03-021")
def test_the_log_tells_the_zone_of_a_neighbour_without_a_route(zones: Cluster) -> None:
    """A solicitation from an address that no route leads to gets no answer."""
    zones.commit("set Interface EthernetInterface if1 IPAddress=if1_ip,2001:db8:1::1 IPv6Network=2001:db8:1::/64")
    packet = ("IPv6(src='fc03::64', dst='ff02::1:ff00:1', hlim=255)/ICMPv6ND_NS(tgt='2001:db8:1::1')"
              "/ICMPv6NDOptSrcLLAddr(lladdr='00:50:55:c0:00:0c')")
    try:
        with Capture(zones.lab, "client", "eth0", "icmp6 and ip6[40] == 136") as answers_seen:
            send(zones.lab, packet, "33:33:ff:00:00:01")
            await_logged(zones, "ND: prio=Warning event=no_source_route_for_packet srchw=00:50:55:c0:00:0c srcip=fc03::64 "
                                "destip=ff02::1:ff00:1 targetip=2001:db8:1::1 pkt_flowdir=n/a pkt_srchw=00:50:55:c0:00:0c "
                                "pkt_ipver=6 pkt_proto=ICMPv6 pkt_recvif=if1 pkt_recvzone=inside pkt_srcip=fc03::64 "
                                "pkt_destip=ff02::1:ff00:1 pkt_type=135 pkt_code=0 pkt_id=0 iface=if1 zone=inside action=drop\n")
            assert not [frame for frame in answers_seen.frames if "fc03::64" in frame]
    finally:
        zones.commit("set Interface EthernetInterface if1 IPAddress=if1_ip IPv6Network=<empty>")


@pytest.mark.feature("C03-018", "C03-020")
def test_a_rule_and_a_management_access_of_a_group(cluster: Cluster) -> None:
    cluster.commit("""
add Interface InterfaceGroup both Members=if1,if2
cc RuleSet IPRuleSet main
set IPRule lan_to_wan SourceInterface=both
cc
set RemoteManagement RemoteMgmtSSH ssh SourceInterface=both SourceNetwork=all-nets-ip4""")
    try:
        assert answers(cluster.lab)
        for host, address in (("client", "10.1.0.1"), ("server", "198.51.100.1")):
            words = ["bash", "-c", f"exec 3<> /dev/tcp/{address}/22"]
            await_condition(lambda host=host, words=words: cluster.lab.run(host, words).returncode == 0,
                            f"SSH for {host}", timeout=20)
    finally:
        cluster.commit("""
cc RuleSet IPRuleSet main
set IPRule lan_to_wan SourceInterface=if1
cc
set RemoteManagement RemoteMgmtSSH ssh SourceInterface=if1 SourceNetwork=if1_net
delete InterfaceGroup both""")


@pytest.mark.feature("C03-020")
def test_a_management_access_from_one_zone_to_the_addresses_of_another(zones: Cluster) -> None:
    def reached(address: str) -> bool:
        return zones.lab.run("client", ["bash", "-c", f"exec 3<> /dev/tcp/{address}/22"]).returncode == 0

    zones.commit("set RemoteManagement RemoteMgmtSSH ssh SourceInterface=inside DestinationInterface=outside")
    try:
        await_condition(lambda: reached("198.51.100.1"), "SSH at the other side's address", timeout=20)
        await_condition(lambda: not reached("10.1.0.1"), "no SSH at this side's", timeout=20)
        done = zones.lab.run("server", ["timeout", "1", "bash", "-c", "exec 3<> /dev/tcp/198.51.100.1/22"])
        assert done.returncode != 0, "connections come in by the other zone"
    finally:
        zones.commit("set RemoteManagement RemoteMgmtSSH ssh SourceInterface=if1 DestinationInterface=<empty>")
    await_condition(lambda: reached("10.1.0.1"), "SSH again", timeout=20)


def is_refused(lab: Lab) -> bool:
    """Whether the error about a packet to a closed port of the server reaches the client."""
    with asking(lab, "client", [(SERVER, 7999, 0)], timeout=1) as ask:
        return ask() == [REFUSED]


@pytest.mark.feature("C03-022", "C03-023")
def test_answers_that_come_by_an_equivalent_interface(cluster: Cluster) -> None:
    """The server sends its answers tagged: they arrive on a VLAN, while the requests leave untagged."""
    lab = cluster.lab
    cluster.commit("add Interface VLAN back BaseInterface=if2 VLANID=50 IPAddress=10.50.0.1 Network=10.50.0.0/24")
    with VlanDevice(lab, "server", "eth0", "v50", ["8100:50"]):
        run_ip(lab, "server", "address add 10.50.0.10/24 dev v50")
        run_ip(lab, "server", "route replace 10.1.0.0/24 via 10.50.0.1")
        try:
            assert unanswered(lab), "the flow left by if2"
            cluster.commit("set Interface EthernetInterface if2 SecurityEquivalentInterfaces=back")
            shown = json.loads(cluster.nodes[cluster.active()].cli("show -json VLAN back").stdout)
            assert shown["VLAN"][0]["SecurityEquivalentInterfaces"] == ["if2"]
            assert answers(lab)
            assert is_refused(lab), "an error about a packet comes by it too"
            cluster.commit("set Interface VLAN back SecurityEquivalentInterfaces=<empty>")
            assert unanswered(lab) and not is_refused(lab)
        finally:
            run_ip(lab, "server", "route replace 10.1.0.0/24 via 198.51.100.1")
    cluster.commit("delete VLAN back")
    assert answers(lab)


@pytest.mark.feature("C03-022", "C22-006")
def test_answers_that_come_by_an_equivalent_interface_do_so_behind_a_failover(cluster: Cluster) -> None:
    lab = cluster.lab
    cluster.commit("add Interface VLAN back BaseInterface=if2 VLANID=50 IPAddress=10.50.0.1 Network=10.50.0.0/24\n"
                   "set Interface EthernetInterface if2 SecurityEquivalentInterfaces=back")
    with VlanDevice(lab, "server", "eth0", "v50", ["8100:50"]):
        run_ip(lab, "server", "address add 10.50.0.10/24 dev v50")
        run_ip(lab, "server", "route replace 10.1.0.0/24 via 10.50.0.1 src 198.51.100.10")
        try:
            with Flows(lab, 10, 10) as flows:
                assert flows.check() == "tcp 10/10 udp 10/10 resets 0"
                cluster.await_well()
                _, survivor, _ = cluster.crash_active()
                cluster.await_active(survivor)
                assert flows.check() == "tcp 10/10 udp 10/10 resets 0"
        finally:
            run_ip(lab, "server", "route replace 10.1.0.0/24 via 198.51.100.1")
            cluster.mend()
            cluster.commit("set Interface EthernetInterface if2 SecurityEquivalentInterfaces=<empty>\ndelete VLAN back")


@pytest.fixture
def tagged_ipv6(cluster: Cluster) -> Iterator[Cluster]:
    """IPv6 from the LAN to the WAN, and a VLAN of the server by which it answers."""
    cluster.commit("""
set Interface EthernetInterface if1 IPAddress=if1_ip,2001:db8:1::1
set Interface EthernetInterface if2 IPAddress=if2_ip,2001:db8:2::1
add Interface VLAN back BaseInterface=if2 VLANID=50 IPAddress=2001:db8:50::1
cc RoutingTable main
add Route Name=if1_ip6 Interface=if1 Network=2001:db8:1::/64
add Route Name=if2_ip6 Interface=if2 Network=2001:db8:2::/64
add Route Name=back_ip6 Interface=back Network=2001:db8:50::/64
cc
cc RuleSet IPRuleSet main
add IPRule Name=ip6_out Action=Allow SourceInterface=if1 SourceNetwork=all-nets-ip6 DestinationInterface=if2 DestinationNetwork=all-nets-ip6 Service=all_services
cc""")
    with VlanDevice(cluster.lab, "server", "eth0", "v50", ["8100:50"]):
        run_ip(cluster.lab, "server", "address add 2001:db8:50::10/64 dev v50 nodad")
        run_ip(cluster.lab, "server", "route replace 2001:db8:1::/64 via 2001:db8:50::1 src 2001:db8:2::10")
        yield cluster
        run_ip(cluster.lab, "server", "route replace 2001:db8:1::/64 via 2001:db8:2::1")
    cluster.mend()
    cluster.commit("""
set Interface EthernetInterface if2 SecurityEquivalentInterfaces=<empty>
cc RuleSet IPRuleSet main
delete IPRule ip6_out
cc
cc RoutingTable main
delete Route if1_ip6
delete Route if2_ip6
delete Route back_ip6
cc
delete VLAN back
set Interface EthernetInterface if1 IPAddress=if1_ip
set Interface EthernetInterface if2 IPAddress=if2_ip""")


@pytest.mark.feature("C03-022", "C03-023", "C22-006")
def test_ipv6_answers_that_come_by_an_equivalent_interface(tagged_ipv6: Cluster) -> None:
    """Behind a failover too."""
    lab, server = tagged_ipv6.lab, "2001:db8:2::10"
    assert unanswered(lab, address=server), "the flow left by if2"
    tagged_ipv6.commit("set Interface EthernetInterface if2 SecurityEquivalentInterfaces=back")
    with Background(lab, "client", ["ping", "-n", "-i", "0.2", server]) as flow:
        flow.await_line("bytes from")
        tagged_ipv6.await_well()
        _, survivor, _ = tagged_ipv6.crash_active()
        tagged_ipv6.await_active(survivor)
        sent = sum("bytes from" in line for line in flow.lines)
        await_condition(lambda: sum("bytes from" in line for line in flow.lines) > sent + 3, "answers to the same flow", timeout=10)


@pytest.mark.feature("C03-012")
def test_a_disabled_interface_takes_nothing(cluster: Cluster) -> None:
    def changed(how: str) -> None:
        node = cluster.nodes[cluster.active()]
        done = node.commands(f"set Interface EthernetInterface if2 -{how}\nactivate\ncommit\n")
        assert done.returncode == 0, done.stdout + done.stderr

    cluster.await_well()
    changed("disable")
    assert unanswered(cluster.lab)
    assert unanswered(cluster.lab, host="server", address="198.51.100.1")
    changed("enable")
    await_condition(lambda: answers(cluster.lab, wait=1), "traffic by the interface", timeout=20)
    assert answers(cluster.lab, host="server", address="198.51.100.1")


@pytest.mark.feature("C03-013")
def test_a_null_interface_takes_traffic_nowhere(cluster: Cluster) -> None:
    cluster.commit("set Interface EthernetInterface if2 Type=Null")
    try:
        assert unanswered(cluster.lab)
        node = cluster.nodes[cluster.active()]
        assert re.search(r"^ *if2 +198\.51\.100\.1 +Null +main$", node.cli("ifstat -type=null").stdout, re.MULTILINE)
        assert "if2" not in node.cli("ifstat").stdout
        assert "if2" in node.cli("ifstat -type=all").stdout
    finally:
        cluster.commit("set Interface EthernetInterface if2 Type=Ethernet")
    await_condition(lambda: answers(cluster.lab, wait=1), "if2 works again", timeout=20)


@pytest.mark.feature("C03-038", "C03-006")
def test_jumbo_frames_after_a_restart(cluster: Cluster) -> None:
    """The guide's steps; then a packet of 9000 bytes passes whole, and TCP fills such packets."""
    lab = cluster.lab
    for host, interface in (("client", "if1"), ("server", "if2")):
        run_ip(lab, host, f"link set eth0 mtu {JUMBO}")
        for port in (f"{host}-eth0", f"master-{interface}", f"slave-{interface}"):
            run_ip(lab, "switch", f"link set {port} mtu {JUMBO}")
    cluster.commit("""
set Settings InterfaceSettings PacketBufferSize=9kB
set Interface EthernetInterface if1 MTU=9000
set Interface EthernetInterface if2 MTU=9000
set TCPSettings TCPMSSMax=8960
set LengthLimSettings MaxTCPLen=8980""")
    assert "  MTU            : 9000" not in cluster.nodes[cluster.active()].cli("ifstat if1").stdout
    for node in cluster.nodes.values():
        node.stop()
        for daemon in ("hadrian-mgmtd", "hadrian-clusterd"):
            node.start_daemon(daemon)
        # Larger buffers need more memory than the lab has huge pages.
        node.start_program("hadrian-datapath", ["--max-flows", "65536", "--packets", "8192", "--no-huge"])
    cluster.await_well()
    assert "  MTU            : 9000" in cluster.nodes[cluster.active()].cli("ifstat if1").stdout
    assert answers(lab, "-s", str(JUMBO - 28), "-M", "do")
    assert unanswered(lab, "-s", str(JUMBO - 27), "-M", "do")
    with Background(lab, "server", ["iperf3", "--server", "--one-off", "--forceflush"]) as iperf:
        iperf.await_line("listening")
        done = lab.run("client", ["iperf3", "--client", SERVER, "--bytes", "50M", "--json"], timeout=60)
        assert done.returncode == 0, done.stdout
        said = json.loads(done.stdout)
        assert said["start"]["tcp_mss_default"] > 8000, said["start"]["tcp_mss_default"]
        # What was on its way when the sender was done is not all counted.
        assert said["end"]["sum_sent"]["bytes"] >= 50_000_000
        assert said["end"]["sum_received"]["bytes"] > 45_000_000
