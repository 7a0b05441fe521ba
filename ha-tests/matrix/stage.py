# SPDX-License-Identifier: GPL-2.0-or-later
"""The lab in which every cell of the fault matrix can be run."""

from lab.cluster import Cluster
from lab.crowd import Crowd
from lab.laboratory import Lab
from lab.places import REPOSITORY
from lab.traffic import CLIENT, SERVER

# Of Lab.up. The second cluster is there for a row of its own.
LAB = {"supervised": True, "topology_file": REPOSITORY / "ha-tests/lab/topologies/two-clusters.json"}
SECOND = "second"
LIFETIME_UDP = 300  # seconds: more than a cell may last


def prepare(lab: Lab) -> None:
    """Behind Lab.up: hosts of both networks tell whose a silent interface is, and nothing of the second cluster runs until its row comes."""
    for node in Cluster(lab, SECOND).nodes.values():
        node.stop()
    cluster = Cluster(lab)
    cluster.mend()
    cluster.commit(f"set Interface EthernetInterface if1 MonitorTargets={CLIENT}\n"
                   f"set Interface EthernetInterface if2 MonitorTargets={SERVER}")
    Crowd.configure(cluster)
    # Of each cell 200 UDP flows are left over, which would fill the table.
    cluster.commit(f"set Settings FlowTimeoutSettings FlowLifetimeUDP={LIFETIME_UDP}")
