# SPDX-License-Identifier: GPL-2.0-or-later
"""Configuration profiles that are brought from elsewhere: what is wrong with them is told, and changes nothing."""

import hashlib
from pathlib import Path

import pytest
from lab.cluster import Cluster
from lab.laboratory import Lab
from lab.node import LabNode
from lab.wait import await_condition

SHARED = "10.1.0.1"
OPTIONS = ["-O", "-o", "StrictHostKeyChecking=no", "-o", "UserKnownHostsFile=/dev/null", "-o", "LogLevel=ERROR",
           "-o", "ConnectTimeout=5", "-o", "PubkeyAuthentication=no"]


def scp(cluster: Cluster, *words: str | Path) -> None:
    there = [str(word).replace("fw:", f"admin@{SHARED}:", 1) for word in words]
    done = cluster.lab.run("client", ["sshpass", "-p", "admin", "scp", *OPTIONS, *there])
    assert done.returncode == 0, done


@pytest.fixture(scope="module", autouse=True)
def reached(lab: Lab) -> None:
    """Host keys are made at the first start, and SSH listens after that."""
    login = ["sshpass", "-p", "admin", "ssh", *OPTIONS[1:], f"admin@{SHARED}", "show System"]
    lab.await_ready(60)
    await_condition(lambda: lab.run("client", login).returncode == 0, "a login over SSH", 30)


def succeeds(node: LabNode, text: str) -> str:
    done = node.commands(text)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def refused(node: LabNode, command: str) -> list[str]:
    done = node.cli(command)
    assert done.returncode == 1, done
    return done.stdout.splitlines()


def rewritten(backup: str, *changes: tuple[str, str]) -> str:
    """A backup whose configuration was changed by somebody who knows how to make its checksum."""
    head, body = backup.split("\n\n", 1)
    for old, new in changes:
        assert old in body
        body = body.replace(old, new)
    lines = [f"length {len(body)}" if line.startswith("length ") else line
             for line in head.splitlines() if not line.startswith("sha256 ")]
    signed = "\n".join(lines) + "\n"
    return signed + f"sha256 {hashlib.sha256((signed + body).encode()).hexdigest()}\n\n" + body


@pytest.mark.feature("MA-033")
def test_an_inconsistent_profile_is_refused_with_every_error(cluster: Cluster, tmp_path: Path) -> None:
    node = cluster.nodes[cluster.active()]
    succeeds(node, "add Address IPAddress gone Address=203.0.113.77\nadd Address IPAddress group Address=gone\nactivate\ncommit\n"
                   "profile -save whole\nprofile -export whole whole.bkp\n")
    scp(cluster, "fw:whole.bkp", tmp_path)
    whole = (tmp_path / "whole.bkp").read_text()
    (tmp_path / "values.bkp").write_text(rewritten(whole, ('"203.0.113.77"', '"203.0.113.77", ""')))
    (tmp_path / "references.bkp").write_text(rewritten(whole, ('"Name": "gone"', '"Name": "other"'),
                                                       ('"203.0.113.77"', '"nobody"')))
    scp(cluster, tmp_path / "values.bkp", tmp_path / "references.bkp", "fw:")
    lines = refused(node, "profile -import values values.bkp")
    assert any(line.startswith('Error for IPAddress gone Address="": it must be') for line in lines), lines
    lines = refused(node, "profile -import references references.bkp")
    assert [line for line in lines if line.startswith("Error for ")] == [
        "Error for IPAddress other Address=\"nobody\": refers to 'nobody', but there is no IPAddress of that name.",
        "Error for IPAddress group Address=\"gone\": refers to 'gone', but there is no IPAddress of that name."], lines
    assert "it was not imported" in lines[-1]
    assert "references" not in node.cli("profile").stdout
    assert "No changes." in node.cli("show -changes").stdout

    # A profile that broke after it was saved, such as one of a release that knew more.
    (node.state / "profiles" / "whole").write_text((tmp_path / "references.bkp").read_text())
    lines = refused(node, "profile -restore whole")
    assert len([line for line in lines if line.startswith("Error for IPAddress ")]) == 2, lines
    assert "No changes." in node.cli("show -changes").stdout
    succeeds(node, "profile -delete whole\ndelete Address IPAddress group\ndelete Address IPAddress gone\nactivate\ncommit\n")
