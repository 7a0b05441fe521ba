# SPDX-License-Identifier: GPL-2.0-or-later
"""VLANs and service VLANs of a host behind the switch, through the cluster and over a failover."""

import json
import re
from collections.abc import Callable, Iterator

import pytest
from lab.background import Background, Capture
from lab.cluster import Cluster
from lab.laboratory import Lab
from lab.traffic import SERVER
from lab.vlan import VlanDevice, make_room, run_ip
from lab.wait import await_condition

# Device of the client, its tags and its address; the cluster has no VLAN 300.
VLANS = {
    "v100": (["8100:100"], "10.100.0.10"),
    "q7": (["88a8:200", "8100:7"], "10.7.0.10"),
    "v300": (["8100:300"], "10.30.0.10"),
}
CONFIGURATION = """
add Interface VLAN vlan100 BaseInterface=if1 VLANID=100 IPAddress=10.100.0.1 Network=10.100.0.0/24 PrivateIP:0=10.100.0.2 PrivateIP:1=10.100.0.3
add Interface VLAN svlan BaseInterface=if1 VLANID=200 Type=88a8
add Interface VLAN inner BaseInterface=svlan VLANID=7 IPAddress=10.7.0.1 Network=10.7.0.0/24
cc RuleSet IPRuleSet main
add IPRule Index=1 Name=vlans Action=Allow SourceInterface=vlan100,inner SourceNetwork=all-nets-ip4 DestinationInterface=if2 DestinationNetwork=all-nets-ip4 Service=all_services
add IPRule Index=2 Name=between Action=Allow SourceInterface=vlan100 SourceNetwork=all-nets-ip4 DestinationInterface=inner DestinationNetwork=all-nets-ip4 Service=all_services
cc
activate
commit
"""
SHARED_MAC = "10:00:00:01:00:01"


def replies(lab: Lab, source: str, address: str, *options: str) -> int:
    done = lab.run("client", ["ping", "-n", "-c", 3, "-i", "0.05", "-W", "1", "-I", source, *options, address])
    received = re.search(r"(\d+) received", done.stdout)
    assert received, done.stdout + done.stderr
    return int(received[1])


def counter(cluster: Cluster, name: str) -> int:
    shown = cluster.nodes[cluster.active()].cli(f"statistics {name}").stdout
    value = re.search(rf"{name} +(\d+)", shown)
    assert value, shown
    return int(value[1])


@pytest.fixture(scope="module", autouse=True)
def vlans(lab: Lab) -> Iterator[None]:
    """The client's tagged devices, and the VLANs of the cluster."""
    make_room(lab, "client", "if1", 1508)
    devices = [VlanDevice(lab, "client", "eth0", name, tags, address, table)
               for table, (name, (tags, address)) in enumerate(VLANS.items(), start=100)]
    for network in ("10.100.0.0/24", "10.7.0.0/24"):
        run_ip(lab, "server", f"route add {network} via 198.51.100.1")
    cluster = Cluster(lab)
    done = cluster.nodes[cluster.active()].commands(CONFIGURATION)
    assert done.returncode == 0, done.stdout + done.stderr
    cluster.await_well()
    yield
    for device in devices:
        device.stop()


@pytest.mark.feature("C03-014", "C03-001")
def test_a_vlan_reaches_the_server_and_the_firewall(cluster: Cluster) -> None:
    assert replies(cluster.lab, "10.100.0.10", SERVER) == 3
    assert replies(cluster.lab, "10.100.0.10", "10.100.0.1") == 3
    # A full packet: the tag comes on top.
    assert replies(cluster.lab, "10.100.0.10", SERVER, "-s", "1472", "-M", "do") == 3


@pytest.mark.feature("C03-016")
def test_a_vlan_in_a_service_vlan_reaches_the_server(cluster: Cluster) -> None:
    with Capture(cluster.lab, "client", "eth0", "") as seen:
        assert replies(cluster.lab, "10.7.0.10", SERVER) == 3
        seen.await_line("vlan 7")
    answers = [frame for frame in seen.frames if f"{SHARED_MAC} >" in frame and "vlan 7" in frame]
    assert answers and all("802.1Q-QinQ (0x88a8)" in frame and "vlan 200" in frame for frame in answers), answers
    assert replies(cluster.lab, "10.7.0.10", SERVER, "-s", "1472", "-M", "do") == 3


@pytest.mark.feature("C03-014")
def test_untagged_traffic_of_the_port_goes_on(cluster: Cluster) -> None:
    assert replies(cluster.lab, "10.1.0.10", SERVER) == 3


@pytest.mark.feature("C03-014")
def test_rules_and_routes_tell_vlans_apart(cluster: Cluster) -> None:
    """From vlan100 to the inner VLAN a rule allows, the other way none does."""
    def drops() -> int:
        return counter(cluster, "/datapath/drop/default_rule")

    lab = cluster.lab
    before = drops()
    done = lab.run("client", ["ping", "-n", "-c", 1, "-W", "1", "-I", "10.7.0.10", "10.100.0.1"])
    assert " 1 received" in done.stdout, "the firewall's own addresses answer"
    assert drops() == before
    # To an address of the other VLAN that nobody has: what is judged are the rules.
    lab.run("client", ["ping", "-n", "-c", 1, "-W", "1", "-I", "10.7.0.10", "10.100.0.77"])
    assert drops() == before + 1
    lab.run("client", ["ping", "-n", "-c", 1, "-W", "1", "-I", "10.100.0.10", "10.7.0.77"])
    assert drops() == before + 1


@pytest.mark.feature("C03-015")
def test_an_unknown_vlan_id_is_dropped_counted_and_logged(cluster: Cluster) -> None:
    before = counter(cluster, "/datapath/drop/unknown_vlanid")
    assert replies(cluster.lab, "10.30.0.10", SERVER) == 0
    assert counter(cluster, "/datapath/drop/unknown_vlanid") > before
    node = cluster.nodes[cluster.active()]
    log = node.log / "hadrian-datapath.log"
    message = r"prio=warning event=unknown_vlanid vlanid=300 pkt_srchw=\S+ pkt_recvif=if1 pkt_recvzone=n/a action=drop"
    await_condition(lambda: re.search(message, log.read_text(encoding="utf-8")), "the log message", timeout=10)


@pytest.mark.feature("C03-015")
def test_an_unknown_vlan_id_may_be_dropped_without_a_word(cluster: Cluster) -> None:
    def asked(seen: Callable[[], bool]) -> bool:
        # A host that has asked for its neighbour in vain asks no more for some seconds.
        assert replies(cluster.lab, "10.30.0.10", SERVER) == 0
        return seen()

    def logged() -> bool:
        return "event=unknown_vlanid" in log.read_text(encoding="utf-8")[said:]

    cluster.commit("set Settings VLANSettings UnknownVLANTags=Drop")
    log = cluster.nodes[cluster.active()].log / "hadrian-datapath.log"
    before, said = counter(cluster, "/datapath/drop/unknown_vlanid"), log.stat().st_size
    await_condition(lambda: asked(lambda: counter(cluster, "/datapath/drop/unknown_vlanid") > before), "a drop", timeout=20)
    assert not logged()
    cluster.commit("set Settings VLANSettings UnknownVLANTags=DropLog")
    await_condition(lambda: asked(logged), "the log message", timeout=20)


# Asks the server for a page, from an address of the client.
FETCH = """
import http.client, sys
c = http.client.HTTPConnection(sys.argv[2], 7300, 10, (sys.argv[1], 0)); c.request("GET", "/"); print(c.getresponse().status)
"""


@pytest.mark.feature("C08-005", "C03-014")
def test_a_connection_from_a_vlan_is_relayed(cluster: Cluster) -> None:
    """The firewall's answer to the SYN, with the cookie, has the tags of the client."""
    cluster.commit("set Service ServiceTCPUDP all_tcp SYNRelay=Yes\ncc RuleSet IPRuleSet main\nset IPRule vlans Service=all_tcp\ncc")
    before = counter(cluster, "/datapath/tcp/relayed")
    try:
        with Background(cluster.lab, "server", ["/usr/bin/python3", "-u", "-m", "http.server", "7300"], errors_too=True) as server:
            server.await_line("Serving")
            for source in ("10.100.0.10", "10.7.0.10"):
                done = cluster.lab.run("client", ["/usr/bin/python3", "-c", FETCH, source, SERVER])
                assert done.stdout == "200\n", done.stdout + done.stderr
        assert counter(cluster, "/datapath/tcp/relayed") == before + 2
    finally:
        cluster.commit("cc RuleSet IPRuleSet main\nset IPRule vlans Service=all_services\ncc\n"
                       "reset-to-default Service ServiceTCPUDP all_tcp SYNRelay")


@pytest.mark.feature("C03-014", "C03-030")
def test_ifstat_of_a_vlan(cluster: Cluster) -> None:
    node = cluster.nodes[cluster.active()]
    assert replies(cluster.lab, "10.100.0.10", SERVER) == 3
    shown = node.cli("ifstat vlan100").stdout
    for line in (r"Interface vlan100:", r"  IP Address     : 10\.100\.0\.1", r"  Private IP     : 10\.100\.0\.[23]",
                 r"  Peer IP        : 10\.100\.0\.[23]", r"  MAC HA Shared  : " + SHARED_MAC, r"  Base Interface : if1",
                 r"  VLAN ID        : 100", r"  VLAN Type      : 0x8100", r"  Driver         : vlan", r"  MTU            : 1500",
                 r"  Routing Table  : main", r"  Zone           : <empty>", r"  Status         : link up",
                 r"  Received       : [1-9]\d* packets", r"  Sent           : [1-9]\d* packets"):
        assert re.search(f"^{line}", shown, re.MULTILINE), f"no {line} in\n{shown}"
    listed = node.cli("ifstat").stdout
    assert re.search(r"vlan100 +10\.100\.0\.1 +VLAN +main", listed), listed
    assert re.search(r"svlan +10\.1\.0\.1 +VLAN", listed), "without an address of its own it has its BaseInterface's"
    ethernet = node.cli("ifstat if1").stdout
    for line in (r"  MAC HA Private : ([0-9a-f]{2}:){5}", r"  Device         : if1", r"  Chksum offload : (Uns|S)upported",
                 r"  Receive mode   : Promiscuous", r"  Status         : (\d+ [MG]bps full duplex|link up)"):
        assert re.search(f"^{line}", ethernet, re.MULTILINE), f"no {line} in\n{ethernet}"


@pytest.mark.feature("C03-014", "C04-003")
def test_arp_of_a_vlan(cluster: Cluster) -> None:
    assert replies(cluster.lab, "10.100.0.10", SERVER) == 3
    shown = cluster.nodes[cluster.active()].cli("arp -show vlan100").stdout
    assert re.search(r"vlan100 +Dynamic +10\.100\.0\.10 ", shown), shown
    neighbour = cluster.lab.run("client", ["ip", "neighbour", "show", "10.100.0.1", "dev", "v100"]).stdout
    assert SHARED_MAC in neighbour, neighbour


@pytest.mark.feature("C03-014", "C03-016")
def test_flows_of_vlans_live_through_a_failover(cluster: Cluster) -> None:
    """Both pings go on as the flows that they are, and the survivor announces the VLAN's address on the VLAN."""
    lab = cluster.lab
    words = ["ping", "-n", "-i", "0.1"]
    with Background(lab, "client", [*words, "-I", "10.100.0.10", SERVER]) as tagged, \
            Background(lab, "client", [*words, "-I", "10.7.0.10", SERVER]) as nested, \
            Capture(lab, "client", "v100", "arp and ether src " + SHARED_MAC) as announced:
        tagged.await_line("icmp_seq=3")
        nested.await_line("icmp_seq=3")
        cluster.await_well()
        victim, survivor, _ = cluster.crash_active()
        cluster.await_active(survivor)
        announced.await_line("Request who-has 10.100.0.1 tell 10.100.0.1")
        for ping in (tagged, nested):
            last = int(re.search(r"icmp_seq=(\d+)", ping.lines[-1])[1])
            ping.await_line(f"icmp_seq={last + 50}", timeout=30)
    cluster.nodes[victim].start()
    cluster.await_well()


SERVER6, VLAN6 = "2001:db8:2::10", "2001:db8:100::1"
IPV6 = f"""
set Interface VLAN vlan100 IPAddress=10.100.0.1,{VLAN6} IPv6Network=2001:db8:100::/64
set Interface EthernetInterface if2 IPAddress=if2_ip,2001:db8:2::1 IPv6Network=2001:db8:2::/64
cc RoutingTable main
add Route Interface=vlan100 Network=2001:db8:100::/64
add Route Interface=if2 Network=2001:db8:2::/64
cc
cc RuleSet IPRuleSet main
add IPRule Index=1 Name=vlan6 Action=Allow SourceInterface=vlan100 SourceNetwork=2001:db8:100::/64 DestinationInterface=if2 DestinationNetwork=all-nets Service=all_services
add IPRule Index=2 Name=ping6 Action=Allow SourceInterface=vlan100 SourceNetwork=all-nets-ip6 DestinationInterface=core DestinationNetwork=all-nets-ip6 Service=ping6-inbound
cc
activate
commit
"""


@pytest.mark.feature("C03-014", "C05-011", "C22-006")
def test_ipv6_over_a_vlan_and_a_failover(cluster: Cluster) -> None:
    """The VLAN's own address, a server behind another interface, and the ping that goes on when the active node dies."""
    lab = cluster.lab
    done = cluster.nodes[cluster.active()].commands(IPV6)
    assert done.returncode == 0, done.stdout + done.stderr
    run_ip(lab, "client", "-6 address add 2001:db8:100::10/64 dev v100 nodad")
    run_ip(lab, "client", f"-6 route add {SERVER6}/128 via {VLAN6} dev v100")
    run_ip(lab, "server", "-6 route add 2001:db8:100::/64 via 2001:db8:2::1")
    cluster.await_well()
    try:
        assert replies(lab, "2001:db8:100::10", VLAN6) == 3
        assert replies(lab, "2001:db8:100::10", SERVER6) == 3
        assert replies(lab, "2001:db8:100::10", SERVER6, "-s", "1452", "-M", "do") == 3, "a full packet"
        node = cluster.nodes[cluster.active()]
        assert "Good  2001:db8:100::10 " in node.cli("ndp -show vlan100").stdout
        seen = lab.run("client", ["ip", "-6", "neighbour", "show", VLAN6, "dev", "v100"]).stdout
        assert SHARED_MAC in seen, seen
        with Background(lab, "client", ["ping", "-6", "-n", "-i", "0.1", "-I", "2001:db8:100::10", SERVER6]) as ping, \
                Capture(lab, "client", "v100", f"icmp6 and ip6[40] == 136 and ether src {SHARED_MAC}") as announced:
            ping.await_line("icmp_seq=3")
            cluster.await_well()
            victim, survivor, _ = cluster.crash_active()
            cluster.await_active(survivor)
            announced.await_line(f"tgt is {VLAN6}")
            last = int(re.search(r"icmp_seq=(\d+)", ping.lines[-1])[1])
            ping.await_line(f"icmp_seq={last + 50}", timeout=30)
        await_condition(lambda: replies(lab, "2001:db8:100::10", VLAN6) == 3, "the survivor answers", timeout=10)
        cluster.nodes[victim].start()
    finally:
        run_ip(lab, "client", f"-6 route del {SERVER6}/128 via {VLAN6} dev v100")


@pytest.mark.feature("C03-021")
def test_the_log_tells_who_sent_a_tagged_packet(cluster: Cluster) -> None:
    """The sender's address is read behind the tag."""
    lab = cluster.lab
    own = json.loads(lab.run("client", ["ip", "-json", "link", "show", "v100"]).stdout)[0]["address"]
    run_ip(lab, "client", "address add 10.66.0.3/32 dev v100")
    run_ip(lab, "client", "rule add from 10.66.0.3 lookup 100")
    assert replies(lab, "10.66.0.3", SERVER) == 0
    log = cluster.nodes[cluster.active()].log / "hadrian-datapath.log"
    line = rf"event=no_route_to_source srcip=10\.66\.0\.3 pkt_flowdir=n/a pkt_srchw={own} .* pkt_recvif=vlan100 pkt_recvzone=n/a "
    await_condition(lambda: re.search(line, log.read_text(encoding="utf-8")), "the log message", timeout=10)


@pytest.mark.feature("C03-012")
def test_a_disabled_vlan_takes_nothing(cluster: Cluster) -> None:
    node = cluster.nodes[cluster.active()]
    done = node.commands("set Interface VLAN vlan100 -disable\nactivate\ncommit\n")
    assert done.returncode == 0, done.stdout
    assert replies(cluster.lab, "10.100.0.10", SERVER) == 0
    assert replies(cluster.lab, "10.7.0.10", SERVER) == 3
    done = node.commands("set Interface VLAN vlan100 -enable\nactivate\ncommit\n")
    assert done.returncode == 0, done.stdout
    await_condition(lambda: replies(cluster.lab, "10.100.0.10", SERVER) == 3, "the VLAN works again", timeout=10)
