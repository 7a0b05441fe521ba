# SPDX-License-Identifier: GPL-2.0-or-later
"""The command line, and configurations that travel from node to node, are wrong, or are damaged on the disk."""

import re

import pytest
from lab.background import Background
from lab.cluster import Cluster
from lab.node import LabNode
from lab.traffic import SERVER
from lab.wait import await_condition

RULES = "cc RuleSet IPRuleSet main"


def run_lines(node: LabNode, *lines: str) -> tuple[int, str]:
    """Several commands in one session; exit code and everything printed."""
    done = node.commands("\n".join(lines) + "\n")
    return done.returncode, done.stdout + done.stderr


def shown(node: LabNode, command: str) -> str:
    done = node.cli(command)
    assert done.returncode == 0, f"{command}: {done.stdout}{done.stderr}"
    return done.stdout


@pytest.mark.feature("C22-047", "C22-001")
def test_ha_in_a_cluster(cluster: Cluster) -> None:
    active = cluster.active()
    for name, role in {"master": "MASTER", "slave": "SLAVE"}.items():
        lines = shown(cluster.nodes[name], "ha").strip().splitlines()
        state = "Active" if name == active else "Inactive"
        assert lines[0] == f"This device is a HA {role}"
        assert re.fullmatch(rf"This device is currently {state} \(for (\d+[dhms] ?)+\)", lines[1]), lines[1]
        assert lines[2] == "HA cluster peer is ALIVE"
        assert re.fullmatch(r"HA object sync:? 100%", lines[3]), lines[3]


@pytest.mark.feature("C22-018", "C22-011", "C02-040", "C02-041")
@pytest.mark.parametrize("editor", ["master", "slave"])
def test_configuration_reaches_the_peer(cluster: Cluster, editor: str) -> None:
    name = f"from_{editor}"
    peer = cluster.nodes[cluster.other(editor)]
    code, said = run_lines(cluster.nodes[editor], f"add Address IPAddress {name} Address=192.0.2.77", "activate", "commit")
    assert code == 0, said
    await_condition(lambda: "192.0.2.77" in peer.cli(f"show Address IPAddress {name}").stdout,
                    "the new address at the peer", timeout=15)
    cluster.await_well()
    assert run_lines(peer, f"delete Address IPAddress {name}", "activate", "commit")[0] == 0
    await_condition(lambda: cluster.nodes[editor].cli(f"show Address IPAddress {name}").returncode != 0,
                    "the deletion at the first node", timeout=15)


@pytest.mark.feature("C22-018", "C22-044")
def test_role_stays_each_nodes_own(cluster: Cluster) -> None:
    for name, role in {"master": "Master", "slave": "Slave"}.items():
        assert re.search(rf"Role:?\s+{role}", shown(cluster.nodes[name], "show HighAvailability"))


@pytest.mark.feature("C07-004", "C07-020")
def test_changed_rule_cuts_running_flows_and_lets_them_pass_again(cluster: Cluster) -> None:
    node = cluster.nodes[cluster.active()]
    with Background(cluster.lab, "client", ["ping", "-n", "-i", "0.2", "-O", SERVER]) as ping:
        ping.await_line("bytes from")
        code, said = run_lines(node, RULES, "add IPRule Name=no_ping Index=1 Action=Deny SourceInterface=if1 "
                               "SourceNetwork=all-nets-ip4 DestinationInterface=any DestinationNetwork=all-nets-ip4 "
                               "Service=all_services", "cc", "activate", "commit")
        assert code == 0, said
        ping.await_line("no answer yet")
        code, said = run_lines(node, RULES, "delete IPRule no_ping", "cc", "activate", "commit")
        assert code == 0, said
        ping.await_line("bytes from")
    cluster.await_well()


@pytest.mark.feature("C02-041")
def test_activated_but_not_committed_is_undone(cluster: Cluster) -> None:
    """Without a commit the former configuration returns by itself, after 30 seconds."""
    node = cluster.nodes[cluster.active()]
    assert run_lines(node, "add Address IPAddress uncommitted Address=192.0.2.88", "activate")[0] == 0
    assert node.cli("show Address IPAddress uncommitted").returncode == 0
    await_condition(lambda: node.cli("show Address IPAddress uncommitted").returncode != 0,
                    "the return of the former configuration", timeout=45, interval=0.25)


@pytest.mark.parametrize("line, named", [
    ("add Address IPAddress wrong Address=10.1.0.256", ["Address", "10.1.0.256"]),
    ("add Address IPAddress wrong Address=10.1.0.9-10.1.0.3", ["Address", "10.1.0.9-10.1.0.3"]),
    ("add Address IPAddress wrong Addres=10.1.0.1", ["Addres"]),
    ("add Adress IPAddress wrong Address=10.1.0.1", ["Adress"]),
    ("set HighAvailability ClusterID=64", ["ClusterID", "64"]),
    ("set HighAvailability Role=Boss", ["Role", "Boss"]),
    ("set Interface EthernetInterface if9 HAType=Sync", ["if9"]),
    ("frobnicate", ["frobnicate"]),
])
def test_bad_input_is_refused_by_name_and_changes_nothing(cluster: Cluster, line: str, named: list[str]) -> None:
    node = cluster.nodes[cluster.active()]
    done = node.cli(line)
    said = done.stdout + done.stderr
    assert done.returncode != 0 and len(said.strip().splitlines()) == 1, said
    assert all(word in said for word in named), said
    assert node.cli("show Address IPAddress wrong").returncode != 0


@pytest.mark.feature("C02-043")
def test_dangling_reference_cannot_be_activated(cluster: Cluster) -> None:
    node = cluster.nodes[cluster.active()]
    code, said = run_lines(node, RULES, "add IPRule Name=dangling Action=Allow SourceInterface=if1 "
                           "SourceNetwork=no_such_net DestinationInterface=if2 DestinationNetwork=all-nets-ip4 "
                           "Service=all_services", "cc", "activate")
    assert code != 0 and "no_such_net" in said, said
    assert run_lines(node, RULES, "delete IPRule dangling", "cc")[0] == 0
    assert shown(node, "show -errors").strip() == "" or "no_such_net" not in shown(node, "show -errors")


def test_damaged_configuration_file_falls_back_to_the_last_good_one(cluster: Cluster) -> None:
    """Whatever a power cut or a bad disk made of it: the node comes up, with the configuration before or the peer's."""
    name = cluster.standby()
    node = cluster.nodes[name]
    node.stop()
    file = node.state / "config.json"
    file.write_bytes(file.read_bytes()[: file.stat().st_size // 2] + b"\0\0\0")
    node.start()
    cluster.await_well()
    assert "10.1.0.1" in shown(node, "show Address IPAddress if1_ip")


def test_each_daemon_may_die_and_be_restarted(cluster: Cluster) -> None:
    """mgmtd dies and comes back: no traffic is lost and the CLI answers again."""
    name = cluster.active()
    node = cluster.nodes[name]
    with Background(cluster.lab, "client", ["ping", "-n", "-i", "0.2", "-O", SERVER]) as ping:
        ping.await_line("bytes from")
        node.kill_daemon("hadrian-mgmtd")
        node.start_daemon("hadrian-mgmtd")
        node.await_cli()
        cluster.await_well()
    assert not [line for line in ping.lines if "no answer yet" in line]
    assert cluster.active() == name
