# SPDX-License-Identifier: GPL-2.0-or-later
"""The command `lab`."""

import argparse
import os
import sys
from collections.abc import Callable
from pathlib import Path

from lab import status
from lab.errors import LabError
from lab.laboratory import Lab
from lab.places import DEFAULT_TOPOLOGY, lab_name, require_root

EPILOG = "LAB=name chooses one of several labs side by side; HADRIAN_BUILD=folder the build (build/release). docs/lab.md"


def main() -> int:
    arguments = _parser().parse_args()
    try:
        require_root()
        return arguments.action(Lab(lab_name()), arguments)
    except LabError as error:
        print(f"lab: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("lab: interrupted; nothing was left behind", file=sys.stderr)
        return 130
    except BrokenPipeError:
        return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="lab", description="A Hadrian cluster in network namespaces.", epilog=EPILOG)
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")

    def command(name: str, action: Callable[[Lab, argparse.Namespace], int], words: str) -> argparse.ArgumentParser:
        added = commands.add_parser(name, help=words, description=words)
        added.set_defaults(action=action)
        return added

    up = command("up", _up, "build the network, start the nodes, wait until they are in sync")
    up.add_argument("--single", action="store_true", help="one node without high availability")
    up.add_argument("--topology", metavar="FILE", type=Path, default=DEFAULT_TOPOLOGY, help="another network (JSON)")
    execute = command("exec", _exec, "run a command in a host: client server peer master slave")
    execute.add_argument("host", metavar="HOST")
    execute.add_argument("words", metavar="CMD", nargs=argparse.REMAINDER)
    cli = command("cli", _cli, "run one CLI command on a node and print its output")
    cli.add_argument("node", metavar="NODE")
    cli.add_argument("line", metavar="'COMMAND'")
    for name, words in {"crash": "kill every process of a node at once", "hang": "stop every process of a node (SIGSTOP)",
                        "resume": "let a node that hangs go on (SIGCONT)", "start": "start a node's daemons again",
                        "stop": "shut a node down cleanly"}.items():
        command(name, _node_action, words).add_argument("node", metavar="NODE")
    for name, words in {"cut": "take one link of a node down, at the switch", "mend": "take it up again"}.items():
        link = command(name, _link_action, words)
        link.add_argument("node", metavar="NODE")
        link.add_argument("interface", metavar="IF")
    command("status", _status, "one line a node: role, active or not, peer, sync per cent")
    command("down", _down, "remove everything: processes, namespaces, mounts, huge pages")
    return parser


def _up(lab: Lab, arguments: argparse.Namespace) -> int:
    lab.up(single=arguments.single, topology_file=arguments.topology)
    return _status(lab, arguments)


def _exec(lab: Lab, arguments: argparse.Namespace) -> int:
    if not arguments.words:
        raise LabError("exec: which command? - for example: ./lab exec client ping 198.51.100.10")
    words, environment = lab.enter(arguments.host)
    command = [*words, *arguments.words]
    os.execvpe(command[0], command, environment)


def _cli(lab: Lab, arguments: argparse.Namespace) -> int:
    done = lab.node(arguments.node).cli(arguments.line)
    sys.stdout.write(done.stdout)
    sys.stderr.write(done.stderr)
    return done.returncode


def _node_action(lab: Lab, arguments: argparse.Namespace) -> int:
    getattr(lab.node(arguments.node), arguments.command)()
    return 0


def _link_action(lab: Lab, arguments: argparse.Namespace) -> int:
    lab.set_link(arguments.node, arguments.interface, "up" if arguments.command == "mend" else "down")
    return 0


def print_status(lab: Lab) -> None:
    """One line a node."""
    for name, node in lab.nodes().items():
        text = status.describe(node.status()) if node.running() else "not running"
        print(f"{name:<8} {text}")


def _status(lab: Lab, _arguments: argparse.Namespace) -> int:
    print_status(lab)
    return 0


def _down(lab: Lab, _arguments: argparse.Namespace) -> int:
    if not lab.down():
        print(f"lab {lab.name} is not up")
    return 0
