# SPDX-License-Identifier: GPL-2.0-or-later
"""A switch that allows a port one Ethernet address, as virtual ones and SR-IOV do: nothing synthetic, nothing promiscuous."""

from lab.laboratory import Lab
from lab.topology import switch_port

TABLE = "strict"


def allow_only(lab: Lab, macs: dict[tuple[str, str], str]) -> None:
    """
    From now on the port of each (node, interface) sends with its one address only, and gets what is for that address, for
    everybody or for a group. An empty dictionary ends it. What is refused is counted.
    """
    rules = [f"add table bridge {TABLE}", f"delete table bridge {TABLE}"]
    if macs:
        rules += [f"add table bridge {TABLE}",
                  f"add chain bridge {TABLE} forward {{ type filter hook forward priority -200; }}"]
    for (node, interface), mac in macs.items():
        port = switch_port(node, interface)
        rules += [f"add rule bridge {TABLE} forward iifname {port} ether saddr != {mac} counter drop",
                  f"add rule bridge {TABLE} forward oifname {port} ether daddr & 01:00:00:00:00:00 == 00:00:00:00:00:00 "
                  f"ether daddr != {mac} drop"]
    lab.run("switch", ["nft", "; ".join(rules)], check=True)


def forbidden(lab: Lab) -> list[str]:
    """The rules that met a frame with an address that its port may not have, since allow_only."""
    shown = lab.run("switch", ["nft", "list", "table", "bridge", TABLE], check=True).stdout
    return [line.strip() for line in shown.splitlines() if "packets" in line and "packets 0 " not in line]
