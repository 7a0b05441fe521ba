# SPDX-License-Identifier: GPL-2.0-or-later
"""Router advertisements: a Linux host gets an address and its default route by SLAAC and keeps both over a failover."""

import re

import pexpect
import pytest
from lab.background import Capture
from lab.cluster import Cluster
from lab.laboratory import Lab
from lab.wait import await_condition

ROUTER = "fe80::1200:ff:fe01:1"  # of the shared MAC 10:00:00:01:00:01
PREFIX = "2001:db8:1:"
SERVER = "2001:db8:2::10"
# The link comes up anew, and with it the host asks for routers.
RENEW = "ip link set eth0 down; ip link set eth0 up; ip route replace default via 10.1.0.1"
CONFIGURE = """
add Address IPAddress if1_ip6_net Address=2001:db8:1::/64
add Address IPAddress if2_ip6_net Address=2001:db8:2::/64
set Interface EthernetInterface if1 IPAddress=if1_ip,2001:db8:1::1
set Interface EthernetInterface if2 IPAddress=if2_ip,2001:db8:2::1
add RouterAdvertisementProfileTable tables
cc RouterAdvertisementProfileTable tables
add RouterAdvertisementProfile quick MaxInterval=4 DefaultLifetime=30 PreferredLifetime=1000 ValidLifetime=2000 LinkMTU=1400 OtherConfigFlag=Yes
cc
set Interface EthernetInterface if1 RouterAdvertisementProfile=quick
cc RoutingTable main
add Route Interface=if1 Network=if1_ip6_net Name=if1_route AdvertiseIP6=Yes
add Route Interface=if2 Network=if2_ip6_net
cc
cc RuleSet IPRuleSet main
add IPRule Name=ip6_out Action=Allow SourceInterface=if1 SourceNetwork=if1_ip6_net DestinationInterface=if2 DestinationNetwork=all-nets Service=all_services
cc
"""


def client(lab: Lab, command: str) -> str:
    return lab.run("client", ["sh", "-c", command], check=False).stdout


@pytest.fixture(scope="module", autouse=True)
def advertised(lab: Lab) -> None:
    """A client as it comes from the shop: no address by hand, and it believes advertisements."""
    cluster = Cluster(lab)
    cluster.await_well()
    cluster.commit(CONFIGURE)
    client(lab, "ip -6 route flush default; ip -6 address flush dev eth0 scope global; "
                "cd /proc/sys/net/ipv6/conf/eth0; echo 0 > forwarding; echo 1 > accept_ra; echo 1 > autoconf; " + RENEW)


def addresses(lab: Lab) -> list[str]:
    return re.findall(r"inet6 (2001:db8:1:[0-9a-f:]+)/64 scope global (?!tentative)[^\n]*dynamic",
                      client(lab, "ip -6 address show dev eth0"))


def default_routes(lab: Lab) -> list[str]:
    return re.findall(r"default via (\S+)", client(lab, "ip -6 route show default"))


def await_configured(lab: Lab) -> str:
    await_condition(lambda: addresses(lab) and default_routes(lab), "an address by SLAAC", timeout=30)
    return addresses(lab)[0]


def ping(lab: Lab) -> bool:
    return " 0% packet loss" in client(lab, f"ping -6 -q -c 2 -i 0.2 -W 2 {SERVER}")


@pytest.mark.feature("C05-017", "C05-018")
def test_a_host_configures_itself(cluster: Cluster) -> None:
    lab = cluster.lab
    address = await_configured(lab)
    assert default_routes(lab) == [ROUTER]
    await_condition(lambda: ping(lab), "the host's first packets", timeout=10)
    shown = client(lab, f"ip -6 address show dev eth0 to {address}")
    valid, preferred = (int(number) for number in re.search(r"valid_lft (\d+)sec preferred_lft (\d+)sec", shown).groups())
    assert 1900 <= valid <= 2000 and 900 <= preferred <= 1000, shown
    assert client(lab, "cat /proc/sys/net/ipv6/conf/eth0/mtu").strip() == "1400"
    neighbour = client(lab, f"ip -6 neighbour show {ROUTER}")
    assert "10:00:00:01:00:01" in neighbour and "router" in neighbour, neighbour


@pytest.mark.feature("C05-017")
def test_only_the_active_node_advertises(cluster: Cluster) -> None:
    await_configured(cluster.lab)
    with Capture(cluster.lab, "client", "eth0", "icmp6 and ip6[40] == 134") as seen:
        await_condition(lambda: len(seen.frames) >= 3, "three advertisements", timeout=30)
    for frame in seen.frames:
        assert "10:00:00:01:00:01 > 33:33:00:00:00:01" in frame and f"{ROUTER} > ff02::1" in frame, frame


@pytest.mark.feature("C05-017", "C05-023", "C22-002")
def test_a_failover_changes_nothing_for_the_host(cluster: Cluster) -> None:
    lab = cluster.lab
    address = await_configured(lab)
    _, survivor, _ = cluster.crash_active()
    cluster.await_active(survivor)
    assert ping(lab)
    # One that is fresh renews the lifetime, from the same router.
    client(lab, RENEW)
    assert await_configured(lab) == address
    assert default_routes(lab) == [ROUTER]


@pytest.mark.feature("C05-021")
def test_ndpsnoop_shows_them_live(cluster: Cluster) -> None:
    node = cluster.nodes[cluster.active()]
    words = [*node.enter(), str(node.binary("hadrian"))]
    console = pexpect.spawn(words[0], words[1:], env=node.environment() | {"TERM": "dumb"}, encoding="utf-8", timeout=20,
                            dimensions=(40, 200))
    try:
        console.expect_exact("System:/>")
        console.sendline("ndpsnoop if1")
        console.expect_exact(f"if1 send Router Advertisement {ROUTER} -> ff02::1 HopLimit=64 Lifetime=30s")
        console.expect_exact("Prefix 2001:db8:1::/64 on-link autonomous Valid=2000s Preferred=1000s")
        client(cluster.lab, RENEW)
        console.expect_exact("if1 recv Router Solicitation")
        console.sendline("ndpsnoop -off")
        console.expect_exact("is off in this session")
    finally:
        console.close(force=True)


@pytest.mark.feature("C05-020")
def test_ndp(cluster: Cluster) -> None:
    lab, node = cluster.lab, cluster.nodes[cluster.active()]
    address = await_configured(lab)
    await_condition(lambda: ping(lab), "a ping", timeout=10)
    client(lab, "ping -q -c 1 -W 2 10.1.0.1")
    shown = node.cli("ndp -show").stdout
    assert re.search(r"^Neighbor cache of iface if1:$", shown, re.MULTILINE), shown
    assert re.search(rf"^ +(Good|Stale)  {address} += ([0-9a-f]{{2}}:){{5}}[0-9a-f]{{2}}   Expire=\d+$", shown, re.MULTILINE), shown
    assert "if2" not in node.cli("ndp -show if1").stdout
    assert "10.1.0.10" in node.cli("arp").stdout and "2001:" not in node.cli("arp").stdout
    assert "flushed" in node.cli("ndp -flush").stdout
    assert address not in node.cli("ndp").stdout
    assert "10.1.0.10" in node.cli("arp").stdout
    with Capture(lab, "client", "eth0", "icmp6 and ip6[40] == 136 and ip6[24] == 0xff") as seen:
        assert "sent on if1" in node.cli("ndp -notify if1 -ip=2001:db8:1::1").stdout
        seen.await_line("tgt is 2001:db8:1::1")
    refused = node.cli("ndp -notify if1 -ip=2001:db8:1::77")
    assert refused.returncode != 0 and "Not sent" in refused.stdout
    assert node.cli("ndp -notify if9 -ip=2001:db8:1::1").returncode != 0
    assert "is not active" in cluster.nodes[cluster.standby()].cli("ndp -notify if1 -ip=2001:db8:1::1").stdout


@pytest.mark.feature("C05-017", "C05-018")
@pytest.mark.parametrize(("change", "reason"), [
    ("cc RoutingTable main\nset Route 1 AdvertiseIP6=Yes Network=all-nets-ip4", "is not of IPv6"),
    ("set Interface EthernetInterface if1 IPAddress=if1_ip", "has no IPv6 address"),
    ("set Interface EthernetInterface if1 RouterAdvertisementProfile=nothing", "RouterAdvertisementProfile refers to 'nothing'"),
    ("cc RouterAdvertisementProfileTable tables\nset RouterAdvertisementProfile quick MinInterval=4", "three quarters"),
    ("cc RouterAdvertisementProfileTable tables\nset RouterAdvertisementProfile quick DefaultLifetime=3", "at least MaxInterval"),
])
def test_what_cannot_be_is_refused(cluster: Cluster, change: str, reason: str) -> None:
    node = cluster.nodes[cluster.active()]
    done = node.commands(f"{change}\ncc\nactivate\n")
    assert done.returncode != 0 and reason in done.stdout + done.stderr, done
    assert node.cli("reject").returncode == 0


@pytest.mark.feature("C05-017")
def test_switched_off_the_router_says_farewell(cluster: Cluster) -> None:
    """With a last advertisement whose lifetimes are 0: the host has no router at once."""
    lab = cluster.lab
    await_configured(lab)
    cluster.commit("cc RoutingTable main\nset Route 1 AdvertiseIP6=No\ncc\n")
    await_condition(lambda: not default_routes(lab), "the end of the route", timeout=10)
    assert "deprecated" in client(lab, "ip -6 address show dev eth0 scope global")
