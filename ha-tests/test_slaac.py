# SPDX-License-Identifier: GPL-2.0-or-later
"""An interface whose IPv6 address comes from a router on its link, the same on both nodes, and kept over a failover."""

import re
from collections.abc import Iterator

import pytest
from lab.background import Background, Capture
from lab.cluster import Cluster
from lab.laboratory import Lab
from lab.vlan import VlanDevice, run_ip
from lab.wait import await_condition

PREFIX = "2001:db8:99::"
OWN = "2001:db8:99:0:1200:ff:fe01:2"  # of the shared MAC 10:00:00:01:00:02
ROUTER_HOST = "2001:db8:99::10"
SECOND_PREFIX = "2001:db8:98::"
SECOND_OWN = "2001:db8:98:0:1200:ff:fe01:2"
BEYOND = "2001:db8:ffff::1"
DNS = "2001:db8:99::53"
UNKNOWN = {"if2_ip6_net": "::1", "if2_ip6_gw": "::1", "if2_ip6_dns": "::1"}
CONFIGURE = """
add Address IPAddress if1_ip6_net Address=2001:db8:1::/64
set Interface EthernetInterface if1 IPAddress=if1_ip,2001:db8:1::1
set Interface EthernetInterface if2 IPv6AddressConfiguration=SLAAC
cc RoutingTable main
add Route Interface=if1 Network=if1_ip6_net
add Route Interface=if2 Network=if2_ip6_net
add Route Interface=if2 Network=all-nets-ip6 Gateway=if2_ip6_gw
cc
cc RuleSet IPRuleSet main
add IPRule Name=ip6_out Action=Allow SourceInterface=if1 SourceNetwork=if1_ip6_net DestinationInterface=if2 DestinationNetwork=all-nets Service=all_services
add IPRule Name=ping6 Action=Allow SourceInterface=if2 SourceNetwork=if2_ip6_net DestinationInterface=core DestinationNetwork=all-nets Service=ping6-inbound
cc
"""
VLAN_PREFIX = "2001:db8:97::"
VLAN_OWN = "2001:db8:97:0:1200:ff:fe01:4"  # a VLAN has a shared MAC of its own
VLAN_CONFIGURE = """
add Address IPAddress vlan7_ip Address=10.97.0.1
add Interface VLAN vlan7 BaseInterface=if2 VLANID=7 IPAddress=vlan7_ip Network=10.97.0.0/24 IPv6AddressConfiguration=SLAAC
cc RoutingTable main
add Route Interface=vlan7 Network=vlan7_ip6_net
cc
cc RuleSet IPRuleSet main
add IPRule Name=ping6_vlan Action=Allow SourceInterface=vlan7 SourceNetwork=vlan7_ip6_net DestinationInterface=core DestinationNetwork=all-nets Service=ping6-inbound
cc
"""
# On a link it answers solicitations, and advertises a prefix and what standard input tells it to: the lifetime as a router, or another
# prefix and how long it is valid and preferred.
ROUTER = f"""
import select, socket, struct, sys
link = socket.if_nametoindex(sys.argv[1])
s = socket.socket(socket.AF_INET6, socket.SOCK_RAW, socket.IPPROTO_ICMPV6)
s.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_MULTICAST_HOPS, 255)
s.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_MULTICAST_IF, link)
s.bind(("fe80::99", 0, 0, link))
g = socket.socket(socket.AF_INET6, socket.SOCK_RAW, socket.IPPROTO_ICMPV6)
g.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_JOIN_GROUP, socket.inet_pton(socket.AF_INET6, "ff02::2") + struct.pack("@I", link))
lifetime = 1800
prefixes = {{sys.argv[2]: (86400, 14400)}}
def advertise():
    told = struct.pack(">BBHBBHII", 134, 0, 0, 64, 0, lifetime, 0, 0)
    for prefix, (valid, preferred) in prefixes.items():
        told += struct.pack(">BBBBIII", 3, 4, 64, 0xc0, valid, preferred, 0) + socket.inet_pton(socket.AF_INET6, prefix)
    told += struct.pack(">BBHI", 25, 3, 0, 600) + socket.inet_pton(socket.AF_INET6, "{DNS}")
    s.sendto(told, ("ff02::1", 0, 0, link))
    print("advertised", flush=True)
print("ready", flush=True)
while True:
    readable, _, _ = select.select([g, sys.stdin], [], [], 2)
    if sys.stdin in readable:
        line = sys.stdin.readline()
        if not line: break
        words = line.split()
        if len(words) == 1:
            lifetime = int(words[0])
        else:
            prefixes[words[0]] = int(words[1]), int(words[2])
    if g in readable and g.recv(1500)[0] != 133:
        continue
    advertise()
"""


def objects(cluster: Cluster, node: str) -> dict[str, str]:
    shown = cluster.nodes[node].cli("netobjects").stdout
    return dict(re.findall(r"^(if2_ip6_\S+) +(\S+)", shown, re.MULTILINE))


def formed(cluster: Cluster, node: str, interface: str = "if2") -> dict[str, str]:
    """The addresses that a node forms, and what has become of them."""
    shown = cluster.nodes[node].cli(f"ifstat {interface}").stdout
    states = re.findall(r" (\S+:\S+) (tentative|preferred|deprecated|duplicate)$", shown, re.MULTILINE)
    return dict(states)


def await_formed(cluster: Cluster, address: str, state: str, interface: str = "if2") -> None:
    for node in cluster.nodes:
        await_condition(lambda node=node: formed(cluster, node, interface).get(address) == state, f"{address} as {state} of {node}", timeout=30)


def log_of(cluster: Cluster) -> str:
    return (cluster.nodes[cluster.active()].log / "hadrian-datapath.log").read_text(encoding="utf-8")


def ping(lab: Lab, address: str, host: str = "client") -> bool:
    return lab.run(host, ["ping", "-6", "-n", "-q", "-c", "1", "-W", "1", address], check=False).returncode == 0


def run_router(lab: Lab, device: str, prefix: str) -> Background:
    made = Background(lab, "server", ["/usr/bin/python3", "-u", "-c", ROUTER, device, prefix])
    made.await_line("ready")
    return made


@pytest.fixture(scope="module")
def router(lab: Lab) -> Iterator[Background]:
    made = run_router(lab, "eth0", PREFIX)
    yield made
    made.stop()


@pytest.fixture(scope="module", autouse=True)
def addresses(lab: Lab) -> None:
    lab.run("server", ["sh", "-c", f"ip -6 address add fe80::99/64 dev eth0 nodad; ip -6 address add {ROUTER_HOST}/64 dev eth0 nodad; "
                                   f"ip -6 address add {BEYOND}/128 dev lo; ip -6 route replace 2001:db8:1::/64 via {OWN}"])
    Cluster(lab).await_well()


@pytest.mark.feature("C05-019")
def test_the_active_node_asks_and_the_objects_are_there(cluster: Cluster) -> None:
    with Capture(cluster.lab, "server", "eth0", "icmp6 and ip6[40] == 133") as asked:
        cluster.commit(CONFIGURE)
        frame = asked.await_line("router solicitation")
    assert "10:00:00:01:00:02 > 33:33:00:00:00:02" in frame and ":: > ff02::2" in frame, frame
    for node in cluster.nodes:
        assert objects(cluster, node).keys() == UNKNOWN.keys()
    assert not ping(cluster.lab, ROUTER_HOST)


@pytest.mark.feature("C05-019", "C05-023")
def test_both_nodes_have_what_the_router_tells(cluster: Cluster, router: Background) -> None:
    gateway = {"if2_ip6_net": f"{PREFIX}/64", "if2_ip6_gw": "fe80::99", "if2_ip6_dns": DNS}
    for node in cluster.nodes:
        await_condition(lambda node=node: objects(cluster, node) == gateway, f"the objects of {node}", timeout=30)
        assert OWN in cluster.nodes[node].cli("netobjects if2_ip").stdout
        assert OWN in cluster.nodes[node].cli("ifstat if2").stdout
    assert cluster.nodes[cluster.active()].cli("show -changes").stdout.count("if2_ip") == 0, "nothing is edited by it"
    await_condition(lambda: ping(cluster.lab, ROUTER_HOST), "the network of the link", timeout=10)
    assert ping(cluster.lab, BEYOND), "through the gateway"
    assert ping(cluster.lab, OWN, "server")
    assert "10:00:00:01:00:02" in cluster.lab.run("server", ["ip", "-6", "neighbour", "show", OWN]).stdout


@pytest.mark.feature("C05-019", "C05-023")
def test_the_survivor_has_it_at_once(cluster: Cluster, router: Background) -> None:
    """The router says nothing meanwhile."""
    lab = cluster.lab
    await_condition(lambda: ping(lab, BEYOND), "a way", timeout=20)
    lab.run("server", ["kill", "-STOP", str(router.process.pid)])
    try:
        victim, survivor, _ = cluster.crash_active()
        cluster.await_active(survivor)
        assert ping(lab, BEYOND)
        assert objects(cluster, survivor)["if2_ip6_gw"] == "fe80::99"
    finally:
        lab.run("server", ["kill", "-CONT", str(router.process.pid)])
    cluster.nodes[victim].start()
    cluster.await_well()
    await_condition(lambda: objects(cluster, victim) == objects(cluster, survivor), "the one that came back", timeout=20)
    assert OWN in cluster.nodes[victim].cli("netobjects if2_ip").stdout


@pytest.mark.feature("C05-019")
def test_a_router_that_is_none_any_more(cluster: Cluster, router: Background) -> None:
    router.tell("0")
    await_condition(lambda: objects(cluster, cluster.active())["if2_ip6_gw"] == "::1", "the end of the gateway", timeout=20)
    assert not ping(cluster.lab, BEYOND)
    assert ping(cluster.lab, ROUTER_HOST), "the address stays as long as it is valid"
    router.tell("1800")
    await_condition(lambda: ping(cluster.lab, BEYOND), "the gateway again", timeout=20)


@pytest.mark.feature("C05-019", "C05-023")
def test_a_second_prefix_is_used_and_deprecated(cluster: Cluster, router: Background) -> None:
    lab = cluster.lab
    lab.run("server", ["sh", "-c", "ip -6 address add 2001:db8:98::10/64 dev eth0 nodad"])
    with Capture(lab, "server", "eth0", "icmp6 and ip6[40] == 135 and src ::") as asked:
        router.tell(f"{SECOND_PREFIX} 86400 14400")
        frame = asked.await_line(f"who has {SECOND_OWN}")
    assert "10:00:00:01:00:02 > 33:33:ff:01:00:02" in frame and ":: > ff02::1:ff01:2" in frame, frame
    await_formed(cluster, SECOND_OWN, "preferred")
    assert formed(cluster, cluster.active())[OWN] == "preferred"
    await_condition(lambda: ping(lab, SECOND_OWN, "server"), "the second address", timeout=10)
    assert ping(lab, ROUTER_HOST), "over the first"
    router.tell(f"{PREFIX} 86400 0")
    await_formed(cluster, OWN, "deprecated")
    assert ping(lab, OWN, "server"), "a deprecated address is in use"
    own = cluster.nodes[cluster.active()].cli("netobjects if2_ip").stdout
    assert own.index(SECOND_OWN) < own.index(OWN), own
    held = cluster.nodes[cluster.active()].run(["ip", "-6", "address", "show", "dev", "h-if2"]).stdout
    assert re.search(rf"{OWN}/128.*deprecated", held) and not re.search(rf"{SECOND_OWN}/128.*deprecated", held), held
    router.tell(f"{SECOND_PREFIX} 1 0")
    assert formed(cluster, cluster.active()).get(SECOND_OWN), "nobody ends an address within two hours"
    router.tell(f"{PREFIX} 86400 14400")
    await_formed(cluster, OWN, "preferred")


@pytest.mark.feature("C05-019")
def test_static_again(cluster: Cluster, router: Background) -> None:
    cluster.commit("set Interface EthernetInterface if2 IPv6AddressConfiguration=Static")
    assert OWN not in cluster.nodes[cluster.active()].cli("netobjects if2_ip").stdout
    await_condition(lambda: not ping(cluster.lab, ROUTER_HOST), "the end of the way", timeout=10)
    done = cluster.nodes[cluster.active()].commands("set Interface EthernetInterface if3 IPv6AddressConfiguration=SLAAC\nactivate\n")
    assert done.returncode != 0 and "has no effect where HAType is Sync" in done.stdout + done.stderr, done
    assert cluster.nodes[cluster.active()].cli("reject").returncode == 0


@pytest.mark.feature("C05-019", "C05-023")
def test_an_address_that_a_host_has_is_not_used(cluster: Cluster, router: Background) -> None:
    lab = cluster.lab
    lab.run("server", ["ip", "-6", "address", "add", f"{OWN}/64", "dev", "eth0", "nodad"])
    try:
        cluster.commit("set Interface EthernetInterface if2 IPv6AddressConfiguration=SLAAC")
        await_formed(cluster, OWN, "duplicate")
        assert f"event=duplicate_address iface=if2 ip={OWN} hwsender=" in log_of(cluster)
        assert OWN not in cluster.nodes[cluster.active()].cli("netobjects if2_ip").stdout
        victim, survivor, _ = cluster.crash_active()
        cluster.await_active(survivor)
        assert formed(cluster, survivor)[OWN] == "duplicate"
        cluster.nodes[victim].start()
        cluster.await_well()
    finally:
        lab.run("server", ["ip", "-6", "address", "delete", f"{OWN}/64", "dev", "eth0"])
    cluster.commit("set Interface EthernetInterface if2 IPv6AddressConfiguration=Static")
    cluster.commit("set Interface EthernetInterface if2 IPv6AddressConfiguration=SLAAC")
    await_formed(cluster, OWN, "preferred")


@pytest.mark.feature("C05-023")
def test_a_configured_address_that_a_host_claims_stays(cluster: Cluster) -> None:
    lab = cluster.lab
    before = cluster.counter("arp/conflict")
    lab.run("client", ["ip", "-6", "address", "add", "2001:db8:1::1/64", "dev", "eth0", "nodad"])
    try:
        cluster.commit("set Interface EthernetInterface if1 IPAddress=if1_ip,2001:db8:1::1,2001:db8:1::7")
        await_condition(lambda: cluster.counter("arp/conflict") > before, "somebody else who has it", timeout=20)
        assert "event=address_claimed iface=if1 ip=2001:db8:1::1 hwsender=" in log_of(cluster)
        assert "2001:db8:1::1" in cluster.nodes[cluster.active()].cli("ifstat if1").stdout
    finally:
        lab.run("client", ["ip", "-6", "address", "delete", "2001:db8:1::1/64", "dev", "eth0"])


@pytest.mark.feature("C05-019", "C05-023")
def test_a_vlan(cluster: Cluster) -> None:
    lab = cluster.lab
    with VlanDevice(lab, "server", "eth0", "vlan7", ["8100:7"]):
        for address in ("fe80::99/64", f"{VLAN_PREFIX}10/64"):
            run_ip(lab, "server", f"-6 address add {address} dev vlan7 nodad")
        cluster.commit(VLAN_CONFIGURE)
        router = run_router(lab, "vlan7", VLAN_PREFIX)
        try:
            await_formed(cluster, VLAN_OWN, "preferred", "vlan7")
            await_condition(lambda: ping(lab, VLAN_OWN, "server"), "the address on the VLAN", timeout=10)
            victim, survivor, _ = cluster.crash_active()
            cluster.await_active(survivor)
            assert ping(lab, VLAN_OWN, "server")
            cluster.nodes[victim].start()
            cluster.await_well()
        finally:
            router.stop()
