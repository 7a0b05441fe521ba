# SPDX-License-Identifier: GPL-2.0-or-later
"""What the standby holds is compared with what the active node holds; a difference is found and repaired."""

import re
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest
from lab.cluster import Cluster
from lab.ipv6 import IPV6
from lab.node import LabNode
from lab.traffic import CLIENT, SERVER, UdpProbe
from lab.wait import await_condition
from lab.wire import Wire

STATE = 144  # of struct flow; its key stands at its front
BLACKLIST = 1 << 19  # the list of 4,096 entries is larger
SERVER6 = "2001:db8:2::10"
HUGE_ENOUGH = 1 << 20  # the table of 65,536 flows is in none of the small mappings


def regions(pid: int, least: int) -> list[tuple[int, int]]:
    lines = Path(f"/proc/{pid}/maps").read_text(encoding="utf-8").splitlines()
    bounds = [line.split()[0].split("-") for line in lines if line.split()[1].startswith("rw")]
    return [(int(first, 16), int(last, 16)) for first, last in bounds if int(last, 16) - int(first, 16) >= least]


def present(page_map: bytes) -> bool:
    """Whether the kernel has a page: the sanitizer's mappings are terabytes of none."""
    return int.from_bytes(page_map, "little") >> 62 != 0


def places(node: LabNode, pattern: bytes, least: int = HUGE_ENOUGH) -> Iterator[int]:
    """Where bytes stand in the memory of a node's datapath, in mappings of at least so many bytes."""
    pid = node.daemon_pid("hadrian-datapath")
    with open(f"/proc/{pid}/mem", "rb", buffering=0) as memory, open(f"/proc/{pid}/pagemap", "rb", buffering=0) as pages:
        for first, last in regions(pid, least):
            if last - first > 1 << 30:
                continue
            for address in range(first, last, HUGE_ENOUGH):
                pages.seek(address // 4096 * 8)
                held = pages.read(HUGE_ENOUGH // 4096 * 8)
                if not any(present(held[i:i + 8]) for i in range(0, len(held), 8)):
                    continue
                memory.seek(address)
                for found in re.finditer(re.escape(pattern), memory.read(min(HUGE_ENOUGH, last - address))):
                    yield address + found.start()


def write(node: LabNode, address: int, value: bytes) -> None:
    with open(f"/proc/{node.daemon_pid('hadrian-datapath')}/mem", "r+b", buffering=0) as memory:
        memory.seek(address)
        memory.write(value)


def corrupt_flow(node: LabNode) -> int:
    """
    Changes the state of the probe's flow in the memory of a node's datapath, as no program of ours can. Returns where it
    stands.
    """
    key = socket.inet_aton(CLIENT) + socket.inet_aton(SERVER)
    at = next((at for at in places(node, key) if at % 64 == 0), None)  # a direction of a flow is a cache line
    assert at is not None, "the flow was not found"
    write(node, at + STATE, b"\x04")
    return at + STATE


def state_at(node: LabNode, address: int) -> int:
    with open(f"/proc/{node.daemon_pid('hadrian-datapath')}/mem", "rb", buffering=0) as memory:
        memory.seek(address)
        return memory.read(1)[0]


def module(node: LabNode, name: str) -> tuple[int, int, int]:
    """Of a class, as `ha -status -module` shows it: synchronized, total, repaired."""
    shown = node.cli("ha -status -module").stdout
    synchronized, total, _, repairs = next(line for line in shown.splitlines() if line.startswith(name)).split()[-4:]
    return int(synchronized), int(total), int(repairs)


def repaired(node: LabNode, name: str = "Flows") -> int:
    return module(node, name)[2]


def await_repair(cluster: Cluster, name: str, before: int) -> None:
    """Both nodes show one repair more, and then all of the class as it is on the active node."""
    for node in cluster.nodes.values():
        await_condition(lambda node=node: repaired(node, name) == before + 1, f"{node.name} showing the repair", timeout=60)
    cluster.await_well()
    for node in cluster.nodes.values():
        await_condition(lambda node=node: len(set(module(node, name)[:2])) == 1, f"{node.name} showing all", timeout=20)


@pytest.mark.feature("C22-049")
def test_a_difference_is_found_shown_and_repaired(cluster: Cluster) -> None:
    standby = cluster.nodes[cluster.standby()]
    log = standby.log / "hadrian-datapath.log"
    with UdpProbe(cluster.lab, rate=50):
        cluster.await_well()
        before = repaired(standby)
        address = corrupt_flow(standby)
        assert state_at(standby, address) == 4
        await_condition(lambda: repaired(standby) == before + 1, "the difference being found", timeout=60)
        assert "Flows differ from the active node's in 1 of 256 parts: they are sent again" in log.read_text(encoding="utf-8")
        await_condition(lambda: state_at(standby, address) == 0, "the flow being as it was", timeout=20)
        await_repair(cluster, "Flows", before)


@pytest.mark.feature("C22-048", "C22-049")
@pytest.mark.parametrize("command", ["arp", "ndp"])
def test_neighbours_that_the_standby_lost_come_back(cluster: Cluster, command: str) -> None:
    lab, standby = cluster.lab, cluster.nodes[cluster.standby()]
    server = SERVER6 if command == "ndp" else SERVER
    if command == "ndp":
        cluster.commit(IPV6)
    assert lab.run("client", ["ping", "-n", "-c", "1", "-W", "2", server]).returncode == 0
    cluster.await_well()
    before = repaired(standby, "ARP entries")
    await_condition(lambda: server in standby.cli(f"{command} -show").stdout, "the standby having the server", timeout=10)
    standby.cli(f"{command} -flush")
    await_condition(lambda: standby.status().sync_percent < 100, "the standby showing that it lost some", timeout=10)
    synchronized, total, _ = module(standby, "ARP entries")
    assert synchronized < total
    await_repair(cluster, "ARP entries", before)
    assert server in standby.cli(f"{command} -show").stdout


@pytest.mark.feature("C22-049")
def test_what_only_the_standby_heard_is_set_right(cluster: Cluster) -> None:
    """A host announces another Ethernet address, which reaches the standby alone."""
    standby, host = cluster.nodes[cluster.standby()], "10.1.0.77"
    asked = f"frame('if1', Ether(src=HOST, dst='ff:ff:ff:ff:ff:ff') / ARP(hwsrc=HOST, psrc='{host}', pdst=FIREWALL))"
    announced = asked.replace("HOST", "'02:00:00:00:00:78'").replace("FIREWALL", f"'{host}'")

    def seen_at() -> str:
        found = re.search(rf"{re.escape(host)} +(\S+)", standby.cli("arp -show").stdout)
        return found[1] if found else ""

    wire = Wire(cluster.lab, cluster.nodes[cluster.active()])
    wire.run(asked)
    await_condition(lambda: seen_at() == "02:00:00:00:00:77", "the standby having the host", timeout=10)
    cluster.await_well()
    before = repaired(standby, "ARP entries")
    wire.stop()
    wire = Wire(cluster.lab, standby)
    wire.run(announced)
    await_condition(lambda: seen_at() == "02:00:00:00:00:78", "the standby having heard it", timeout=10)
    await_repair(cluster, "ARP entries", before)
    assert seen_at() == "02:00:00:00:00:77"
    wire.stop()


@pytest.mark.feature("C22-049")
def test_an_entry_of_the_blacklist_that_became_another_is_set_right(cluster: Cluster) -> None:
    standby, barred, other = cluster.nodes[cluster.standby()], "203.0.113.99", "203.0.113.98"
    show = "blacklist -show=blacklist"
    cluster.nodes[cluster.active()].succeed(f"blacklist -add -srciface=if1 -srcip={barred}")
    await_condition(lambda: barred in standby.cli(show).stdout, "the standby having the entry", timeout=10)
    cluster.await_well()
    before = repaired(standby, "Blacklist")
    version = (4).to_bytes(4, "little")
    found = list(places(standby, version + socket.inet_aton(barred), BLACKLIST))
    for at in found:
        write(standby, at, version + socket.inet_aton(other))
    assert found and other in standby.cli(show).stdout
    await_repair(cluster, "Blacklist", before)
    shown = standby.cli(show).stdout
    assert barred in shown and other not in shown
