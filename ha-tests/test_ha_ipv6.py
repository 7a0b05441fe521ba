# SPDX-License-Identifier: GPL-2.0-or-later
"""A cluster that has no IPv4 at all: addresses shared and private, synchronisation, failover under traffic."""

import re
from pathlib import Path

import pytest
from lab.background import Background, Capture
from lab.cluster import Cluster
from lab.cut import silent_cut
from lab.traffic import digest_of, make_file
from lab.wait import await_condition

LAB = {"topology_file": Path(__file__).resolve().parent / "lab" / "topologies" / "ipv6.json"}
SHARED, SERVER = "2001:db8:1::1", "2001:db8:2::10"
PRIVATE = ("2001:db8:1::2", "2001:db8:1::3")
SHARED_MAC = "10:00:00:01:00:01"  # of if1 in cluster 1
MEGABYTES = 32
PORT = 8000


class Download:
    """A file over HTTP and IPv6, 8 MB a second."""

    def __init__(self, cluster: Cluster, folder: Path):
        self.source, self.target = folder / "file", folder / "download"
        self.digest = make_file(self.source, MEGABYTES)
        self.server = Background(cluster.lab, "server", ["/usr/bin/python3", "-u", "-m", "http.server", PORT, "--bind", "::",
                                                         "--directory", folder], errors_too=True)
        self.server.await_line("Serving HTTP")
        self.client = Background(cluster.lab, "client", ["curl", "--silent", "--show-error", "--fail", "--limit-rate", "8M",
                                                         "--output", self.target, f"http://[{SERVER}]:{PORT}/file"],
                                 errors_too=True)
        await_condition(lambda: self.target.exists() and self.target.stat().st_size > 4 << 20, "the transfer's begin", 30)

    def finish(self) -> None:
        code = self.client.wait(120)
        self.server.stop()
        assert code == 0, self.client.lines
        assert digest_of(self.target) == self.digest

    def __enter__(self) -> "Download":
        return self

    def __exit__(self, *_: object) -> None:
        self.client.stop()
        self.server.stop()


def ping(cluster: Cluster, address: str) -> bool:
    return cluster.lab.run("client", ["ping", "-n", "-c", "3", "-i", "0.2", "-W", "3", address]).returncode == 0


@pytest.mark.feature("C22-017", "C22-006", "C22-032", "C22-035")
def test_a_transfer_outlives_a_crash(cluster: Cluster, tmp_path: Path) -> None:
    with Download(cluster, tmp_path) as download, \
            Capture(cluster.lab, "client", "eth0", f"icmp6 and ether src {SHARED_MAC} and ip6[40] = 136") as told:
        _, survivor, _ = cluster.crash_active()
        cluster.await_active(survivor)
        told.await_line(f"tgt is {SHARED}")
        download.finish()


@pytest.mark.feature("C22-017", "C22-036")
def test_the_shared_mac_is_announced_at_intervals(cluster: Cluster) -> None:
    """By unsolicited advertisements to all nodes."""
    cluster.commit("set Settings HASettings GratuitousARPInterval=1")
    standby = cluster.standby()
    try:
        with Capture(cluster.lab, "client", "eth0", f"icmp6 and ether src {SHARED_MAC} and ether multicast and ip6[40] = 136") as announced, \
                Capture(cluster.lab, "switch", f"{standby}-if1", f"ether src {SHARED_MAC} and inbound") as sent:
            for _ in range(3):
                announced.await_line(f"tgt is {SHARED}", timeout=5)
        assert not sent.frames, "the standby announces nothing"
    finally:
        cluster.commit("reset-to-default Settings HASettings GratuitousARPInterval")


@pytest.mark.feature("C22-017", "C22-034")
def test_neighbours_see_one_mac_whoever_is_active(cluster: Cluster) -> None:
    def neighbour() -> str:
        cluster.lab.run("client", ["ip", "-6", "neighbour", "flush", "all"], check=True)
        assert ping(cluster, SHARED)
        found = re.search(r"lladdr (\S+)", cluster.lab.run("client", ["ip", "-6", "neighbour", "show", SHARED]).stdout)
        assert found
        return found[1]

    before = neighbour()
    other = cluster.standby()
    assert cluster.nodes[cluster.active()].cli("ha -deactivate").returncode == 0
    cluster.await_active(other)
    assert before == neighbour() == SHARED_MAC


@pytest.mark.feature("C22-017", "C22-041")
def test_each_node_has_its_private_address(cluster: Cluster) -> None:
    assert all(ping(cluster, address) for address in PRIVATE)


@pytest.mark.feature("C22-017", "C22-025", "C22-030")
def test_a_silent_cut_is_found_by_neighbor_discovery(cluster: Cluster, tmp_path: Path) -> None:
    active, standby = cluster.active(), cluster.standby()
    own = PRIVATE[list(cluster.nodes).index(standby)]
    with Download(cluster, tmp_path) as download, \
            Capture(cluster.lab, "client", "eth0", "icmp6 and ip6[40] = 135") as asked, silent_cut(cluster.lab, active, "if1"):
        cluster.await_active(standby)
        asked.await_line(f"{own} > ")
        download.finish()
