# SPDX-License-Identifier: GPL-2.0-or-later
"""Source NAT as hosts on both sides see it, before and after a failover (docs/nat.md)."""

from collections.abc import Iterator

import pytest
from lab.asking import REFUSED, asking
from lab.background import Background
from lab.cluster import Cluster
from lab.laboratory import Lab
from lab.traffic import SERVER, Flows

SHARED, CHOSEN = "198.51.100.1", "198.51.100.3"
PORT = 7100
# Tells every sender how it looks from here.
MIRROR = f"""
import socket
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM); s.bind(("", {PORT})); print("ready", flush=True)
while True:
    data, sender = s.recvfrom(100); s.sendto("{{}} {{}}".format(*sender).encode(), sender)
"""
ASK = f"""
import socket, sys
for port in map(int, sys.argv[1:]):
    s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM); s.bind(("", port)); s.settimeout(5)
    s.sendto(b"who", ("{SERVER}", {PORT})); print(s.recv(100).decode(), flush=True)
"""


def run_lines(cluster: Cluster, *lines: str) -> tuple[int, str]:
    done = cluster.nodes[cluster.active()].commands("\n".join(lines) + "\n")
    return done.returncode, done.stdout + done.stderr


def set_rule(cluster: Cluster, properties: str) -> None:
    code, said = run_lines(cluster, "cc RuleSet IPRuleSet main", f"set IPRule lan_to_wan {properties}", "cc",
                           "activate", "commit")
    assert code == 0, said


@pytest.fixture(scope="module", autouse=True)
def translated(lab: Lab) -> Iterator[None]:
    cluster = Cluster(lab)
    cluster.await_well()
    set_rule(cluster, "SourceTranslation=NAT")
    cluster.await_well()
    yield


@pytest.fixture(scope="module")
def mirror(lab: Lab, translated: None) -> Iterator[None]:
    server = Background(lab, "server", ["/usr/bin/python3", "-u", "-c", MIRROR])
    server.await_line("ready")
    yield
    server.stop()


def seen(cluster: Cluster, *ports: int) -> list[tuple[str, int]]:
    """How the server sees packets of the client from these ports."""
    done = cluster.lab.run("client", ["/usr/bin/python3", "-c", ASK, *map(str, ports)])
    assert done.returncode == 0, done.stderr
    return [(address, int(port)) for address, port in (line.split() for line in done.stdout.splitlines())]


@pytest.mark.feature("C09-001", "C09-002", "C09-003", "C09-005")
def test_the_server_sees_the_shared_address_and_random_ports(cluster: Cluster, mirror: None) -> None:
    looks = seen(cluster, *range(20000, 20050))
    assert {address for address, _ in looks} == {SHARED}
    ports = [port for _, port in looks]
    assert len(set(ports)) == 50
    assert all(port >= 1024 for port in ports)
    assert sum(abs(a - b) < 50 for a, b in zip(ports, ports[1:], strict=False)) < 5, ports
    # The same flow keeps its port.
    assert seen(cluster, 20000, 20000) == [looks[0], looks[0]]


@pytest.mark.feature("C09-008", "C09-011")
def test_ping_and_errors_come_back(cluster: Cluster) -> None:
    assert cluster.lab.run("client", ["ping", "-c", "3", "-i", "0.2", "-W", "2", SERVER]).returncode == 0
    # The last hop is known by the port unreachable that comes back through the translation.
    trace = cluster.lab.run("client", ["traceroute", "-n", "-q", "1", "-w", "2", "-m", "4", SERVER])
    assert trace.stdout.split("\n 2  ")[1].startswith(SERVER), trace.stdout


@pytest.mark.feature("C09-002", "C22-006", "C22-032")
def test_translated_flows_outlive_a_crash(cluster: Cluster, mirror: None) -> None:
    before = seen(cluster, 21000)
    with Flows(cluster.lab, 1000, 1000) as flows:
        assert flows.check() == "tcp 1000/1000 udp 1000/1000 resets 0"
        cluster.await_well()
        _, survivor, _ = cluster.crash_active()
        cluster.await_active(survivor)
        assert flows.check() == "tcp 1000/1000 udp 1000/1000 resets 0"
        assert seen(cluster, 21000) == before


@pytest.mark.feature("C09-006")
def test_a_chosen_address(cluster: Cluster, mirror: None) -> None:
    # The private address of the node that is not asked would answer from there: take one that is this node's.
    own = {"master": "198.51.100.2", "slave": CHOSEN}[cluster.active()]
    code, said = run_lines(cluster, f"add Address IPAddress nat_to Address={own}", "activate", "commit")
    assert code == 0, said
    set_rule(cluster, "SetSourceAddress=AllToOne NewSourceIP4=nat_to")
    assert [address for address, _ in seen(cluster, 22000)] == [own]
    set_rule(cluster, "SetSourceAddress=<empty> NewSourceIP4=<empty>")
    assert [address for address, _ in seen(cluster, 22000)] == [SHARED]


WEB_AND_NAMES = """
import selectors, socket
at = selectors.DefaultSelector()
web = socket.create_server(("", 80)); at.register(web, selectors.EVENT_READ)
names = socket.socket(socket.AF_INET, socket.SOCK_DGRAM); names.bind(("", 53)); at.register(names, selectors.EVENT_READ)
print("ready", flush=True)
while True:
    for key, _ in at.select():
        if key.fileobj is web:
            one, sender = web.accept(); one.sendall(sender[0].encode()); one.close()
        else:
            data, sender = names.recvfrom(100); names.sendto(sender[0].encode(), sender)
"""
ASK_SERVICE = f"""
import socket, sys
kind = socket.SOCK_STREAM if sys.argv[1] == "80" else socket.SOCK_DGRAM
s = socket.socket(socket.AF_INET, kind); s.settimeout(1); s.connect(("{SERVER}", int(sys.argv[1])))
if kind == socket.SOCK_DGRAM:
    s.send(b"?")
print(s.recv(100).decode())
"""


@pytest.mark.feature("C09-012")
def test_a_rule_translates_its_service_alone(cluster: Cluster) -> None:
    """As the guide has it: a rule for http-all resolves no names; the same again with dns-all does."""
    def seen_by(port: int) -> str:
        return cluster.lab.run("client", ["/usr/bin/python3", "-c", ASK_SERVICE, str(port)]).stdout.strip()

    with Background(cluster.lab, "server", ["/usr/bin/python3", "-c", WEB_AND_NAMES]) as server:
        server.await_line("ready")
        set_rule(cluster, "Service=http-all")
        try:
            assert seen_by(80) == SHARED
            assert seen_by(53) == "", "no rule is about it"
            code, said = run_lines(cluster, "cc RuleSet IPRuleSet main",
                                   "add IPRule Name=names Action=Allow SourceTranslation=NAT SourceInterface=if1 SourceNetwork=if1_net "
                                   "DestinationInterface=if2 DestinationNetwork=all-nets-ip4 Service=dns-all", "cc", "activate", "commit")
            assert code == 0, said
            assert seen_by(53) == seen_by(80) == SHARED
        finally:
            run_lines(cluster, "cc RuleSet IPRuleSet main", "delete IPRule names", "cc")
            set_rule(cluster, "Service=all_services")


@pytest.mark.feature("C09-010")
@pytest.mark.parametrize(("properties", "reason"), [
    ("NewSourceIP6=2001:db8::1", "NewSourceIP6 '2001:db8::1' has no effect where SetSourceAddress is InterfaceAddress"),
    ("SetSourceAddress=AllToOne NewSourceIP4=198.51.100.1 NewSourceIP6=2001:db8::1", "do not both have IPv6 addresses"),
    ("SetSourceAddress=AllToOne", "NewSourceIP4 has no value"),
    ("SetSourceAddress=AllToOne NewSourceIP4=all-nets-ip4", "is not one IPv4 host"),
    ("NewSourceIP4=198.51.100.9", "has no effect where SetSourceAddress is InterfaceAddress"),
    ("Stateless=Yes", "which a Stateless flow cannot have"),
    ("Action=Deny", "opens no flow to translate"),
])
def test_what_cannot_be_is_refused(cluster: Cluster, properties: str, reason: str) -> None:
    code, said = run_lines(cluster, "cc RuleSet IPRuleSet main", f"set IPRule lan_to_wan {properties}", "cc",
                           "activate")
    assert code != 0
    assert "lan_to_wan" in said or "IPRule/" in said
    assert reason in said
    code, said = run_lines(cluster, "reject")
    assert code == 0, said


SHARED6, SERVER6 = "2001:db8:2::1", "2001:db8:2::10"
MIRROR6 = MIRROR.replace("AF_INET", "AF_INET6").replace('(""', f'("{SERVER6}"').replace('.format(*sender)', '.format(*sender[:2])')
ASK6 = ASK.replace("AF_INET", "AF_INET6").replace(SERVER, SERVER6)
CONFIGURE6 = ["add Address IPAddress if1_ip6_net Address=2001:db8:1::/64", "add Address IPAddress if2_ip6_net Address=2001:db8:2::/64",
              "set Interface EthernetInterface if1 IPAddress=if1_ip,2001:db8:1::1",
              f"set Interface EthernetInterface if2 IPAddress=if2_ip,{SHARED6}",
              "cc RoutingTable main", "add Route Interface=if1 Network=if1_ip6_net", "add Route Interface=if2 Network=if2_ip6_net",
              "cc", "activate", "commit"]


def seen6(cluster: Cluster, *ports: int) -> list[tuple[str, int]]:
    done = cluster.lab.run("client", ["/usr/bin/python3", "-c", ASK6, *map(str, ports)])
    assert done.returncode == 0, done.stderr
    return [(address, int(port)) for address, port in (line.split() for line in done.stdout.splitlines())]


@pytest.fixture(scope="module")
def mirror6(lab: Lab, mirror: None) -> Iterator[None]:
    """One rule for both families, and a server of IPv6 behind it."""
    cluster = Cluster(lab)
    cluster.await_well()
    code, said = run_lines(cluster, *CONFIGURE6)
    assert code == 0, said
    set_rule(cluster, "SourceNetwork=if1_net,if1_ip6_net DestinationNetwork=all-nets")
    server = Background(lab, "server", ["/usr/bin/python3", "-u", "-c", MIRROR6])
    server.await_line("ready")
    yield
    server.stop()
    cluster.mend()
    set_rule(cluster, "SourceNetwork=if1_net DestinationNetwork=all-nets-ip4")


@pytest.mark.feature("C09-009", "C09-010")
def test_one_rule_translates_both_families(cluster: Cluster, mirror6: None) -> None:
    looks = seen6(cluster, *range(23000, 23030))
    assert {address for address, _ in looks} == {SHARED6}
    assert len({port for _, port in looks}) == 30 and all(port >= 1024 for _, port in looks)
    assert seen6(cluster, 23000) == [looks[0]]
    assert seen(cluster, 23000)[0][0] == SHARED
    assert cluster.lab.run("client", ["ping", "-6", "-c", "3", "-i", "0.2", "-W", "2", SERVER6]).returncode == 0
    trace = cluster.lab.run("client", ["traceroute", "-6", "-n", "-q", "1", "-w", "2", "-m", "4", SERVER6])
    assert trace.stdout.split("\n 2  ")[1].startswith(SERVER6), trace.stdout


@pytest.mark.feature("C09-009", "C22-006", "C22-032")
def test_translated_ipv6_outlives_a_crash(cluster: Cluster, mirror6: None) -> None:
    before = seen6(cluster, *range(24000, 24010))
    cluster.await_well()
    _, survivor, _ = cluster.crash_active()
    cluster.await_active(survivor)
    assert seen6(cluster, *range(24000, 24010)) == before


@pytest.mark.feature("C09-008", "C09-009", "C22-006", "C22-032")
def test_an_error_finds_its_sender_after_a_crash(cluster: Cluster, mirror6: None) -> None:
    """The server's port is closed when the node is active that did not open the flow."""
    def run(host: str, program: str) -> Background:
        return Background(cluster.lab, host, ["/usr/bin/python3", "-u", "-c", program])

    with asking(cluster.lab, "client", [(SERVER, PORT + 1, 0), (SERVER6, PORT + 1, 0)]) as ask:
        with run("server", MIRROR.replace(str(PORT), str(PORT + 1))) as server, run("server", MIRROR6.replace(str(PORT), str(PORT + 1))) as server6:
            for program in (server, server6):
                program.await_line("ready")
            said = ask()
            assert said[0].startswith(f"{SHARED} ") and said[1].startswith(f"{SHARED6} "), said
            cluster.await_well()
            _, survivor, _ = cluster.crash_active()
            cluster.await_active(survivor)
        assert ask() == [REFUSED, REFUSED]


@pytest.mark.feature("C09-009", "C09-010")
def test_chosen_addresses_of_both_families(cluster: Cluster, mirror6: None) -> None:
    """Each family gets its own; both are required where the rule's filter can match both."""
    code, said = run_lines(cluster, "cc RuleSet IPRuleSet main",
                           "set IPRule lan_to_wan SetSourceAddress=AllToOne NewSourceIP4=198.51.100.1", "cc", "activate")
    assert code != 0 and "NewSourceIP6 has no value, and IPv6 flows can match" in said, said
    set_rule(cluster, f"NewSourceIP6={SHARED6}")
    assert seen6(cluster, 25000)[0][0] == SHARED6
    assert seen(cluster, 25000)[0][0] == SHARED
    set_rule(cluster, "SetSourceAddress=<empty> NewSourceIP4=<empty> NewSourceIP6=<empty>")
