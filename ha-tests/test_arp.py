# SPDX-License-Identifier: GPL-2.0-or-later
"""ARP entries that are made by hand, published addresses, and hosts that claim the firewall's own."""

import re
from collections.abc import Iterator

import pytest
from lab.background import Capture
from lab.cluster import Cluster
from lab.laboratory import Lab
from lab.traffic import SERVER
from lab.wait import await_condition

SHARED_MAC = "10:00:00:01:00:01"
PUBLISHED = "10.1.0.201"
ELSEWHERE = "10.1.0.202"  # published at an Ethernet address of its own
NOBODY = "198.51.100.77"  # a static entry says that the server's Ethernet address has it


def hardware_address(lab: Lab, host: str) -> str:
    return re.search(r"link/ether (\S+)", lab.run(host, ["ip", "link", "show", "eth0"]).stdout)[1]


def resolved(lab: Lab, address: str) -> str:
    """The Ethernet address that the client finds for an IP address, asked anew; "" for none."""
    lab.run("client", ["ip", "neighbour", "flush", "dev", "eth0"])
    lab.run("client", ["ping", "-n", "-c", "1", "-W", "1", address])
    found = re.search(r"lladdr (\S+)", lab.run("client", ["ip", "neighbour", "show", address]).stdout)
    return found[1] if found else ""


def counter(cluster: Cluster, name: str) -> int:
    shown = cluster.nodes[cluster.active()].cli(f"statistics {name}").stdout
    value = re.search(rf"{name} +(\d+)", shown)
    assert value, shown
    return int(value[1])


@pytest.fixture(scope="module", autouse=True)
def entries(lab: Lab) -> Iterator[None]:
    cluster = Cluster(lab)
    server = hardware_address(lab, "server").replace(":", "-")
    cluster.commit("cc ARPEntries\n"
                   f"add ARPEntry Interface=if2 IP={NOBODY} Mode=Static MACAddress={server}\n"
                   f"add ARPEntry Interface=if1 IP={PUBLISHED} Mode=Publish\n"
                   f"add ARPEntry Interface=if1 IP={ELSEWHERE} Mode=Publish MACAddress=02-00-00-00-00-99\n"
                   "cc")
    yield


@pytest.mark.feature("C04-009", "C04-010", "C04-002")
def test_a_static_entry_is_used_shown_and_survives_a_flush(cluster: Cluster) -> None:
    """Nobody answers ARP for the address; the entry sends its packets to the server all the same, before and after a flush."""
    node = cluster.nodes[cluster.active()]
    for _ in range(2):
        with Capture(cluster.lab, "server", "eth0", f"icmp and dst host {NOBODY}") as seen:
            cluster.lab.run("client", ["ping", "-n", "-c", "1", "-W", "1", NOBODY])
            seen.await_line(f"> {NOBODY}: ICMP echo request")
        shown = node.cli("arp -show if2").stdout
        assert re.search(rf"^if2 +Static +{re.escape(NOBODY)} +{hardware_address(cluster.lab, 'server')} +-$", shown,
                         re.MULTILINE), shown
        assert "flushed" in node.cli("arp -flush").stdout


@pytest.mark.feature("C04-011")
def test_published_addresses_are_answered_by_the_active_node(cluster: Cluster) -> None:
    assert resolved(cluster.lab, PUBLISHED) == SHARED_MAC
    assert resolved(cluster.lab, ELSEWHERE) == "02:00:00:00:00:99"
    with Capture(cluster.lab, "client", "eth0", f"arp[6:2] = 2 and arp host {PUBLISHED}") as answers:
        assert resolved(cluster.lab, PUBLISHED) == SHARED_MAC
        answers.await_line("Reply")
    assert len(answers.frames) == 1, "the standby must not answer too"


@pytest.mark.feature("C04-010", "C04-011")
def test_entries_hold_on_the_survivor(cluster: Cluster) -> None:
    victim, survivor, _ = cluster.crash_active()
    cluster.await_active(survivor)
    assert resolved(cluster.lab, PUBLISHED) == SHARED_MAC
    assert re.search(rf"Static +{re.escape(NOBODY)} ", cluster.nodes[survivor].cli("arp").stdout)
    cluster.nodes[victim].start()
    cluster.await_well()


@pytest.mark.feature("C04-001")
def test_a_host_that_claims_the_firewalls_address_is_told_of_and_not_learnt(cluster: Cluster) -> None:
    """The server announces the firewall's shared address as its own."""
    before = counter(cluster, "/datapath/arp/conflict")
    cluster.lab.run("server", ["ip", "address", "add", "198.51.100.1/32", "dev", "eth0"])
    try:
        cluster.lab.run("server", ["arping", "-U", "-c", "2", "-w", "3", "-I", "eth0", "198.51.100.1"], timeout=10)
        await_condition(lambda: counter(cluster, "/datapath/arp/conflict") > before, "the conflict is counted", timeout=10)
    finally:
        cluster.lab.run("server", ["ip", "address", "del", "198.51.100.1/32", "dev", "eth0"])
    log = cluster.nodes[cluster.active()].log / "hadrian-datapath.log"
    assert re.search(r"interface if2: another host \((\S\S:){5}\S\S\) claims the address 198\.51\.100\.1",
                     log.read_text(encoding="utf-8"))
    done = cluster.lab.run("client", ["ping", "-n", "-c", "1", "-W", "2", SERVER])
    assert done.returncode == 0, "traffic goes on"
