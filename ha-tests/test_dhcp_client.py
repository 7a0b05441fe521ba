# SPDX-License-Identifier: GPL-2.0-or-later
"""An interface whose IPv4 address comes from a DHCP server: a real one, asked by the active node alone, and kept over a failover."""

import re
from collections.abc import Iterator

import pexpect
import pytest
from lab.background import Background, Capture
from lab.cluster import Cluster
from lab.dhcp import DhcpServer
from lab.laboratory import Lab
from lab.node import LabNode
from lab.vlan import VlanDevice, run_ip
from lab.wait import await_condition

LEASED = "198.51.100.100"
SERVER = "198.51.100.10"
PEER = "198.51.100.20"
BEYOND = "203.0.113.1"  # behind the server, by the default route
CHADDR = "10:00:00:01:00:02"  # the shared Ethernet address of if2
CONFIGURE = """
set Interface EthernetInterface if2 DHCPEnabled=Yes
cc RoutingTable main
add Route Interface=if2 Network=all-nets-ip4 Gateway=if2_gw
cc
cc RuleSet IPRuleSet main
add IPRule Name=to_leased Action=Allow SourceInterface=if2 SourceNetwork=if2_net DestinationInterface=core DestinationNetwork=if2_ip Service=ping-inbound Index=1
cc
"""


def subnet(first: str = LEASED, last: str = LEASED, seconds: int = 600, more: str = "", options: str = "") -> str:
    return (f"default-lease-time {seconds}; max-lease-time {seconds}; {more} subnet 198.51.100.0 netmask 255.255.255.0 {{ range {first} "
            f"{last}; option routers {SERVER}; option broadcast-address 198.51.100.255; option domain-name-servers {SERVER}, {PEER}; "
            f"option netbios-name-servers {PEER}; {options} }}")


def objects(node: LabNode) -> dict[str, str]:
    return dict(re.findall(r"^(if2_\S+) +(\S+) *$", node.cli("netobjects").stdout, re.MULTILINE))


def state(node: LabNode) -> str:
    return node.cli("dhcpclient if2").stdout


def await_address(cluster: Cluster, address: str = LEASED) -> None:
    for name, node in cluster.nodes.items():
        await_condition(lambda node=node: objects(node).get("if2_ip") == address, f"{address} as if2_ip of {name}", timeout=30)


def ping(lab: Lab, address: str, host: str = "client") -> bool:
    return lab.run(host, ["ping", "-n", "-q", "-c", "1", "-W", "1", address], check=False).returncode == 0


def log_of(cluster: Cluster) -> str:
    return (cluster.nodes[cluster.active()].log / "hadrian-datapath.log").read_text(encoding="utf-8")


def console(node: LabNode) -> pexpect.spawn:
    words = [*node.enter(), str(node.binary("hadrian"))]
    return pexpect.spawn(words[0], words[1:], env=node.environment() | {"TERM": "dumb"}, encoding="utf-8", timeout=30, dimensions=(40, 200))


def again(cluster: Cluster, properties: str = "DHCPPreferredIP= DHCPServerFilter= DHCPAdressFilter=") -> None:
    """The lease is given back, and asked for anew."""
    cluster.commit("set Interface EthernetInterface if2 DHCPEnabled=No")
    cluster.commit(f"set Interface EthernetInterface if2 DHCPEnabled=Yes {properties}")


@pytest.fixture(scope="module", autouse=True)
def network(lab: Lab) -> None:
    lab.run("server", ["sh", "-c", f"ip address add {BEYOND}/32 dev lo; ip route replace 10.1.0.0/24 via {LEASED}"])
    Cluster(lab).await_well()


@pytest.fixture
def server(cluster: Cluster) -> Iterator[DhcpServer]:
    with DhcpServer(cluster.lab, "server", subnet()) as started:
        yield started


@pytest.mark.feature("C03-011", "C21-021", "C21-026")
def test_off_by_default_and_the_default_objects_come_with_it(cluster: Cluster, server: DhcpServer) -> None:
    node = cluster.nodes[cluster.active()]
    assert re.search(r"DHCPEnabled: +No", node.cli("show Interface EthernetInterface if2").stdout)
    with Capture(cluster.lab, "server", "eth0", "udp port 67") as asked:
        cluster.commit("add Address IPAddress other_ip Address=198.51.100.77\nset Interface EthernetInterface if2 IPAddress=other_ip")
        said = cluster.commit(CONFIGURE)
        frame = asked.await_line("DHCP, Request")
    assert f"{CHADDR} > ff:ff:ff:ff:ff:ff" in frame and "0.0.0.0.68 > 255.255.255.255.67" in frame, frame
    assert "Added IPAddress if2_gw." in said and "IPAddress of if2 is if2_ip" in said, said
    await_address(cluster)
    assert re.search(r"IPAddress: +if2_ip\n", node.cli("show Interface EthernetInterface if2").stdout)
    assert all(CHADDR in frame for frame in asked.frames if ".68 >" in frame)


@pytest.mark.feature("C21-021", "C21-023", "C21-024", "C21-025")
def test_what_the_server_assigns_is_in_force(cluster: Cluster, server: DhcpServer) -> None:
    lab = cluster.lab
    await_address(cluster)
    for node in cluster.nodes.values():
        assert objects(node) == {"if2_ip": LEASED, "if2_net": "198.51.100.0/24", "if2_gw": SERVER, "if2_broadcast": "198.51.100.255",
                                 "if2_dns1": SERVER, "if2_dns2": PEER, "if2_nbns1": PEER, "if2_nbns2": "127.0.0.1"}
    node = cluster.nodes[cluster.active()]
    shown = node.cli("show Address IPAddress if2_ip").stdout
    assert re.search(r"Address: +198\.51\.100\.1\n", shown) and re.search(rf"ActiveAddress: +{LEASED} +Dynamically assigned\n", shown), shown
    shown = node.cli("show Interface EthernetInterface if2").stdout
    for name, value in (("DHCPPrimaryDNS", SERVER), ("DHCPSecondaryDNS", PEER), ("DefaultGateway", SERVER), ("DHCPNetwork", "198.51.100.0/24"),
                        ("DHCPPrimaryNBNS", PEER), ("DHCPSecondaryNBNS", "<empty>")):
        assert re.search(rf"{name}: +{value}", shown), shown
    assert "if2" not in node.cli("show -changes").stdout, "nothing is edited by it"
    await_condition(lambda: ping(lab, BEYOND), "the default route", timeout=10)
    assert ping(lab, LEASED, "server"), "a rule with if2_ip follows at once"
    assert CHADDR in lab.run("server", ["ip", "neighbour", "show", LEASED]).stdout


@pytest.mark.feature("C21-021")
def test_what_is_no_answer_is_dropped(cluster: Cluster, server: DhcpServer) -> None:
    before = cluster.counter("drop/dhcp_malformed")
    cluster.lab.run("server", ["/usr/bin/python3", "-c", "import socket; s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM); "
                               "s.setsockopt(socket.SOL_SOCKET, socket.SO_BROADCAST, 1); s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1); "
                               f"s.setsockopt(socket.SOL_SOCKET, socket.SO_BINDTODEVICE, b'eth0'); s.bind(('{SERVER}', 67)); "
                               "s.sendto(b'x' * 300, ('255.255.255.255', 68))"])
    await_condition(lambda: cluster.counter("drop/dhcp_malformed") == before + 1, "the drop", timeout=10)
    assert objects(cluster.nodes[cluster.active()])["if2_ip"] == LEASED


@pytest.mark.feature("C21-027")
def test_dhcpclient(cluster: Cluster, server: DhcpServer) -> None:
    for node in cluster.nodes.values():
        listed = node.cli("dhcpclient").stdout
        assert re.search(r"^ {22}DHCP Client List$", listed, re.MULTILINE), listed
        assert re.search(r"^Interface +IP Address +DHCP State +Renew in$", listed, re.MULTILINE), listed
        assert re.search(rf"^if2 +{LEASED} +BOUND \(for 0h \d\dm \d\ds\) +0h 0[45]m \d+s$", listed, re.MULTILINE), listed
        shown = state(node)
        pattern = ["Interface     : if2", f"Assigned IP   : {LEASED}", "Broadcast IP  : 198.51.100.255", f"Gateway IP    : {SERVER}",
                   f"DNS1 IP       : {SERVER}", f"DHCPD IP      : {SERVER}", "Lease time    : 0h 10m 00s"]
        assert all(f"  {line}\n" in shown for line in pattern), shown
        assert re.search(r"Renew in      : 0h 0[45]m \d\ds\n  Rebind in     : 0h 08m \d\ds\n  Expire in     : 0h 09m \d\ds\n"
                         r"  State         : BOUND \(for ", shown), shown
        refused = node.cli("dhcpclient if1")
        assert refused.returncode != 0 and "if1 is no DHCP client: its DHCPEnabled is No." in refused.stdout + refused.stderr
        assert node.cli("dhcpclient -snoop=Perhaps if2").returncode != 0


@pytest.mark.feature("C22-054", "C21-021")
def test_a_crash_and_a_hand_over_keep_the_lease(cluster: Cluster) -> None:
    lab = cluster.lab
    with DhcpServer(lab, "server", subnet(seconds=20)) as server:
        again(cluster)
        await_address(cluster)
        await_condition(lambda: ping(lab, BEYOND), "a way", timeout=20)
        asked = len(server.seen("DHCPDISCOVER"))
        victim, survivor, _ = cluster.crash_active()
        cluster.await_active(survivor)
        assert ping(lab, BEYOND) and f"Assigned IP   : {LEASED}" in state(cluster.nodes[survivor])
        before = len(server.seen("DHCPACK"))
        await_condition(lambda: len(server.seen("DHCPACK")) > before, "a renewal by the survivor", timeout=20)
        cluster.nodes[victim].start()
        cluster.await_well()
        await_condition(lambda: objects(cluster.nodes[victim]).get("if2_ip") == LEASED, "the lease at the one that came back", timeout=20)
        assert cluster.nodes[survivor].cli("ha -deactivate").returncode == 0
        cluster.await_active(victim)
        assert ping(lab, BEYOND)
        before = len(server.seen("DHCPACK"))
        await_condition(lambda: len(server.seen("DHCPACK")) > before, "a renewal by the other", timeout=20)
        assert len(server.seen("DHCPDISCOVER")) == asked, server.program.lines
        assert not server.seen("DHCPNAK") and len(server.identifiers()) == 1, server.identifiers()
        assert all(CHADDR in line for line in server.seen("DHCPREQUEST")), server.seen("DHCPREQUEST")


@pytest.mark.feature("C22-054")
def test_with_the_nodes_own_ethernet_addresses_too(cluster: Cluster) -> None:
    """The Ethernet address changes with the active node, what the server knows it by does not."""
    lab = cluster.lab
    cluster.commit("set Interface EthernetInterface if2 HAEthernetAddressMode=InterfaceMAC")
    try:
        with DhcpServer(lab, "server", subnet(LEASED, "198.51.100.110", 10)) as server:
            again(cluster)
            await_address(cluster)
            asked = len(server.seen("DHCPDISCOVER"))
            victim, survivor, _ = cluster.crash_active()
            cluster.await_active(survivor)
            before = len(server.seen("DHCPACK"))
            await_condition(lambda: len(server.seen("DHCPACK")) > before, "a renewal by the survivor", timeout=20)
            assert server.seen("DHCPACK")[0].split(" to ")[1] != server.seen("DHCPACK")[-1].split(" to ")[1], server.program.lines
            assert f"Assigned IP   : {LEASED}" in state(cluster.nodes[survivor]) and len(server.identifiers()) == 1
            assert len(server.seen("DHCPDISCOVER")) == asked and not server.seen("DHCPNAK"), server.program.lines
            cluster.nodes[victim].start()
            cluster.await_well()
    finally:
        cluster.mend()
        cluster.commit("set Interface EthernetInterface if2 HAEthernetAddressMode=PrivateSharedMAC")


@pytest.mark.feature("C21-025")
def test_the_lease_is_in_force_all_the_time_that_mgmtd_starts_again(cluster: Cluster, server: DhcpServer) -> None:
    lab = cluster.lab
    again(cluster)
    await_address(cluster)
    await_condition(lambda: ping(lab, BEYOND), "a way", timeout=20)
    active = cluster.active()
    node = cluster.nodes[active]
    with Background(lab, active, ["ip", "-o", "monitor", "address"]) as changes:
        lab.run(active, ["sh", "-c", "ip address add 127.9.9.9/32 dev lo; ip address delete 127.9.9.9/32 dev lo"])
        changes.await_line("127.9.9.9")
        node.kill_daemon("hadrian-mgmtd")
        node.start_daemon("hadrian-mgmtd")
        await_condition(lambda: f"Assigned IP   : {LEASED}" in state(node), "the lease", timeout=20)
        cluster.await_well()
        assert not [line for line in changes.lines if line.startswith("Deleted") and LEASED in line], changes.lines
    assert ping(lab, BEYOND) and objects(node)["if2_ip"] == LEASED


@pytest.mark.feature("C22-054")
def test_the_standby_says_nothing(cluster: Cluster) -> None:
    lab = cluster.lab
    with DhcpServer(lab, "server", subnet(seconds=8)) as server, Capture(lab, "switch", f"{cluster.standby()}-if2", "udp src port 68 and inbound") as said:
        again(cluster)
        await_address(cluster)
        before = len(server.seen("DHCPACK"))
        await_condition(lambda: len(server.seen("DHCPACK")) > before + 1, "two renewals", timeout=30)
        assert not said.frames, said.frames


@pytest.mark.feature("C21-021", "C21-025")
def test_without_a_server_the_lease_ends_and_address_rules_again(cluster: Cluster) -> None:
    lab = cluster.lab
    with DhcpServer(lab, "server", subnet(seconds=8)):
        again(cluster)
        await_address(cluster)
        await_condition(lambda: ping(lab, BEYOND), "a way", timeout=10)
    await_address(cluster, "198.51.100.1")
    node = cluster.nodes[cluster.active()]
    assert re.search(r"ActiveAddress: +<empty>", node.cli("show Address IPAddress if2_ip").stdout)
    assert objects(node)["if2_gw"] == "127.0.0.1" and not ping(lab, BEYOND)
    assert "event=lease_lost iface=if2" in log_of(cluster)


@pytest.mark.feature("C21-021")
def test_another_server_rebinds(cluster: Cluster) -> None:
    lab = cluster.lab
    same = subnet(seconds=16, more="authoritative;")
    with DhcpServer(lab, "server", same) as first:
        again(cluster)
        await_address(cluster)
        leases = first.leases()
    with DhcpServer(lab, "peer", same, leases=leases) as second:
        await_condition(lambda: second.seen("DHCPACK"), "the other server's answer", timeout=30)
        assert not second.seen("DHCPDISCOVER"), second.program.lines
        await_condition(lambda: f"DHCPD IP      : {PEER}" in state(cluster.nodes[cluster.active()]), "its name", timeout=10)
        assert objects(cluster.nodes[cluster.active()])["if2_ip"] == LEASED


@pytest.mark.feature("C21-021")
def test_a_server_that_has_another_network_of_addresses_says_no(cluster: Cluster) -> None:
    lab = cluster.lab
    with DhcpServer(lab, "server", subnet(seconds=12)) as server:
        again(cluster)
        await_address(cluster)
        server.restart("authoritative; " + subnet("198.51.100.110", "198.51.100.110", 12).replace("range", "deny unknown-clients; range", 1))
        server.restart("authoritative; " + subnet("198.51.100.110", "198.51.100.110", 12))
        await_address(cluster, "198.51.100.110")
        assert server.seen("DHCPNAK") or server.seen("DHCPDISCOVER"), server.program.lines


@pytest.mark.feature("C21-021")
def test_an_address_that_a_host_has_is_declined(cluster: Cluster) -> None:
    lab = cluster.lab
    lab.run("peer", ["ip", "address", "add", "198.51.100.101/24", "dev", "eth0"])
    try:
        with DhcpServer(lab, "server", subnet("198.51.100.101", "198.51.100.102", 60)) as server:
            again(cluster, "DHCPPreferredIP=198.51.100.101")
            await_condition(lambda: server.seen("DHCPDECLINE of 198.51.100.101"), "the refusal of the address", timeout=20)
            await_address(cluster, "198.51.100.102")
            assert "event=address_declined iface=if2 ip=198.51.100.101 hwsender=" in log_of(cluster)
    finally:
        lab.run("peer", ["ip", "address", "delete", "198.51.100.101/24", "dev", "eth0"])


@pytest.mark.feature("C21-022")
def test_the_preferred_address_and_the_filters(cluster: Cluster) -> None:
    lab = cluster.lab
    with DhcpServer(lab, "server", subnet("198.51.100.100", "198.51.100.110", 60)) as server:
        again(cluster, "DHCPPreferredIP=198.51.100.105 DHCPServerFilter= DHCPAdressFilter=")
        await_address(cluster, "198.51.100.105")
        before = cluster.counter("dhcp/refused")
        cluster.commit("set Interface EthernetInterface if2 DHCPServerFilter=198.51.100.11-198.51.100.99")
        await_condition(lambda: cluster.counter("dhcp/refused") > before, "a refused offer", timeout=20)
        assert server.seen("DHCPRELEASE of 198.51.100.105"), "what is outside a filter is given back"
        assert "event=offer_refused iface=if2" in log_of(cluster) and "by=DHCPServerFilter" in log_of(cluster)
        assert objects(cluster.nodes[cluster.active()])["if2_ip"] == "198.51.100.1"
        cluster.commit("set Interface EthernetInterface if2 DHCPPreferredIP= DHCPServerFilter=198.51.100.10 DHCPAdressFilter=10.0.0.0/8")
        await_condition(lambda: "by=DHCPAdressFilter" in log_of(cluster), "a refused address", timeout=20)
        cluster.commit("set Interface EthernetInterface if2 DHCPAdressFilter=198.51.100.0/24")
        await_condition(lambda: objects(cluster.nodes[cluster.active()])["if2_ip"].startswith("198.51.100.1") and
                        "BOUND" in state(cluster.nodes[cluster.active()]), "an address in the filter", timeout=30)


@pytest.mark.feature("C21-021", "C21-022", "C21-023")
def test_what_is_refused(cluster: Cluster) -> None:
    node = cluster.nodes[cluster.active()]
    for line, why in (
            ("set EthernetInterface if2 DefaultGateway=10.0.0.1", "DefaultGateway cannot be '10.0.0.1': it only shows what was assigned by a DHCP"),
            ("set IPAddress if2_ip ActiveAddress=10.0.0.1", "ActiveAddress cannot be '10.0.0.1': it only shows what was learned by"),
            ("set EthernetInterface if2 DHCPEnabled=Maybe", "DHCPEnabled cannot be 'Maybe'")):
        done = node.cli(line)
        assert done.returncode != 0 and why in done.stdout + done.stderr, done
    for line, why in (
            ("set EthernetInterface if3 DHCPEnabled=Yes", "DHCPEnabled 'Yes' has no effect where HAType is Sync; set No"),
            ("set EthernetInterface if2 DHCPPreferredIP=127.0.0.1", "DHCPPreferredIP '127.0.0.1' must be one IPv4 address that a host can have"),
            ("set EthernetInterface if2 DHCPPreferredIP=10.0.0.1 DHCPAdressFilter=198.51.100.0/24", "is not in DHCPAdressFilter"),
            ("set EthernetInterface if2 DHCPServerFilter=2001:db8::/64", "DHCPServerFilter '2001:db8::/64' must be IPv4 addresses alone")):
        done = node.commands(f"{line}\nactivate\n")
        assert done.returncode != 0 and why in done.stdout + done.stderr, done
        assert node.cli("reject").returncode == 0


@pytest.mark.feature("C21-028")
def test_snoop_and_release(cluster: Cluster, server: DhcpServer) -> None:
    node = cluster.nodes[cluster.active()]
    again(cluster)
    await_address(cluster)
    seen = console(node)
    try:
        seen.expect_exact("System:/>")
        seen.sendline("dhcpclient -snoop=On if2")
        seen.expect_exact("Snooping of the DHCP client on if2 is on in this session")
        again(cluster, "")
        for line in (rf"SNOOP:  DHCPCLIENT-22 : if2 \({LEASED}\) - Sending RELEASE",
                     r"SNOOP:  DHCPCLIENT-1  : if2 \(0\.0\.0\.0\) - Sending DISCOVER\r?\n",
                     r" {8}\[request 0\.0\.0\.0\] \[src 0\.0\.0\.0\] \[dest 255\.255\.255\.255\]",
                     rf"SNOOP:  DHCPCLIENT-17 : if2 \(0\.0\.0\.0\) - Receiving OFFER\r?\n {{8}}\[offer {LEASED}\] \[src {SERVER}\] \[dest 255",
                     rf"SNOOP:  DHCPCLIENT-18 : if2 \(0\.0\.0\.0\) - Sending REQUEST\r?\n {{8}}\[request {LEASED}\] \[src 0\.0\.0\.0\]",
                     rf"SNOOP:  DHCPCLIENT-19 : if2 \(0\.0\.0\.0\) - Receiving ACK\r?\n {{8}}\[offer {LEASED}\] \[src {SERVER}\]"):
            seen.expect(line)
        seen.sendline("dhcpclient -snoop=Off if2")
        seen.expect_exact("Snooping of the DHCP client on if2 is off in this session.")
    finally:
        seen.close(force=True)
    assert server.seen(f"DHCPRELEASE of {LEASED}"), server.program.lines


@pytest.mark.feature("C21-021")
def test_a_vlan(cluster: Cluster) -> None:
    lab = cluster.lab
    vlan = "default-lease-time 600; subnet 10.77.0.0 netmask 255.255.255.0 { range 10.77.0.140 10.77.0.140; }"
    with VlanDevice(lab, "server", "eth0", "vlan7", ["8100:7"]):
        run_ip(lab, "server", "address add 10.77.0.1/24 dev vlan7")
        with DhcpServer(lab, "server", vlan, "vlan7"):
            cluster.commit("add Interface VLAN vlan7 BaseInterface=if2 VLANID=7 DHCPEnabled=Yes")
            for node in cluster.nodes.values():
                await_condition(lambda node=node: "10.77.0.140" in node.cli("netobjects vlan7_ip").stdout, "an address on the VLAN", timeout=30)
            shown = cluster.nodes[cluster.active()].cli("dhcpclient vlan7").stdout
            assert "Gateway IP    : <Empty>" in shown and "DNS1 IP       : <Not resolved>" in shown, shown
