# SPDX-License-Identifier: GPL-2.0-or-later
"""What restarts on a node by itself: daemons that end, and the datapath of an inactive node whose interface is faulty."""

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from lab.cluster import Cluster
from lab.cut import silent_cut
from lab.node import LabNode
from lab.traffic import CLIENT, UdpProbe
from lab.wait import await_condition

LAB = {"supervised": True}
# The datapath, mgmtd, clusterd and Corosync are killed in the fault matrix.
PROGRAMS = ("hadrian-sshd", "lighttpd", "hadrian-log")
OFFLINE = "OFFLINE: the peer is not heard, and no monitored host answers"
CURE_SECONDS = 30  # CURE_AFTER_S


@pytest.fixture
def configured(cluster: Cluster) -> Iterator[Cluster]:
    """The cluster with the client as MonitorTargets of if1, and a log receiver."""
    cluster.commit(f"set Interface EthernetInterface if1 MonitorTargets={CLIENT}\n"
                   f"add LogReceiver LogReceiverSyslog client IPAddress={CLIENT}")
    yield cluster
    cluster.commit("set Interface EthernetInterface if1 MonitorTargets=<empty>\ndelete LogReceiver LogReceiverSyslog client")


@pytest.mark.feature("C22-032")
def test_programs_that_end_are_started_again_and_no_traffic_notices(configured: Cluster) -> None:
    active = configured.active()
    node = configured.nodes[active]
    with UdpProbe(configured.lab, rate=200) as probe:
        for name in PROGRAMS:
            await_condition(lambda name=name: node.programs(name), name, 20)
            killed = node.kill_program(name)
            await_condition(lambda name=name, killed=killed: node.programs(name) - killed, f"another {name}", 30)
        result = probe.finish()
    assert configured.active() == active
    assert result.lost <= result.sent // 100


# A program in the kernel that takes every frame away before a socket sees it. Who opens the port anew removes it.
TAKES_ALL = """
__attribute__((section("xdp"), used)) int takes_all(void *context) { return 1; /* XDP_DROP */ }
"""


@contextmanager
def port_that_stands_still(node: LabNode, interface: str, folder: Path) -> Iterator[None]:
    """The port takes no frame in any more, as long as it is this one; its link is up, and what it sends goes out."""
    source, program = folder / "takes_all.c", folder / "takes_all.o"
    source.write_text(TAKES_ALL, encoding="utf-8")
    subprocess.run(["clang", "-target", "bpf", "-O2", "-c", source, "-o", program], check=True)
    done = node.run(["ip", "link", "set", "dev", interface, "xdpgeneric", "object", program, "section", "xdp"])
    assert done.returncode == 0, done.stderr
    try:
        yield
    finally:
        node.run(["ip", "link", "set", "dev", interface, "xdpgeneric", "off"])


@pytest.mark.feature("C22-030")
def test_an_inactive_node_restarts_its_datapath_once_to_cure_an_interface(configured: Cluster, tmp_path: Path) -> None:
    """
    Two faults: a port that takes nothing in any more, which a restart cures, and a switch that loses its frames, which none
    does. So when the switch works again the port works too, and it would not without the restart.
    """
    active, standby = configured.active(), configured.standby()
    node = configured.nodes[active]
    before = node.programs("hadrian-datapath")
    with UdpProbe(configured.lab, rate=200) as probe, port_that_stands_still(node, "if1", tmp_path):
        configured.await_active(standby)
        await_condition(lambda: OFFLINE in node.cli("ifstat if1").stdout, "the port's fault being found", 20)
        with silent_cut(configured.lab, active, "if1"):
            # The one that ends has a child for a moment, which looks for leaks.
            await_condition(lambda: not node.programs("hadrian-datapath") & before, "the end of the datapath", CURE_SECONDS + 30)
            await_condition(lambda: OFFLINE in node.cli("ifstat if1").stdout, "another datapath, and the fault that is still there", 30)
            again = node.programs("hadrian-datapath")
            said = "".join(file.read_text(encoding="utf-8", errors="replace") for file in node.log.glob("*.log"))
            assert "restarts to cure it, not again for 600 s" in said
            assert node.run(["cat", "/run/hadrian/interface-cure"]).stdout.split()[1] == "1"
        await_condition(lambda: "HA Monitor     : the peer is heard" in node.cli("ifstat if1").stdout, "the port that works again", 20)
        configured.await_well()
        result = probe.finish()
    assert node.programs("hadrian-datapath") == again
    assert configured.active() == standby
    assert result.lost <= result.sent // 20
