# SPDX-License-Identifier: GPL-2.0-or-later
"""Silent faults: frames that a switch loses at one of its ports while the link stays up."""

from collections.abc import Iterator
from contextlib import contextmanager

from lab.cluster import Cluster
from lab.laboratory import Lab
from lab.topology import switch_port


@contextmanager
def silent_cut(lab: Lab, owner: str, interface: str, *, sends: bool = True, receives: bool = True) -> Iterator[None]:
    """What a host or node sends by an interface is lost, or what it would receive, or both."""
    port = switch_port(owner, interface)
    table = f"cut_{port.replace('-', '_')}"
    rules = [f"add table bridge {table}",
             f"add chain bridge {table} forward {{ type filter hook forward priority -300; }}"]
    rules += [f"add rule bridge {table} forward iifname {port} drop"] if sends else []
    rules += [f"add rule bridge {table} forward oifname {port} drop"] if receives else []
    lab.run("switch", ["nft", "; ".join(rules)], check=True)
    try:
        yield
    finally:
        lab.run("switch", ["nft", f"delete table bridge {table}"], check=True)


@contextmanager
def split(cluster: Cluster) -> Iterator[None]:
    """No frame passes between the nodes, while each still reaches the hosts."""
    ports = [switch_port(node, interface) for node in cluster.nodes for interface in ("if1", "if2", "if3")]
    try:
        for port in ports:
            cluster.lab.run("switch", ["bridge", "link", "set", "dev", port, "isolated", "on"], check=True)
        yield
    finally:
        for port in ports:
            cluster.lab.run("switch", ["bridge", "link", "set", "dev", port, "isolated", "off"], check=True)
