# SPDX-License-Identifier: GPL-2.0-or-later
"""The lab's namespaces, bridges and links. Namespaces are called <lab>-<host>; the bridges live in <lab>-switch."""

from pathlib import Path

from lab.command import run
from lab.errors import LabError
from lab.processes import NAMESPACES, namespace_inode
from lab.topology import Host, Node, Topology, switch_port

# Segmentation and checksums done by "hardware": veths pass such packets on unfinished, and a datapath that reads them from
# the wire would see packets that no real wire carries.
OFFLOADS = ["rx", "off", "tx", "off", "tso", "off", "gso", "off", "gro", "off"]


def namespace(lab: str, host: str) -> str:
    return f"{lab}-{host}"


def build(lab: str, topology: Topology) -> None:
    """Makes everything but the nodes' daemons."""
    for name in topology.names():
        if namespace_inode(namespace(lab, name)) is not None:
            raise LabError(f"a network namespace {namespace(lab, name)} exists that this lab did not make - "
                           f"remove it (ip netns del {namespace(lab, name)}) or use another LAB name")
        run(["ip", "netns", "add", namespace(lab, name)])
    _build_switches(lab, topology)
    for host in topology.hosts.values():
        _build_host(lab, host)
    for node in topology.nodes.values():
        _build_node(lab, node)
    _ports_up(lab, topology)


def remove(lab: str, names: list[str]) -> None:
    """Removes the namespaces, and with them every link. Fine where some or all of them are gone already."""
    for name in names:
        if namespace_inode(namespace(lab, name)) is not None:
            run(["ip", "netns", "del", namespace(lab, name)])


def set_port(lab: str, owner: str, interface: str, state: str) -> None:
    """Takes one link "up" or "down" at the switch's side."""
    run(["ip", "-n", namespace(lab, "switch"), "link", "set", switch_port(owner, interface), state])


def enter(lab: str, host: str) -> list[str]:
    """The words in front of a command that is to run with a host's network."""
    # The clock is the machine's, and nobody in a lab may set it.
    return ["nsenter", f"--net={NAMESPACES / namespace(lab, host)}", "--", "setpriv", "--bounding-set", "-sys_time"]


def _links(topology: Topology) -> list[tuple[str, str, str]]:
    links = [(host.name, interface, switch)
             for host in topology.hosts.values() for interface, (switch, _) in host.interfaces.items()]
    links += [(node.name, interface, switch)
              for node in topology.nodes.values() for interface, switch in node.interfaces.items()]
    return links


def _batch(lab: str, host: str, lines: list[str]) -> None:
    run(["ip", "-n", namespace(lab, host), "-batch", "-"], feed="\n".join(lines) + "\n")


def _settings(lab: str, host: str, settings: dict[str, int]) -> None:
    """Kernel settings (sysctl) of a namespace; those that this kernel does not have are left out."""
    present = [f"{name}={value}" for name, value in settings.items()
               if "/conf/" in name or Path("/proc/sys", name).exists()]
    run([*enter(lab, host), "sysctl", "--quiet", "--write", *present])


def _build_switches(lab: str, topology: Topology) -> None:
    # The switches are mute themselves: no IPv6 of their own, no learning of groups, no firewall on bridged frames.
    _settings(lab, "switch", {"net/ipv6/conf/all/disable_ipv6": 1, "net/ipv6/conf/default/disable_ipv6": 1,
                              "net/bridge/bridge-nf-call-iptables": 0, "net/bridge/bridge-nf-call-ip6tables": 0,
                              "net/bridge/bridge-nf-call-arptables": 0})
    lines = [f"link add {switch} type bridge stp_state 0 forward_delay 0 mcast_snooping 0"
             for switch in topology.switches]
    for number, (owner, interface, switch) in enumerate(_links(topology), start=1):
        # Addresses that say which link they are, for people who read captures.
        mac = f"02:48:44:00:00:{number:02x}"
        port = switch_port(owner, interface)
        lines.append(f"link add {port} type veth peer name {interface} address {mac} netns {namespace(lab, owner)}")
        lines.append(f"link set {port} master {switch}")
    lines += [f"link set {switch} up" for switch in topology.switches]
    _batch(lab, "switch", lines)


def _ports_up(lab: str, topology: Topology) -> None:
    ports = [switch_port(owner, interface) for owner, interface, _ in _links(topology)]
    _batch(lab, "switch", [f"link set {port} up" for port in ports])
    without_offloads(lab, "switch", ports)


def without_offloads(lab: str, host: str, interfaces: list[str]) -> None:
    """Frames of these links are on the wire as a network would carry them: none too long, each with its checksums."""
    for interface in interfaces:
        run([*enter(lab, host), "ethtool", "--offload", interface, *OFFLOADS])


def _build_host(lab: str, host: Host) -> None:
    # Each address can be used at once, and no kernel speaks from the unspecified one while it looks for duplicates.
    _settings(lab, host.name, {f"net/ipv6/conf/{interface}/{setting}": 0
                               for interface in ("all", "default", *host.interfaces) for setting in ("accept_ra", "accept_dad")})
    lines = ["link set lo up"]
    lines += [f"address add {address} dev lo" for address in host.loopback]
    for interface, (_, addresses) in host.interfaces.items():
        lines += [f"address add {address} dev {interface}{' nodad' if ':' in address else ''}" for address in addresses]
        lines.append(f"link set {interface} up")
    lines += [f"route add {route.to} via {route.via}" for route in host.routes]
    _batch(lab, host.name, lines)
    without_offloads(lab, host.name, list(host.interfaces))


def _build_node(lab: str, node: Node) -> None:
    # A node's interfaces belong to Hadrian. Linux must say nothing of its own on them.
    _settings(lab, node.name, {f"net/ipv6/conf/{interface}/disable_ipv6": 1 for interface in node.interfaces})
    _batch(lab, node.name, ["link set lo up", *(f"link set {interface} up" for interface in node.interfaces)])
    without_offloads(lab, node.name, list(node.interfaces))
