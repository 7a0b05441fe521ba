# SPDX-License-Identifier: GPL-2.0-or-later
"""nmap from both sides, with every kind of odd probe: it learns of no port that the rules do not allow, and breaks no flow."""

import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from lab.accounting import await_accounted
from lab.background import Background
from lab.cluster import Cluster
from lab.laboratory import Lab
from lab.traffic import CLIENT, SERVER, UdpProbe

ALLOWED, REFUSED, SHUT = 7301, 7302, 7303  # listening and allowed, listening and refused, allowed and nobody listens
CONFIGURE = f"""
add Service ServiceTCPUDP few DestinationPorts={ALLOWED},{SHUT}
add Service ServiceTCPUDP datagrams Type=UDP DestinationPorts=0-65535
cc RuleSet IPRuleSet main
set IPRule lan_to_wan Service=few,datagrams
cc
activate
commit
"""
LISTEN = f"""
import signal, socket
kept = [socket.create_server(("", port), backlog=100) for port in ({ALLOWED}, {REFUSED})]
print("ready", flush=True); signal.pause()
"""
# What a host may be asked with; -O's probes are those of -sS with odd flags, options and ICMP besides.
SCANS = {
    "syn": ["-sS"], "fragments": ["-sS", "-f"], "tiny fragments": ["-sS", "--mtu", "8"], "ack": ["-sA"], "fin": ["-sF"], "xmas": ["-sX"],
    "null": ["-sN"], "maimon": ["-sM"], "window": ["-sW"], "fin with syn": ["-sS", "--scanflags", "SYNFIN"],
    "all flags": ["-sS", "--scanflags", "URGACKPSHRSTSYNFIN"], "source port": ["-sS", "--source-port", "53"], "bad sum": ["-sS", "--badsum"],
    "data": ["-sS", "--data-length", "200"], "ttl": ["-sS", "--ttl", "3"], "options": ["-sS", "--ip-options", "R"],
    "fragmented fin": ["-sF", "-f"], "operating system": ["-O", "--osscan-guess", "--max-os-tries", "1"], "protocols": ["-sO"],
}
# What opens connections; of the others the server's kernel would answer some with resets, and a port would show as closed or
# unfiltered. Fragments of nmap's size do not hold a TCP header (RFC 1858).
OPENING = {"syn", "source port", "data", "ttl", "operating system"}

# Nothing is to come back: no need to wait for it long.
IN_HASTE = ["--initial-rtt-timeout", "100ms", "--max-rtt-timeout", "200ms"]


@pytest.fixture(scope="module", autouse=True)
def configured(lab: Lab) -> Iterator[None]:
    cluster = Cluster(lab)
    done = cluster.nodes[cluster.active()].commands(CONFIGURE)
    assert done.returncode == 0, done.stdout + done.stderr
    cluster.await_well()
    with Background(lab, "server", ["/usr/bin/python3", "-u", "-c", LISTEN]) as server, \
            Background(lab, "client", ["/usr/bin/python3", "-u", "-c", LISTEN]) as client:
        server.await_line("ready")
        client.await_line("ready")
        yield


@pytest.fixture(scope="module")
def flow(lab: Lab, configured: None) -> Iterator[UdpProbe]:
    """Runs through all scans; the end says whether a datagram of it was lost."""
    with UdpProbe(lab, rate=100) as probe:
        yield probe
        assert probe.finish().lost == 0


def scan(lab: Lab, host: str, target: str, options: list[str]) -> dict[int, str]:
    """Port -> the state that nmap gives it."""
    ports = [] if "-sO" in options else ["-p", f"{ALLOWED}-{SHUT}"]
    done = lab.run(host, ["nmap", *options, *ports, "-Pn", "-n", "--max-retries", "1", "--host-timeout", "20s", "-oG", "-", target], timeout=60)
    assert done.returncode == 0, done.stdout + done.stderr
    return {int(port): state for port, state in re.findall(r"(\d+)/([a-z|]+)/", done.stdout)}


@pytest.mark.feature("C07-017", "C01-012", "C01-016")
@pytest.mark.parametrize("name", SCANS)
def test_from_inside_only_what_the_rules_allow(cluster: Cluster, flow: UdpProbe, name: str) -> None:
    options = SCANS[name]
    if name == "protocols":
        options = [*options, "-p", "2,47,50,89,132"]
    seen = scan(cluster.lab, "client", SERVER, options if name in OPENING else [*options, *IN_HASTE])
    if name in OPENING:
        assert seen[ALLOWED] == "open" and seen[SHUT] == "closed", seen
    for port, state in seen.items():
        if port not in (ALLOWED, SHUT) or name not in OPENING:
            assert state in ("filtered", "open|filtered"), (port, seen)
    await_accounted(cluster.nodes[cluster.active()])


@pytest.mark.feature("C07-017", "C01-012", "C01-016", "C07-003")
@pytest.mark.parametrize("target", [CLIENT, "198.51.100.1"], ids=["the LAN", "the firewall"])
def test_from_outside_nothing(cluster: Cluster, flow: UdpProbe, target: str) -> None:
    def ask(name: str) -> tuple[str, dict[int, str]]:
        protocols = ["-p", "2,47,50,89,132"] if name == "protocols" else []
        return name, scan(cluster.lab, "server", target, [*SCANS[name], *protocols, *IN_HASTE])

    with ThreadPoolExecutor(4) as pool:
        for name, seen in pool.map(ask, SCANS):
            assert all(state in ("filtered", "open|filtered") for state in seen.values()), (name, seen)
    await_accounted(cluster.nodes[cluster.active()])
