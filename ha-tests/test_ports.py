# SPDX-License-Identifier: GPL-2.0-or-later
"""Interfaces driven by AF_XDP sockets, changed while traffic passes."""

import time
from pathlib import Path

import pytest
from lab.cluster import Cluster
from lab.node import LabNode
from lab.traffic import SERVER, Download, UdpProbe
from lab.vlan import VlanDevice, run_ip
from lab.wait import await_condition

DEVICES = ("if1", "if2")
# Far above what is measured: a test says that it works, on a machine of two cores with sanitizers on.
GAP_LIMIT_MS = 3000
DRIVERS = {"AFPacket": "af_packet", "AFXDP": "af_xdp"}


def set_driver(node: LabNode, driver: str) -> None:
    """Gives both devices a driver by the CLI, and sees in the datapath's log that they are opened by it."""
    if not node.huge and driver == "AFXDP":
        pytest.skip("the machine has no huge pages to give, which AF_XDP needs")
    log = node.log / "hadrian-datapath.log"
    before = log.stat().st_size
    lines = [f"set EthernetDevice {device} Driver={driver}" for device in DEVICES]

    def opened() -> bool:
        # What the other node committed may be on its way here, and displaces what is not active yet.
        done = node.commands("\n".join([*lines, "activate", "commit"]) + "\n")
        said = done.stdout + done.stderr
        assert done.returncode == 0 or "another activation is under way" in said, said
        with open(log, "rb") as file:
            file.seek(before)
            text = file.read().decode()
        return all(f"device {device} by {DRIVERS[driver]}" in text for device in DEVICES)

    await_condition(opened, f"{node.name} with Driver={driver}", timeout=20, interval=0.5)


def assert_traffic(cluster: Cluster, folder: Path) -> None:
    with UdpProbe(cluster.lab, seconds=2, rate=500) as probe, \
            Download(cluster.lab, folder, megabytes=16, megabytes_per_second=1000) as download:
        download.finish()
        result = probe.wait()
    assert result.sent > 500 and result.lost <= result.sent // 50, f"{result.lost} of {result.sent} lost"


@pytest.mark.feature("C03-003", "C22-002", "C22-056")
def test_af_xdp_cluster_fails_over_and_back(cluster: Cluster, tmp_path: Path) -> None:
    """Both nodes change to AF_XDP, one dies and returns, takes over again, and both change back, all under traffic."""
    for node in cluster.nodes.values():
        set_driver(node, "AFXDP")
    cluster.await_well()
    assert_traffic(cluster, tmp_path)

    with UdpProbe(cluster.lab, rate=500) as probe:
        victim, survivor, kill = cluster.crash_active()
        cluster.await_active(survivor)
        # The killed process left its XDP program on the devices.
        cluster.nodes[victim].start()
        cluster.await_well()
        assert probe.finish().longest_gap(kill).milliseconds < GAP_LIMIT_MS

    with UdpProbe(cluster.lab, rate=500) as probe:
        moment = time.monotonic()
        assert cluster.nodes[survivor].cli("ha -deactivate").returncode == 0
        cluster.await_active(victim)
        cluster.await_well()
        assert probe.finish().longest_gap(moment).milliseconds < GAP_LIMIT_MS
    assert_traffic(cluster, tmp_path)

    with UdpProbe(cluster.lab, rate=500) as probe:
        moment = time.monotonic()
        for node in cluster.nodes.values():
            set_driver(node, "AFPacket")
        cluster.await_well()
        # Longer than the gap may be, so that its end is seen.
        time.sleep(GAP_LIMIT_MS / 1000)
        assert probe.finish().longest_gap(moment).milliseconds < GAP_LIMIT_MS
    assert_traffic(cluster, tmp_path)


@pytest.mark.feature("C03-014", "C03-003")
def test_a_vlan_on_an_af_xdp_port(cluster: Cluster) -> None:
    """Tagged and untagged frames of a device that leaves the tags in them, before and after a failover."""
    lab = cluster.lab
    for name, node in cluster.nodes.items():
        # As `ethtool -K DEVICE rxvlan off` on an appliance: of a veth the other end decides.
        done = lab.run("switch", ["ethtool", "-K", f"{name}-if1", "txvlan", "off", "tx-vlan-stag-hw-insert", "off"])
        assert done.returncode == 0, done.stderr
        set_driver(node, "AFXDP")
    done = cluster.nodes[cluster.active()].commands("""
add Interface VLAN vlan100 BaseInterface=if1 VLANID=100 IPAddress=10.100.0.1 Network=10.100.0.0/24
cc RuleSet IPRuleSet main
add IPRule Name=vlan Action=Allow SourceInterface=vlan100 SourceNetwork=all-nets-ip4 DestinationInterface=if2 DestinationNetwork=all-nets-ip4 Service=all_services
cc
activate
commit
""")
    assert done.returncode == 0, done.stdout + done.stderr
    cluster.await_well()
    run_ip(lab, "server", "route add 10.100.0.0/24 via 198.51.100.1")

    def passes(source: str) -> bool:
        return lab.run("client", ["ping", "-n", "-c", "2", "-i", "0.1", "-W", "1", "-I", source, SERVER]).returncode == 0

    with VlanDevice(lab, "client", "eth0", "v100", ["8100:100"], "10.100.0.10"):
        await_condition(lambda: passes("10.100.0.10"), "the VLAN by AF_XDP", timeout=10)
        assert passes("10.1.0.10")
        victim, survivor, _ = cluster.crash_active()
        cluster.await_active(survivor)
        await_condition(lambda: passes("10.100.0.10"), "the VLAN on the survivor", timeout=10)
        assert passes("10.1.0.10")
        cluster.nodes[victim].start()
    cluster.await_well()
    done = cluster.nodes[cluster.active()].commands(
        "cc RuleSet IPRuleSet main\ndelete IPRule vlan\ncc\ndelete Interface VLAN vlan100\nactivate\ncommit\n")
    assert done.returncode == 0, done.stdout + done.stderr
    cluster.await_well()
    for node in cluster.nodes.values():
        set_driver(node, "AFPacket")
    cluster.await_well()


@pytest.mark.feature("C03-003")
def test_driver_is_changed_again_and_again(cluster: Cluster, tmp_path: Path) -> None:
    """Every port that is closed lets go of its device and of what it held."""
    node = cluster.nodes[cluster.active()]

    def descriptors() -> int:
        return len(list(Path(f"/proc/{node.daemon_pid('hadrian-datapath')}/fd").iterdir()))

    held = []
    for _ in range(3):
        set_driver(node, "AFXDP")
        set_driver(node, "AFPacket")
        held.append(descriptors())
    cluster.await_well()
    assert_traffic(cluster, tmp_path)
    # DPDK holds one descriptor for each huge page; what a pool in retirement has is given back later.
    log = (node.log / "hadrian-datapath.log").read_text(encoding="utf-8", errors="replace")
    assert "libbpf" not in log and "xsk_configure" not in log
    sockets = [path for path in Path(f"/proc/{node.daemon_pid('hadrian-datapath')}/fd").iterdir()
               if "bpf" in str(path.readlink())]
    assert not sockets and held[2] - held[1] <= 64, held
