# SPDX-License-Identifier: GPL-2.0-or-later
"""Devices of a host whose frames have VLAN tags."""

from lab.background import Background
from lab.laboratory import Lab
from lab.places import binary


class VlanDevice(Background):
    """
    A device of a host whose frames travel over another one with these tags ("8100:100", the outermost first), until it is
    stopped. With an address it has a routing table of its own: packets from that address leave by it.
    """

    def __init__(self, lab: Lab, host: str, device: str, name: str, tags: list[str], address: str = "", table: int = 100):
        super().__init__(lab, host, [binary("vlantap", lab.build()), device, name, *tags])
        try:
            self.await_line("ready")
            commands = [f"link set {name} up"]
            if address:
                network = address.rpartition(".")[0]
                commands += [f"address add {address}/24 dev {name}", f"rule add from {address} lookup {table}",
                             f"route add {network}.0/24 dev {name} table {table}",
                             f"route add default via {network}.1 table {table}"]
            for words in commands:
                run_ip(lab, host, words)
        except BaseException:
            self.stop()
            raise


def run_ip(lab: Lab, host: str, words: str) -> None:
    done = lab.run(host, ["ip", *words.split()])
    assert done.returncode == 0, f"{host}: ip {words}: {done.stderr}"


def make_room(lab: Lab, host: str, nodes_interface: str, mtu: int) -> None:
    """Lets frames of that MTU through a host's eth0, its switch and the nodes' links at the switch's side."""
    run_ip(lab, host, f"link set eth0 mtu {mtu}")
    for port in (f"{host}-eth0", *(f"{node}-{nodes_interface}" for node in lab.nodes())):
        run_ip(lab, "switch", f"link set {port} mtu {mtu}")
