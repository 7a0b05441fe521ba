# SPDX-License-Identifier: GPL-2.0-or-later
"""Topology files: the hosts, nodes and switches of a lab. The format is described in docs/lab.md."""

import ipaddress
import json
from dataclasses import dataclass, field
from pathlib import Path

from lab.errors import LabError

INTERFACE_NAME_MAX = 15  # IFNAMSIZ less the NUL


@dataclass(frozen=True)
class Route:
    to: str  # a network, or "default" for IPv4, or "default6"
    via: str


@dataclass(frozen=True)
class Host:
    """A client, server or peer: a namespace with ordinary Linux networking."""

    name: str
    interfaces: dict[str, tuple[str, list[str]]]  # interface -> switch, addresses
    loopback: list[str] = field(default_factory=list)
    routes: list[Route] = field(default_factory=list)


@dataclass(frozen=True)
class Node:
    """A Hadrian node: its interfaces come without addresses, and its daemons get a configuration."""

    name: str
    interfaces: dict[str, str]  # interface -> switch
    configuration: Path  # a file of CLI commands
    cluster: str = ""  # nodes of one cluster have one name here, and one key


@dataclass(frozen=True)
class Topology:
    source: str
    switches: list[str]
    hosts: dict[str, Host]
    nodes: dict[str, Node]
    single: Node | None  # the node of `lab up --single`

    def names(self) -> list[str]:
        """Every namespace's name without the lab's, the switches' own included."""
        return [*self.hosts, *self.nodes, "switch"]

    def alone(self) -> "Topology":
        """This topology with its single node only."""
        if self.single is None:
            raise LabError(f"{self.source}: has no \"single\" node, so --single cannot be used with it")
        return Topology(self.source, self.switches, self.hosts, {self.single.name: self.single}, self.single)


def switch_port(owner: str, interface: str) -> str:
    """The name of the switch's side of a link."""
    return f"{owner}-{interface}"


def load(path: Path, repository: Path) -> Topology:
    """Reads and checks a topology file."""
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise LabError(f"topology {path}: {error.strerror}") from None
    except ValueError as error:
        raise LabError(f"topology {path}: not JSON: {error}") from None
    try:
        topology = _parse(document, str(path), repository)
    except (KeyError, TypeError, AttributeError, ValueError) as error:
        raise LabError(f"topology {path}: {_explain(error)} - docs/lab.md describes the format") from None
    _check(topology)
    return topology


def _explain(error: Exception) -> str:
    return f"{error} is missing" if isinstance(error, KeyError) else str(error)


def _parse(document: dict, source: str, repository: Path) -> Topology:
    hosts = {}
    for name, host in document["hosts"].items():
        interfaces = {interface: (link["switch"], list(link.get("addresses", [])))
                      for interface, link in host["interfaces"].items()}
        routes = [Route(route["to"], route["via"]) for route in host.get("routes", [])]
        hosts[name] = Host(name, interfaces, list(host.get("loopback", [])), routes)
    nodes = {name: _parse_node(name, node, repository) for name, node in document["nodes"].items()}
    single = None
    if "single" in document:
        name = document["single"]["node"]
        single = _parse_node(name, {"interfaces": nodes[name].interfaces, **document["single"]}, repository)
    return Topology(source, list(document["switches"]), hosts, nodes, single)


def _parse_node(name: str, node: dict, repository: Path) -> Node:
    return Node(name, dict(node["interfaces"]), repository / node["configuration"], node.get("cluster", ""))


def _check(topology: Topology) -> None:
    links = [(host.name, interface, switch)
             for host in topology.hosts.values() for interface, (switch, _) in host.interfaces.items()]
    links += [(node.name, interface, switch)
              for node in topology.nodes.values() for interface, switch in node.interfaces.items()]
    if len(set(topology.names())) != len(topology.names()):
        raise LabError(f"topology {topology.source}: two hosts have one name (\"switch\" is taken)")
    for owner, interface, switch in links:
        if switch not in topology.switches:
            raise LabError(f"topology {topology.source}: {owner} {interface} is on switch {switch}, "
                           f"which is not one of: {', '.join(topology.switches)}")
        if len(switch_port(owner, interface)) > INTERFACE_NAME_MAX:
            raise LabError(f"topology {topology.source}: {switch_port(owner, interface)} is longer than the "
                           f"{INTERFACE_NAME_MAX} characters of an interface name - use a shorter host name")
    for host in topology.hosts.values():
        for address in [*host.loopback, *(text for _, texts in host.interfaces.values() for text in texts)]:
            try:
                ipaddress.ip_interface(address)
            except ValueError as error:
                raise LabError(f"topology {topology.source}: {host.name}: {error}") from None
