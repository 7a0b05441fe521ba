# SPDX-License-Identifier: GPL-2.0-or-later
"""Backups of the configuration: made, fetched and brought by SCP, restored and reverted in a cluster."""

from pathlib import Path

import pytest
from lab.cluster import Cluster
from lab.node import LabNode
from lab.ssh import transferred
from lab.wait import await_condition


def fails(node: LabNode, command: str, text: str) -> None:
    done = node.cli(command)
    assert done.returncode == 1 and text in done.stdout, done


def has(node: LabNode, name: str) -> bool:
    return node.cli(f"show Address IPAddress {name}").returncode == 0


def in_force(cluster: Cluster, name: str, *, there: bool) -> None:
    """At both nodes: the configuration travels with its commit."""
    for node in cluster.nodes.values():
        await_condition(lambda node=node: has(node, name) is there, f"{name} {'at' if there else 'gone from'} {node.name}", 15)


@pytest.mark.feature("C02-101", "C02-103", "C02-104")
def test_restore_and_revert_reach_both_nodes(cluster: Cluster, tmp_path: Path) -> None:
    node = cluster.nodes[cluster.active()]
    done = node.cli("backup -create before.bkp")
    assert done.returncode == 0 and "Created /before.bkp" in done.stdout
    transferred(cluster.lab, "fw:before.bkp", tmp_path)
    header = (tmp_path / "before.bkp").read_text().splitlines()[:8]
    assert header[0] == "hadrian-backup 1" and "interfaces if1,if2,if3" in header and "secrets sealed" in header
    node.commit("backup -delete before.bkp\nadd Address IPAddress later Address=192.0.2.99")
    in_force(cluster, "later", there=True)

    transferred(cluster.lab, tmp_path / "before.bkp", "fw:again.bkp")
    assert "again.bkp" in node.cli("backup -list").stdout
    done = node.succeed("backup -restore again.bkp\nshow -changes\n")
    assert "-  IPAddress later" in done
    assert has(cluster.nodes[cluster.standby()], "later")  # nothing is in force before it is activated
    node.commit()
    in_force(cluster, "later", there=False)
    cluster.await_well()

    # What a restore replaced stays known over a restart of the node.
    node.crash()
    cluster.mend()
    node.commit("backup -revert")
    in_force(cluster, "later", there=True)
    cluster.await_well()
    cluster.nodes[cluster.active()].commit("delete Address IPAddress later")
    in_force(cluster, "later", there=False)


@pytest.mark.feature("C02-103")
def test_a_file_that_is_no_backup_changes_nothing(cluster: Cluster, tmp_path: Path) -> None:
    node = cluster.nodes[cluster.active()]
    node.cli("backup -create whole.bkp")
    transferred(cluster.lab, "fw:whole.bkp", tmp_path)
    whole = (tmp_path / "whole.bkp").read_text()
    (tmp_path / "edited.bkp").write_text(whole.replace("10.1.0.0/24", "10.1.0.0/25"))
    (tmp_path / "cut.bkp").write_text(whole[:-100])
    (tmp_path / "text.bkp").write_text("hello\n")
    transferred(cluster.lab, *(tmp_path / name for name in ("edited.bkp", "cut.bkp", "text.bkp")), "fw:")
    fails(node, "backup -restore edited.bkp", "its checksum is wrong")
    fails(node, "backup -restore cut.bkp", "it was cut short")
    fails(node, "backup -restore text.bkp", "it is no backup of a configuration")
    fails(node, "backup -restore missing.bkp", "there is no such file")
    assert "No changes." in node.cli("show -changes").stdout


@pytest.mark.feature("C02-105")
def test_a_backup_of_the_peer_leaves_the_roles_alone(cluster: Cluster, tmp_path: Path) -> None:
    here = cluster.nodes[cluster.active()]
    there = cluster.nodes[cluster.standby()]
    there.cli("backup -create peer.bkp")
    private = {"master": "10.1.0.2", "slave": "10.1.0.3"}[cluster.standby()]
    transferred(cluster.lab, "fw:peer.bkp", tmp_path, address=private)
    transferred(cluster.lab, tmp_path / "peer.bkp", "fw:")
    role = here.cli("show HighAvailability").stdout
    done = here.succeed("backup -restore peer.bkp\n")
    assert "It is of the other node of the cluster" in done
    assert here.cli("show HighAvailability").stdout == role
    here.succeed("activate\n")
    here.cli("commit")
    cluster.await_well()


@pytest.mark.feature("MA-031", "MA-032")
def test_profiles_stay_over_a_restart(cluster: Cluster) -> None:
    node = cluster.nodes[cluster.active()]
    node.commit("profile -save before\nadd Address IPAddress later Address=192.0.2.99")
    node.crash()
    cluster.mend()
    assert "-  IPAddress later\n" in node.cli("profile -compare before").stdout
    node.succeed("profile -restore before\nactivate\ncommit\nprofile -delete before\n")
    in_force(cluster, "later", there=False)
