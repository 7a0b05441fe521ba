# SPDX-License-Identifier: GPL-2.0-or-later
"""Several administrators, on one node and on both: what each typed is in force, kept as an edit, or refused by name."""

import re
import subprocess

import pytest
from lab.cluster import Cluster
from lab.node import LabNode
from lab.wait import await_condition

ROUNDS = 10


class Administrator:
    """A command line that stays open, one command after the other."""

    def __init__(self, node: LabNode):
        self.node = node
        self.process = subprocess.Popen([*node.enter(), str(node.binary("hadrian")), "--force"], stdin=subprocess.PIPE,
                                        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, bufsize=1,
                                        env=node.environment())

    def types(self, *lines: str) -> None:
        self.process.stdin.write("\n".join(lines) + "\n")
        self.process.stdin.flush()

    def leaves(self) -> str:
        return self.process.communicate(timeout=60)[0]

    def dies(self) -> None:
        self.process.kill()
        self.process.communicate()


def address(node: LabNode, name: str) -> str:
    """The committed or edited address of an object, "" where there is none."""
    found = re.search(r"Address:\s+(\S+)", node.cli(f"show IPAddress {name}").stdout)
    return found.group(1) if found else ""


def generation(node: LabNode) -> int:
    found = re.findall(r"Configuration (\d+) (?:of the peer was taken over|committed|is in force)", node.cli("cfglog -all").stdout)
    return int(found[-1])


def await_same(cluster: Cluster) -> None:
    master, slave = cluster.nodes["master"], cluster.nodes["slave"]
    await_condition(lambda: generation(master) == generation(slave), "the same configuration at both nodes", timeout=15)


def no_edits(node: LabNode) -> bool:
    return "No changes." in node.cli("show -changes").stdout


def finish_edits(node: LabNode) -> None:
    """What is left over is dropped, whatever a test before did."""
    node.cli("reject")


@pytest.fixture(autouse=True)
def no_edits_left(cluster: Cluster) -> None:
    for node in cluster.nodes.values():
        finish_edits(node)
    await_same(cluster)


@pytest.mark.feature("C02-041", "C22-018", "C02-046")
def test_commits_at_the_same_moment(cluster: Cluster) -> None:
    """One commit comes first on both nodes; the other is refused with exit code and reason, and its edits stay."""
    refused_once = False
    for number in range(ROUNDS):
        names = {name: f"race_{number}_{name}" for name in cluster.nodes}
        for name, node in cluster.nodes.items():
            done = node.commands(f"add IPAddress {names[name]} Address=192.0.2.{number + 1}\nactivate\n")
            assert done.returncode == 0, done.stdout + done.stderr
        commits = {name: subprocess.Popen([*node.enter(), str(node.binary("hadrian")), "commit"], text=True,
                                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, env=node.environment())
                   for name, node in cluster.nodes.items()}
        said = {name: process.communicate(timeout=30)[0] for name, process in commits.items()}
        winners = [name for name, process in commits.items() if process.returncode == 0]
        assert len(winners) == 1, said
        loser = cluster.other(winners[0])
        assert re.search(r"Commit refused: the (commit of console at|configuration of) the cluster peer came first|"
                         r"not activated yet: type 'activate' first", said[loser]), said[loser]
        refused_once |= "Commit refused" in said[loser]
        await_same(cluster)
        for node in cluster.nodes.values():
            assert address(node, names[winners[0]]), f"{names[winners[0]]} is lost"
        assert f"+  IPAddress {names[loser]}" in cluster.nodes[loser].cli("show -changes").stdout
        done = cluster.nodes[loser].commands("activate\ncommit\n")
        assert done.returncode == 0, done.stdout + done.stderr
        await_same(cluster)
        assert all(address(node, name) for node in cluster.nodes.values() for name in names.values())
    assert refused_once, "the commits never met"


@pytest.mark.feature("C02-046", "C22-018")
def test_edits_outlive_the_peers_commit(cluster: Cluster) -> None:
    """Edits go on from what the peer committed; what both changed is the peer's, and is named."""
    here, there = cluster.nodes["slave"], cluster.nodes["master"]
    assert there.commands("add IPAddress both Address=192.0.2.1\nadd IPAddress mine Address=192.0.2.1\n"
                          "activate\ncommit\n").returncode == 0
    await_condition(lambda: address(here, "mine") == "192.0.2.1", "the addresses at the other node", timeout=15)
    assert here.commands("set IPAddress both Address=192.0.2.2\nset IPAddress mine Address=192.0.2.2\n").returncode == 0
    assert there.commands("set IPAddress both Address=192.0.2.3\nactivate\ncommit\n").returncode == 0
    await_same(cluster)
    assert address(here, "both") == "192.0.2.3"
    assert address(here, "mine") == "192.0.2.2"
    changes = here.cli("show -changes").stdout
    assert "*  IPAddress mine" in changes and "IPAddress both" not in changes
    assert "Not kept, as it was changed at both nodes: IPAddress both (Address)" in here.cli("cfglog -all").stdout
    assert here.commands("activate\ncommit\n").returncode == 0
    await_same(cluster)
    assert address(there, "mine") == "192.0.2.2"


@pytest.mark.feature("C02-045")
def test_cfglog_tells_who_changed_what(cluster: Cluster) -> None:
    here, there = cluster.nodes["master"], cluster.nodes["slave"]
    assert here.commands("add IPAddress logged Address=192.0.2.9\nactivate\ncommit\n").returncode == 0
    await_same(cluster)
    for node, how in ((here, "committed"), (there, "of the peer was taken over")):
        text = node.cli("cfglog -all").stdout
        assert re.search(rf"Configuration \d+ {how} by console: \+IPAddress logged\.", text), text
    there.kill_daemon("hadrian-mgmtd")
    there.start_daemon("hadrian-mgmtd")
    there.await_cli()
    assert "by console: +IPAddress logged." in there.cli("cfglog -all").stdout
    cluster.await_well()


@pytest.mark.feature("C02-046")
def test_two_administrators_and_one_dies(cluster: Cluster) -> None:
    """Edits of one are visible to the other at once, and stay usable when the first is gone in mid-edit."""
    node = cluster.nodes["master"]
    first = Administrator(node)
    first.types("add IPAddress edited Address=192.0.2.20", "cc IPRuleSet main")
    await_condition(lambda: address(node, "edited") == "192.0.2.20", "the other's edit", timeout=10)
    assert node.cli("delete IPAddress edited").returncode == 0
    first.types("set IPAddress edited Address=192.0.2.21", "add IPAddress left_over Address=192.0.2.22")
    await_condition(lambda: address(node, "left_over") == "192.0.2.22", "the other's second edit", timeout=10)
    first.dies()
    assert "+  IPAddress left_over" in node.cli("show -changes").stdout
    second = Administrator(node)
    second.types("set IPAddress edited Address=192.0.2.21", "set IPAddress left_over Address=192.0.2.23")
    said = second.leaves()
    assert "Invalid operation: there is no IPAddress 'edited'" in said
    assert "Modified IPAddress left_over" in said
    assert node.cli("reject").returncode == 0
    assert no_edits(node)


@pytest.mark.feature("C02-041")
def test_activated_and_killed_returns_to_what_is_committed(cluster: Cluster) -> None:
    """mgmtd dies between activate and commit: what was committed is in force again."""
    node = cluster.nodes["master"]
    done = node.commands("add IPAddress half Address=192.0.2.30\nactivate\n")
    assert done.returncode == 0, done.stdout
    node.kill_daemon("hadrian-mgmtd")
    node.start_daemon("hadrian-mgmtd")
    node.await_cli()
    assert not address(node, "half")
    assert no_edits(node)
    cluster.await_well()


@pytest.mark.feature("C02-041")
def test_a_node_that_dies_before_the_commit_returns_to_what_is_committed(cluster: Cluster) -> None:
    """The whole active node dies between activate and commit: it comes back with what was committed, as the peer has it."""
    name = cluster.active()
    node, peer = cluster.nodes[name], cluster.nodes[cluster.other(name)]
    before = generation(peer)
    done = node.commands("add IPAddress half Address=192.0.2.30\nactivate\n")
    assert done.returncode == 0, done.stdout
    node.crash()
    node.start()
    cluster.await_well()
    for one in (node, peer):
        assert not address(one, "half")
        assert no_edits(one)
    assert generation(peer) == before


@pytest.mark.feature("C02-041", "C11-009", "C11-010")
def test_who_activated_is_gone_before_the_end(cluster: Cluster) -> None:
    """The line breaks while the activation is under way: it comes into force, and goes after BiDirTimeout as nobody commits it."""
    node = cluster.nodes[cluster.standby()]
    node.commit("set Settings RemoteMgmtSettings BiDirTimeout=10")
    await_same(cluster)
    began = node.cli("cfglog -all").stdout.count("Activating new configuration.")
    node.hang_program("hadrian-datapath")
    administrator = Administrator(node)
    administrator.types("add IPAddress half Address=192.0.2.31", "activate")
    await_condition(lambda: node.cli("cfglog -all").stdout.count("Activating new configuration.") > began, "the activation", timeout=10)
    administrator.dies()
    node.resume()
    assert address(node, "half")
    await_condition(lambda: not address(node, "half"), "the return of the former configuration", timeout=30, interval=0.25)
    assert "No commit within 10 seconds" in node.cli("cfglog").stdout
    node.commit("set Settings RemoteMgmtSettings BiDirTimeout=<empty>")
    cluster.await_well()


@pytest.mark.feature("C02-041", "C22-018")
@pytest.mark.parametrize("dead", ["hadrian-mgmtd", "hadrian-clusterd"])
def test_commit_without_the_peers_daemon(cluster: Cluster, dead: str) -> None:
    """A daemon of the peer is down: the commit does not wait for it, and reaches the peer when it is back."""
    here, there = cluster.nodes["master"], cluster.nodes["slave"]
    name = f"without_{dead.removeprefix('hadrian-')}"
    there.kill_daemon(dead)
    done = here.commands(f"add IPAddress {name} Address=192.0.2.40\nactivate\ncommit\n")
    assert done.returncode == 0, done.stdout
    there.start_daemon(dead)
    there.await_cli()
    await_condition(lambda: address(there, name) == "192.0.2.40", "the configuration at the peer", timeout=30)
    cluster.await_well()


@pytest.mark.feature("C02-039")
def test_passwords_are_hashed_beside_other_work(cluster: Cluster) -> None:
    """Typed, from a pipe and in a script: the command waits for its hash, and nobody else does."""
    node = cluster.nodes["master"]
    users = [f"hashed_{number}" for number in range(8)]
    first = Administrator(node)
    first.types("cc LocalUserDatabase AdminUsers", *(f"add User {user} Password=pass-{user}" for user in users))
    assert node.cli("show Address").returncode == 0
    said = first.leaves()
    assert all(f"Added User {user}." in said for user in users), said
    node.run(["sh", "-c", "mkdir -p /run/hadrian/scripts; printf 'cc LocalUserDatabase AdminUsers\\n"
              "set User hashed_0 Password=$1\\nset User hashed_none Password=x\\nset User hashed_2 Password=again\\n'"
              " > /run/hadrian/scripts/passwords.sgs"])
    done = node.cli("script -run passwords.sgs new-password -force")
    assert done.returncode != 0 and "passwords.sgs:3" in done.stdout + done.stderr, done.stdout
    done = node.commands("activate\ncommit\n")
    assert done.returncode == 0, done.stdout
    text = node.run(["cat", "/var/lib/hadrian/config.json"]).stdout
    for user, password in {"hashed_0": "new-password", "hashed_1": "pass-hashed_1", "hashed_2": "again"}.items():
        found = re.search(rf'"Name": "{user}",\s*"Password": "([^"]+)"', text)
        assert found, f"{user} is not in the file"
        hashed = subprocess.run(["perl", "-e", "print crypt($ARGV[0], $ARGV[1])", password, found.group(1)],
                                capture_output=True, text=True, check=True).stdout
        assert hashed == found.group(1), f"{user} has another password"
        assert password not in text
    await_same(cluster)


LISTENER = """
import socket
taken = socket.create_server(("0.0.0.0", 2299))
print("listens", flush=True)
taken.accept()
"""


@pytest.mark.feature("C02-040")
def test_nothing_is_activated_where_a_part_cannot_be(cluster: Cluster) -> None:
    """The port of a management access is taken by another program: the datapath does not get the rest either."""
    node = cluster.nodes["master"]
    lines = ("add RemoteMgmtSSH taken SourceInterface=if1 SourceNetwork=all-nets-ip4 Port=2299\n"
             "cc RoutingTable main\nadd Route Interface=if1 Network=192.88.99.0/24 Gateway=10.6.12.99\ncc\nactivate\n")
    with subprocess.Popen([*node.enter(), "/usr/bin/python3", "-c", LISTENER], stdout=subprocess.PIPE, text=True) as other:
        assert other.stdout.readline() == "listens\n"
        done = node.commands(lines)
        other.kill()
    assert done.returncode != 0
    assert re.search(r"Activation failed: another program of this system listens at \S+, TCP port 2299", done.stdout + done.stderr)
    assert "192.88.99.0/24" not in node.cli("routes").stdout
    assert "+  RemoteMgmtSSH taken" in node.cli("show -changes").stdout
    done = node.cli("activate")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "192.88.99.0/24" in node.cli("routes").stdout
    assert node.cli("reject").returncode == 0
    await_condition(lambda: "192.88.99.0/24" not in node.cli("routes").stdout, "the committed routes", timeout=10)
    cluster.await_well()


@pytest.mark.feature("C02-039")
@pytest.mark.parametrize("typed", ["set User admin Pasword=geheim", "set User admin Password= geheim", "set User admin Passwort geheim",
                                   "set User admin paswd=geheim", "ste User admin Password=geheim"])
def test_mistyped_secrets_are_not_shown(cluster: Cluster, typed: str) -> None:
    node = cluster.nodes["master"]
    done = node.commands(f"cc LocalUserDatabase AdminUsers\n{typed}\n")
    assert done.returncode != 0
    assert "geheim" not in done.stdout + done.stderr
    assert "geheim" not in node.cli("cfglog -all").stdout
    assert "geheim" not in node.last_words("hadrian-mgmtd")
