# SPDX-License-Identifier: GPL-2.0-or-later
"""ARP and Neighbor Discovery as hosts on the links see them: what is answered, remembered, forgotten and shown."""

import re
from collections.abc import Iterator

import pexpect
import pytest
from lab.background import Background, Capture
from lab.cluster import Cluster
from lab.laboratory import Lab
from lab.traffic import CLIENT, SERVER
from lab.wait import await_condition

SHARED_MAC = "10:00:00:01:00:01"
SHARED_MAC_2 = "10:00:00:01:00:02"
SHARED6 = "2001:db8:1::1"
SERVER6 = "2001:db8:2::10"
NOBODY = "198.51.100.66"
SECOND = "198.51.100.40"  # another address of if2
TRANSLATED = "198.51.100.41"  # none of if2's
PUBLISHED6 = "2001:db8:1::201"
ELSEWHERE6 = "2001:db8:1::202"  # published at an Ethernet address of its own
STATIC6 = "2001:db8:2::77"  # nobody has it; a static entry says that the server has
ADDRESSES = f"""
add Address IPAddress if1_ip6_ip Address={SHARED6}
add Address IPAddress if1_ip6_net Address=2001:db8:1::/64
add Address IPAddress if2_ip6_net Address=2001:db8:2::/64
add Address IPAddress if1_master Address=10.1.0.2,2001:db8:1::2
add Address IPAddress if1_slave Address=10.1.0.3,2001:db8:1::3
set Address IPAddress if2_ip Address=198.51.100.1,{SECOND}
set Interface EthernetInterface if1 IPAddress=if1_ip,if1_ip6_ip PrivateIP:0=if1_master PrivateIP:1=if1_slave
set Interface EthernetInterface if2 IPAddress=if2_ip,2001:db8:2::1
cc RuleSet IPRuleSet main
add IPRule Name=ip6_out Action=Allow SourceInterface=if1 SourceNetwork=if1_ip6_net DestinationInterface=if2 DestinationNetwork=all-nets Service=all_services
cc
"""
ROUTES = """
cc RoutingTable main
add Route Interface=if1 Network=if1_ip6_net
add Route Interface=if2 Network=if2_ip6_net
cc
"""
# Tells every sender how it looks from here; one packet at a time.
MIRROR = """
import socket
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM); s.bind(("", 7200)); print("ready", flush=True)
while True:
    data, sender = s.recvfrom(100); print("from", sender[0], flush=True); s.sendto(sender[0].encode(), sender)
"""
ASK = f"""
import socket
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM); s.settimeout(2)
s.sendto(b"who", ("{SERVER}", 7200))
try:
    print(s.recv(100).decode(), flush=True)
except TimeoutError:
    print("silence", flush=True)
"""


def cli(cluster: Cluster, command: str) -> str:
    done = cluster.nodes[cluster.active()].cli(command)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def hardware_address(lab: Lab, host: str) -> str:
    return re.search(r"link/ether (\S+)", lab.run(host, ["ip", "link", "show", "eth0"]).stdout)[1]


def ping(lab: Lab, address: str, host: str = "client") -> bool:
    return lab.run(host, ["ping", "-n", "-q", "-c", "1", "-W", "1", address], check=False).returncode == 0


def resolved(lab: Lab, address: str, host: str = "client") -> str:
    """The Ethernet address that a host finds for an IP address, asked anew; "" for none."""
    lab.run(host, ["ip", "neighbour", "flush", "dev", "eth0"])
    ping(lab, address, host)
    found = re.search(r"lladdr (\S+)", lab.run(host, ["ip", "neighbour", "show", address]).stdout)
    return found[1] if found else ""


def state(cluster: Cluster, address: str) -> tuple[str, int] | None:
    """Type and seconds of an entry as `arp` shows it."""
    found = re.search(rf"^\S+ +(\S+) +{re.escape(address)} .* (\d+|-)$", cli(cluster, "arp -show"), re.MULTILINE)
    return (found[1], -1 if found[2] == "-" else int(found[2])) if found else None


@pytest.fixture(scope="module", autouse=True)
def addresses(lab: Lab) -> Iterator[None]:
    """Addresses of both versions, and no route by hand yet."""
    cluster = Cluster(lab)
    cluster.await_well()
    cluster.commit(ADDRESSES)
    yield


@pytest.fixture(scope="module")
def routes(lab: Lab, addresses: None) -> Iterator[None]:
    Cluster(lab).commit(ROUTES)
    yield


@pytest.mark.feature("C03-010", "C05-012")
def test_an_interface_of_both_versions_has_no_ipv6_route_by_itself(cluster: Cluster) -> None:
    shown = cli(cluster, "routes")
    assert "10.1.0.0/24" in shown and "2001:db8:1::/64" not in shown, shown
    assert ping(cluster.lab, SERVER)
    assert not ping(cluster.lab, SERVER6)


@pytest.mark.feature("C03-010", "C05-012")
def test_with_routes_both_versions_pass(cluster: Cluster, routes: None) -> None:
    assert "2001:db8:1::/64" in cli(cluster, "routes")
    assert ping(cluster.lab, SERVER) and ping(cluster.lab, SERVER6)


def solicited(cluster: Cluster, address: str) -> list[str]:
    """The answers that a host gets that asks for an address."""
    with Capture(cluster.lab, "client", "eth0", f"icmp6 and ip6[40] == 136 and ip6 src {address} and not ip6 multicast") as answers:
        resolved(cluster.lab, address)
        answers.await_line(f"tgt is {address}")
    return answers.frames


@pytest.mark.feature("C05-015", "C22-033")
def test_solicitations_for_own_addresses_are_answered(cluster: Cluster, routes: None) -> None:
    """Once each: the shared address by the active node, the private ones by their own."""
    frames = solicited(cluster, SHARED6)
    assert len(frames) == 1 and f"{SHARED_MAC} > " in frames[0], frames
    for private in ("2001:db8:1::2", "2001:db8:1::3"):
        frames = solicited(cluster, private)
        assert len(frames) == 1 and SHARED_MAC not in frames[0], frames
    assert not resolved(cluster.lab, "2001:db8:1::99")


@pytest.fixture(scope="module")
def entries(lab: Lab, routes: None) -> Iterator[None]:
    server = hardware_address(lab, "server").replace(":", "-")
    Cluster(lab).commit(f"add Address IPAddress my_ipv6 Address={PUBLISHED6}\ncc NDEntries\n"
                        "add NDEntry Interface=if1 IP=my_ipv6\n"
                        f"add NDEntry Interface=if1 IP={ELSEWHERE6} MACAddress=02-00-00-00-00-99\n"
                        f"add NDEntry Interface=if2 IP={STATIC6} Mode=Static MACAddress={server}\ncc")
    yield


@pytest.mark.feature("C05-016")
def test_published_ipv6_addresses_are_answered_by_the_active_node(cluster: Cluster, entries: None) -> None:
    frames = solicited(cluster, PUBLISHED6)
    assert len(frames) == 1 and f"{SHARED_MAC} > " in frames[0], frames
    assert resolved(cluster.lab, PUBLISHED6) == SHARED_MAC
    assert resolved(cluster.lab, ELSEWHERE6) == "02:00:00:00:00:99"
    assert not resolved(cluster.lab, PUBLISHED6, "server"), "only where it is published"


@pytest.mark.feature("C05-016")
def test_a_static_ipv6_entry_is_used_shown_and_survives_a_flush(cluster: Cluster, entries: None) -> None:
    assert "flushed" in cli(cluster, "ndp -flush")
    with Capture(cluster.lab, "server", "eth0", f"icmp6 and dst host {STATIC6}") as seen:
        ping(cluster.lab, STATIC6)
        seen.await_line(f"> {STATIC6}: ICMP6, echo request")
    assert re.search(rf"^ +Static +{STATIC6} += {hardware_address(cluster.lab, 'server')}$", cli(cluster, "ndp -show if2"),
                     re.MULTILINE)


@pytest.mark.feature("C04-004", "C04-012")
def test_an_entry_is_probed_and_expires(cluster: Cluster) -> None:
    """A neighbour that falls silent is probed, forgotten, and asked for again by the next packet."""
    lab = cluster.lab
    cluster.commit("set Settings ARPTableSettings ARPExpire=10")
    cli(cluster, "arp -flush")
    try:
        assert ping(lab, SERVER)
        shown = state(cluster, SERVER)
        assert shown and shown[0] == "Dynamic" and shown[1] <= 10, shown
        lab.run("server", ["sysctl", "-q", "-w", "net.ipv4.conf.eth0.arp_ignore=8"])
        with Capture(lab, "server", "eth0", f"arp[6:2] = 1 and arp dst host {SERVER}") as asked:
            await_condition(lambda: (state(cluster, SERVER) or ("", 0))[0] == "Probing", "a probe", timeout=20)
            assert f"{SHARED_MAC_2} > {hardware_address(lab, 'server')}" in asked.await_line("Request who-has"), "it is asked itself"
            await_condition(lambda: state(cluster, SERVER) is None, "the end of the entry", timeout=20)
            ping(lab, SERVER)
            asked.await_line(f"{SHARED_MAC_2} > ff:ff:ff:ff:ff:ff")
        lab.run("server", ["sysctl", "-q", "-w", "net.ipv4.conf.eth0.arp_ignore=0"])
        await_condition(lambda: ping(lab, SERVER), "an answer again", timeout=10)
    finally:
        lab.run("server", ["sysctl", "-q", "-w", "net.ipv4.conf.eth0.arp_ignore=0"])
        cluster.commit("set Settings ARPTableSettings ARPExpire=<empty>")


@pytest.mark.feature("C04-005", "C04-012")
def test_an_address_that_does_not_answer_is_not_asked_for_all_the_time(cluster: Cluster) -> None:
    lab = cluster.lab
    cluster.commit("set Settings ARPTableSettings ARPExpireUnknown=600")
    with Capture(lab, "server", "eth0", f"arp[6:2] = 1 and arp host {NOBODY}") as asked:
        ping(lab, NOBODY)
        await_condition(lambda: (state(cluster, NOBODY) or ("", 0))[0] == "Unknown", "no answer", timeout=10)
        assert 500 < state(cluster, NOBODY)[1] <= 600
        before = len(asked.frames)
        assert before == 3, asked.frames
        ping(lab, NOBODY)
        # What comes later on the same link has been seen, and no question before it.
        cli(cluster, "arp -flush")
        ping(lab, SERVER)
        assert len(asked.frames) == before, asked.frames
    cluster.commit("set Settings ARPTableSettings ARPExpireUnknown=1")
    ping(lab, NOBODY)
    await_condition(lambda: (state(cluster, NOBODY) or ("", 0))[0] == "Unknown", "no answer", timeout=10)
    await_condition(lambda: state(cluster, NOBODY) is None, "the end of the entry", timeout=10)
    with Capture(lab, "server", "eth0", f"arp[6:2] = 1 and arp host {NOBODY}") as asked:
        ping(lab, NOBODY)
        asked.await_line(f"who-has {NOBODY}")
    cluster.commit("set Settings ARPTableSettings ARPExpireUnknown=<empty>")


@pytest.mark.feature("C04-007", "C04-008")
def test_the_cache_has_a_size(cluster: Cluster) -> None:
    """A sweep over a network that nobody is in fills it, and does not push out the neighbours that are in use."""
    lab = cluster.lab
    assert ping(lab, SERVER)
    cluster.commit("set Settings ARPTableSettings ARPCacheSize=16 ARPHashSize=1024 ARPExpireUnknown=600")
    assert "ARPHashSize changes nothing" in cli(cluster, "show -errors")
    sweep = "import socket\ns = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)\n" \
            "for last in range(100, 160): s.sendto(b'', (f'198.51.100.{last}', 9))"
    lab.run("client", ["/usr/bin/python3", "-c", sweep])

    def entries() -> list[str]:
        return re.findall(r"^if\d .*$", cli(cluster, "arp -show"), re.MULTILINE)

    await_condition(lambda: sum("Unknown" in row for row in entries()) > 5, "addresses that nobody has", timeout=10)
    assert len(entries()) <= 16
    assert ping(lab, SERVER) and state(cluster, SERVER)[0] in ("Dynamic", "Probing")
    assert state(cluster, CLIENT)[0] in ("Dynamic", "Probing")
    cluster.commit("set Settings ARPTableSettings ARPCacheSize=<empty> ARPHashSize=<empty> ARPExpireUnknown=<empty>")
    cli(cluster, "arp -flush")


@pytest.fixture
def mirror(lab: Lab) -> Iterator[Background]:
    server = Background(lab, "server", ["/usr/bin/python3", "-u", "-c", MIRROR])
    server.await_line("ready")
    yield server
    server.stop()


def translated(cluster: Cluster) -> str:
    return cluster.lab.run("client", ["/usr/bin/python3", "-c", ASK]).stdout.strip()


@pytest.mark.feature("C09-007", "C04-011", "C22-033")
def test_addresses_of_an_interface_are_published_and_others_of_a_translation_are_not(cluster: Cluster, mirror: Background) -> None:
    lab = cluster.lab
    assert resolved(lab, "198.51.100.1", "server") == SHARED_MAC_2
    assert resolved(lab, SECOND, "server") == SHARED_MAC_2
    cluster.commit("cc RuleSet IPRuleSet main\nset IPRule lan_to_wan SourceTranslation=NAT SetSourceAddress=AllToOne "
                   f"NewSourceIP4={SECOND}\ncc")
    assert translated(cluster) == SECOND
    cluster.commit(f"cc RuleSet IPRuleSet main\nset IPRule lan_to_wan NewSourceIP4={TRANSLATED}\ncc")
    assert not resolved(lab, TRANSLATED, "server")
    assert translated(cluster) == "silence"
    mirror.await_line(f"from {TRANSLATED}")
    cluster.commit(f"cc ARPEntries\nadd ARPEntry Interface=if2 IP={TRANSLATED} Mode=Publish\ncc")
    lab.run("server", ["ip", "neighbour", "flush", "dev", "eth0"])
    assert translated(cluster) == TRANSLATED


@pytest.mark.feature("C09-007", "C05-016", "C05-015")
def test_the_survivor_answers_for_all_of_them(cluster: Cluster, mirror: Background, entries: None) -> None:
    lab = cluster.lab
    victim, survivor, _ = cluster.crash_active()
    cluster.await_active(survivor)
    for address in ("198.51.100.1", SECOND, TRANSLATED):
        assert resolved(lab, address, "server") == SHARED_MAC_2, address
    assert translated(cluster) == TRANSLATED
    assert resolved(lab, SHARED6) == SHARED_MAC
    assert resolved(lab, PUBLISHED6) == SHARED_MAC
    assert resolved(lab, ELSEWHERE6) == "02:00:00:00:00:99"
    assert re.search(rf"Static +{STATIC6} ", cluster.nodes[survivor].cli("ndp -show").stdout)
    cluster.nodes[victim].start()
    cluster.await_well()


def console(cluster: Cluster) -> pexpect.spawn:
    node = cluster.nodes[cluster.active()]
    words = [*node.enter(), str(node.binary("hadrian"))]
    return pexpect.spawn(words[0], words[1:], env=node.environment() | {"TERM": "dumb"}, encoding="utf-8", timeout=20,
                         dimensions=(40, 200))


@pytest.mark.feature("C04-013", "C04-012", "C06-040")
def test_arpsnoop_shows_arp_and_what_becomes_of_entries(cluster: Cluster) -> None:
    lab = cluster.lab
    seen = console(cluster)
    try:
        seen.expect_exact("System:/>")
        seen.sendline("arpsnoop -verbose if2 if1")
        seen.expect_exact("Snooping of ARP on if2, if1 is on in this session; 'arpsnoop -off' ends it.")
        cli(cluster, "arp -flush if2")
        ping(lab, SERVER)
        server = hardware_address(lab, "server")
        seen.expect_exact(f"if2 {SERVER} None -> Reslvng")
        seen.expect_exact(f"if2 send ARP Request who has {SERVER} tell 198.51.100.")
        seen.expect_exact(f"if2 recv ARP Reply {SERVER} is at {server}, to 198.51.100.")
        seen.expect_exact(f"if2 {SERVER} Reslvng -> Dynamic ({server})")
        ping(lab, NOBODY)
        seen.expect_exact(f"if2 {NOBODY} Reslvng -> Unknown")
        seen.sendline("arpsnoop if1")
        seen.expect_exact("Snooping of ARP on if1 is on in this session")
        resolved(lab, "10.1.0.1")
        seen.expect_exact("if1 recv ARP Request who has 10.1.0.1 tell 10.1.0.10")
        seen.expect_exact(f"if1 send ARP Reply 10.1.0.1 is at {SHARED_MAC}")
        assert "->" not in seen.before and "if2" not in seen.before, seen.before
        seen.sendline("arpsnoop -off")
        seen.expect_exact("Snooping of ARP is off in this session.")
    finally:
        seen.close(force=True)
    assert cluster.nodes[cluster.active()].cli("arpsnoop if9").returncode != 0


@pytest.mark.feature("C04-003", "C04-006", "C05-020")
def test_arp_shows_and_flushes_a_part(cluster: Cluster) -> None:
    lab = cluster.lab
    assert ping(lab, SERVER) and ping(lab, "198.51.100.20")
    rows = re.findall(r"^if\d .*$", cli(cluster, f"arp -show -ip={SERVER}"), re.MULTILINE)
    assert len(rows) == 1 and SERVER in rows[0], rows
    hardware = hardware_address(lab, "client").replace(":", "-").upper()
    shown = cli(cluster, f"arp -hw={hardware}")
    assert CLIENT in shown and SERVER not in shown, shown
    assert len(re.findall(r"^if\d ", cli(cluster, "arp -num=1"), re.MULTILINE)) == 1
    assert "ARP cache of interface if2 flushed." in cli(cluster, "arp -flush if2")
    shown = cli(cluster, "arp")
    assert CLIENT in shown and SERVER not in shown, shown
    for wrong in ("arp -hw=nonsense", "arp -num=0", "arp -ip=nothing", "arp -flush -show", "arp -query if2", "arp if9"):
        assert cluster.nodes[cluster.active()].cli(wrong).returncode != 0, wrong
    for wrong, why in ((f"arp -ip={SERVER6}", f"-ip={SERVER6}: it has no IPv4 address; 'ndp' shows"),
                       (f"ndp -ip={SERVER}", f"-ip={SERVER}: it has no IPv6 address; 'arp' shows")):
        refused = cluster.nodes[cluster.active()].cli(wrong)
        assert refused.returncode != 0 and why in refused.stdout, (wrong, refused.stdout)


@pytest.mark.feature("C04-001", "C05-020")
def test_queries_and_announcements(cluster: Cluster, routes: None) -> None:
    lab, node = cluster.lab, cluster.nodes[cluster.active()]
    cli(cluster, "arp -flush if2")
    assert "ARP query sent on if2." in cli(cluster, f"arp -query if2 -ip={SERVER}")
    await_condition(lambda: (state(cluster, SERVER) or ("", 0))[0] == "Dynamic", "the answer", timeout=10)
    with Capture(lab, "client", "eth0", "arp host 10.1.0.1 and ether dst ff:ff:ff:ff:ff:ff and arp src host 10.1.0.1") as seen:
        assert "ARP announcement sent on if1." in cli(cluster, "arp -notify if1 -ip=10.1.0.1")
        assert f"{SHARED_MAC} > " in seen.await_line("10.1.0.1")
    standby = cluster.nodes[cluster.standby()]
    for at, wrong, why in ((node, "arp -notify if1 -ip=10.1.0.77", "no address of the firewall on the interface"),
                           (node, "ndp -notify if1 -ip=2001:db8:1::77", "no address of the firewall on the interface"),
                           (node, "arp -query if3 -ip=192.0.2.2", "the interface is disabled, or the kernel's"),
                           (standby, "arp -notify if1 -ip=10.1.0.1", "is not active"),
                           (standby, f"ndp -query if2 -ip={SERVER6}", "this node has no address")):
        refused = at.cli(wrong)
        assert refused.returncode != 0 and "Not sent: " in refused.stdout and why in refused.stdout, (wrong, refused.stdout)
    cli(cluster, "ndp -flush if2")
    assert "Neighbor solicitation sent on if2." in cli(cluster, f"ndp -query if2 -ip={SERVER6}")
    await_condition(lambda: re.search(rf"Good +{SERVER6} ", cli(cluster, f"ndp -show if2 -ip={SERVER6}")), "the answer", timeout=10)
