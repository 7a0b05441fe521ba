# SPDX-License-Identifier: GPL-2.0-or-later
"""Fragments through the cluster and to it (docs/fragments.md): real clients, and packets made by hand."""

from collections.abc import Iterator

import pytest
from lab.background import Background
from lab.cluster import Cluster
from lab.ipv6 import IPV6
from lab.laboratory import Lab
from lab.wait import await_condition

CLIENT, SERVER, FIREWALL = "10.1.0.10", "198.51.100.10", "10.1.0.1"
SERVER6 = "2001:db8:2::10"
PORT = 7200
# Says what came, and sends it back.
ECHO = f"""
import socket, zlib
s = socket.socket(socket.AF_INET6, socket.SOCK_DGRAM); s.bind(("::", {PORT})); print("ready", flush=True)
while True:
    data, sender = s.recvfrom(65535)
    print(len(data), zlib.crc32(data), sender[0].removeprefix("::ffff:"), flush=True)
    s.sendto(data, sender)
"""
ASK = f"""
import os, socket, sys
family = socket.AF_INET6 if ":" in sys.argv[1] else socket.AF_INET
for size in map(int, sys.argv[2:]):
    s = socket.socket(family, socket.SOCK_DGRAM); s.settimeout(10)
    data = os.urandom(size)
    s.sendto(data, (sys.argv[1], {PORT}))
    print(s.recv(65535) == data, flush=True)
"""
# 3000 bytes in three fragments, as the server's kernel puts them together again; DATA says the order.
HAND_MADE = """
from scapy.all import *
whole = bytes(UDP(sport=5000, dport=%(port)d, len=3008, chksum=0)) + bytes(i %% 251 for i in range(3000))
def part(begin, end, id=%(id)d, data=None):
    return (Ether(dst="10:00:00:01:00:01") / IP(src="10.1.0.10", dst="198.51.100.10", proto=17, id=id, frag=begin // 8,
            flags="MF" if end < len(whole) else 0) / Raw(data or whole[begin:end]))
first, middle, last = part(0, 1000), part(1000, 2000), part(2000, 3008)
sendp([%(order)s], iface="eth0", verbose=False)
"""


def setting(cluster: Cluster, name: str, properties: str) -> None:
    cluster.commit(f"set Settings {name} {properties}")


def logged(cluster: Cluster, event: str) -> int:
    log = cluster.nodes[cluster.active()].log / "hadrian-datapath.log"
    return log.read_text(errors="replace").count(f"event={event} ")


@pytest.fixture(scope="module", autouse=True)
def configured(lab: Lab) -> Iterator[None]:
    cluster = Cluster(lab)
    cluster.await_well()
    cluster.commit(IPV6)
    yield


@pytest.fixture(scope="module")
def echo(lab: Lab, configured: None) -> Iterator[Background]:
    with Background(lab, "server", ["/usr/bin/python3", "-u", "-c", ECHO]) as server:
        server.await_line("ready")
        yield server


def ping(cluster: Cluster, *options: str) -> str:
    words = ["ping", "-q", "-c", "3", "-i", "0.2", "-W", "3", *options]
    return cluster.lab.run("client", words).stdout


def assert_large_packets_pass(cluster: Cluster, echo: Background) -> None:
    assert " 0% packet loss" in ping(cluster, "-s", "4000", SERVER)
    assert " 0% packet loss" in ping(cluster, "-6", "-s", "4000", SERVER6)
    for address in (SERVER, SERVER6):
        done = cluster.lab.run("client", ["/usr/bin/python3", "-c", ASK, address, "8000", "1473", "20000", "60"])
        assert done.stdout.split() == ["True"] * 4, done.stdout + done.stderr


@pytest.mark.feature("C28-010")
def test_large_packets_pass_both_ways(cluster: Cluster, echo: Background) -> None:
    done = cluster.counter("reassembly/done")
    assert_large_packets_pass(cluster, echo)
    # Two pings, three datagrams and their answers of each family; another test's clients have nothing in fragments.
    assert cluster.counter("reassembly/done") - done >= 2 * 2 * (3 + 3)
    assert cluster.counter("drop/fragment_limit") == 0


@pytest.mark.feature("C28-010", "C09-005")
def test_with_translation_too(cluster: Cluster, echo: Background) -> None:
    rule = "cc RuleSet IPRuleSet main\nset IPRule lan_to_wan SourceTranslation={}\ncc"
    cluster.commit((rule + "\n" + rule.replace("lan_to_wan", "ip6_out")).format("NAT", "NAT"))
    assert_large_packets_pass(cluster, echo)
    for shared in ("198.51.100.1", "2001:db8:2::1"):
        assert any(line.startswith("8000 ") and line.endswith(f" {shared}") for line in echo.lines), echo.lines
    cluster.commit((rule + "\n" + rule.replace("lan_to_wan", "ip6_out")).format("<empty>", "<empty>"))


@pytest.mark.feature("C28-022")
def test_the_firewall_answers_large_pings(cluster: Cluster) -> None:
    done = cluster.counter("reassembly/local_done")
    assert " 0% packet loss" in ping(cluster, "-s", "4000", FIREWALL)
    assert cluster.counter("reassembly/local_done") == done + 3
    setting(cluster, "LocalReassSettings", "LocalReass_MaxSize=3000")
    dropped = cluster.counter("drop/local_reassembly_size")
    assert " 100% packet loss" in ping(cluster, "-s", "4000", "-W", "1", FIREWALL)
    assert cluster.counter("drop/local_reassembly_size") > dropped
    assert " 0% packet loss" in ping(cluster, "-s", "2000", FIREWALL)
    setting(cluster, "LocalReassSettings", "LocalReass_MaxSize=10000 LocalReass_NumLarge=0")
    dropped = cluster.counter("drop/local_reassembly_limit")
    assert " 100% packet loss" in ping(cluster, "-s", "4000", "-W", "1", FIREWALL)
    assert cluster.counter("drop/local_reassembly_limit") > dropped
    setting(cluster, "LocalReassSettings", "LocalReass_NumLarge=32")


def send(cluster: Cluster, identification: int, order: str) -> None:
    program = HAND_MADE % {"port": PORT, "id": identification, "order": order}
    done = cluster.lab.run("client", ["/usr/bin/python3", "-c", program])
    assert done.returncode == 0, done.stderr


def expect(cluster: Cluster, name: str, before: int, more: int) -> None:
    await_condition(lambda: cluster.counter(name) >= before + more, f"{more} more of {name}", timeout=10)


@pytest.mark.feature("C28-010")
@pytest.mark.parametrize(("identification", "order"), [
    (1, "first, middle, last"), (2, "last, middle, first"), (3, "middle, first, last")])
def test_in_any_order(cluster: Cluster, echo: Background, identification: int, order: str) -> None:
    before = cluster.counter("reassembly/done")
    send(cluster, identification, order)
    echo.await_line("3000 ")
    # And the answer, in as many fragments as the server likes.
    expect(cluster, "reassembly/done", before, 2)


@pytest.mark.feature("C28-011", "C28-012", "C28-015", "C28-019")
def test_what_is_wrong_is_dropped_counted_and_logged(cluster: Cluster, echo: Background) -> None:
    names = ["overlap", "duplicate_data", "duplicate", "done_packet"]
    before = {name: cluster.counter(f"drop/fragment_{name}") for name in names}
    send(cluster, 10, "first, part(992, 1992), part(0, 1000, data=b'x' * 1000), first, middle, last, middle")
    echo.await_line("3000 ")
    for name in names:
        expect(cluster, f"drop/fragment_{name}", before[name], 1)
    for event in ("overlapping_fragment", "duplicate_fragment_with_different_data", "duplicate_fragment"):
        await_condition(lambda event=event: logged(cluster, event) > 0, event, timeout=10)


@pytest.mark.feature("C28-011")
def test_a_packet_may_be_ended_by_it(cluster: Cluster, echo: Background) -> None:
    setting(cluster, "FragSettings", "IllegalFrags=DropLogAll")
    before = cluster.counter("drop/fragment_illegal_packet")
    send(cluster, 11, "first, part(992, 1992), middle, last")
    expect(cluster, "drop/fragment_illegal_packet", before, 2)
    await_condition(lambda: logged(cluster, "fragment_of_illegal_packet") >= 2, "the log", timeout=10)
    setting(cluster, "FragSettings", "IllegalFrags=DropLog")


@pytest.mark.feature("C28-010", "C28-017")
def test_settings_hold_from_their_activation_on(cluster: Cluster, echo: Background) -> None:
    setting(cluster, "FragSettings", "PseudoReass_MaxConcurrent=0")
    before = cluster.counter("drop/fragment_disabled")
    assert " 100% packet loss" in ping(cluster, "-s", "4000", "-W", "1", SERVER)
    assert cluster.counter("drop/fragment_disabled") >= before + 9
    setting(cluster, "FragSettings", "PseudoReass_MaxConcurrent=1024 MinimumFragLength=1200")
    before = cluster.counter("drop/fragment_short")
    send(cluster, 12, "first, middle")
    expect(cluster, "drop/fragment_short", before, 2)
    setting(cluster, "FragSettings", "MinimumFragLength=8")
    assert " 0% packet loss" in ping(cluster, "-s", "4000", SERVER)


@pytest.mark.feature("C28-016", "C28-021")
def test_unusual_ones(cluster: Cluster) -> None:
    before = cluster.counter("drop/fragment_icmp")
    program = ("from scapy.all import *\n"
               "sendp(Ether(dst='10:00:00:01:00:01')/IP(src='10.1.0.10', dst='198.51.100.10', flags='MF', id=77)"
               "/ICMP(type=13)/Raw(b'x' * 12), iface='eth0', verbose=False)\n"
               "sendp(Ether(dst='10:00:00:01:00:01')/IPv6(src='2001:db8:1::10', dst='2001:db8:2::10')"
               "/IPv6ExtHdrFragment()/UDP(dport=7200)/Raw(b'x' * 77), iface='eth0', verbose=False)")
    done = cluster.lab.run("client", ["/usr/bin/python3", "-c", program])
    assert done.returncode == 0, done.stderr
    expect(cluster, "drop/fragment_icmp", before, 1)
    await_condition(lambda: logged(cluster, "fragmented_icmp") > 0, "the log", timeout=10)


@pytest.mark.feature("C28-005", "C28-006", "C28-009")
def test_packets_that_are_too_long_for_their_protocol(cluster: Cluster) -> None:
    assert " 0% packet loss" in ping(cluster, "-s", "9900", SERVER)
    before = cluster.counter("drop/oversized")
    # Beyond 10000 bytes of ICMP.
    assert " 100% packet loss" in ping(cluster, "-s", "10000", "-W", "1", SERVER)
    assert cluster.counter("drop/oversized") > before
    await_condition(lambda: logged(cluster, "oversized_packet") > 0, "the log", timeout=10)
    setting(cluster, "LengthLimSettings", "MaxICMPLen=1000 LogOversizedPackets=No")
    known = logged(cluster, "oversized_packet")
    assert " 100% packet loss" in ping(cluster, "-s", "1000", "-W", "1", SERVER)
    assert " 0% packet loss" in ping(cluster, "-s", "992", SERVER)
    assert logged(cluster, "oversized_packet") == known
    setting(cluster, "LengthLimSettings", "MaxICMPLen=10000 LogOversizedPackets=Yes")


@pytest.mark.feature("C28-010")
def test_a_takeover_costs_the_packets_of_its_moment(cluster: Cluster, echo: Background) -> None:
    cluster.await_well()
    words = ["ping", "-O", "-s", "4000", "-i", "0.2", "-W", "1", SERVER]
    with Background(cluster.lab, "client", words) as pings:
        pings.await_line("icmp_seq=3")
        _, survivor, _ = cluster.crash_active()
        cluster.await_active(survivor)
        pings.await_line("bytes from", timeout=15)
    assert " 0% packet loss" in ping(cluster, "-s", "4000", SERVER)
