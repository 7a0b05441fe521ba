# SPDX-License-Identifier: GPL-2.0-or-later
"""Configuration profiles that are brought from elsewhere: what is wrong with them is told, and changes nothing."""

import hashlib
import re
import subprocess
from pathlib import Path

import pytest
from lab.cluster import Cluster
from lab.laboratory import Lab
from lab.node import LabNode
from lab.places import REPOSITORY
from lab.ssh import ssh, transferred
from lab.wait import await_condition


@pytest.fixture(scope="module", autouse=True)
def reached(lab: Lab) -> None:
    """Host keys are made at the first start, and SSH listens after that."""
    lab.await_ready(60)
    await_condition(lambda: ssh(lab, "show System").returncode == 0, "a login over SSH", 30)


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
    node.succeed("add Address IPAddress gone Address=203.0.113.77\nadd Address IPAddress group Address=gone\nactivate\ncommit\n"
                 "profile -save whole\nprofile -export whole whole.bkp\n")
    transferred(cluster.lab, "fw:whole.bkp", tmp_path)
    whole = (tmp_path / "whole.bkp").read_text()
    (tmp_path / "values.bkp").write_text(rewritten(whole, ('"203.0.113.77"', '"203.0.113.77", ""')))
    (tmp_path / "references.bkp").write_text(rewritten(whole, ('"Name": "gone"', '"Name": "other"'),
                                                       ('"203.0.113.77"', '"nobody"')))
    transferred(cluster.lab, tmp_path / "values.bkp", tmp_path / "references.bkp", "fw:")
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
    node.commit("profile -delete whole\ndelete Address IPAddress group\ndelete Address IPAddress gone")


def make_certificate(folder: Path, name: str, *options: str) -> None:
    subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", f"/CN={name}", "-days", "2",
                    *options, "-keyout", f"{name}.pem", "-out", f"{name}.crt"], cwd=folder, check=True, capture_output=True)


def documented(name: str) -> str:
    """The lines of docs/files.md between a comment of that name and the next."""
    text = (REPOSITORY / "docs/files.md").read_text(encoding="utf-8")
    return text.split(f"<!-- {name} -->\n", 1)[1].split("<!--", 1)[0]


def sign(folder: Path, profile: str, signer: str) -> None:
    """With the commands of the documentation."""
    for file in ("sign.crt", "sign.pem"):
        (folder / file).write_bytes((folder / file.replace("sign", signer)).read_bytes())
    (folder / "my_profile.bkp").write_bytes((folder / profile).read_bytes())
    subprocess.run(["sh", "-ec", documented("signing")], cwd=folder, check=True, capture_output=True)


@pytest.mark.feature("MA-036", "MA-037")
def test_only_what_a_trusted_signer_signed_is_taken(cluster: Cluster, tmp_path: Path) -> None:
    node = cluster.nodes[cluster.active()]
    make_certificate(tmp_path, "factory")
    make_certificate(tmp_path, "foreign")
    transferred(cluster.lab, tmp_path / "factory.crt", "fw:")
    done = node.commands("set ConfigurationProfileSettings SignedOnly=Yes\nactivate\n")
    assert done.returncode != 0 and "SignedOnly=Yes needs a ProfileSigner" in done.stdout, done
    node.succeed("add ProfileSigner factory Certificate=file://factory.crt\nactivate\ncommit\nbackup -create plain.bkp\n")
    transferred(cluster.lab, "fw:plain.bkp", tmp_path)

    lines = refused(node, "profile -import mine plain.bkp")
    assert "it has no signature" in lines[-1], lines
    assert "it has no signature" in refused(node, "backup -restore plain.bkp")[-1]

    sign(tmp_path, "plain.bkp", "foreign")
    transferred(cluster.lab, tmp_path / "my_profile.bkp", "fw:foreign.bkp")
    lines = refused(node, "profile -import mine foreign.bkp")
    assert "it is signed by CN=foreign, whom no ProfileSigner lets sign here" in lines[-1], lines

    sign(tmp_path, "plain.bkp", "factory")
    signed = (tmp_path / "my_profile.bkp").read_text()
    (tmp_path / "changed.bkp").write_text(rewritten(signed, ("10.1.0.0/24", "10.1.0.0/25")))
    (tmp_path / "damaged.bkp").write_text(signed.replace("#sig MII", "#sig XXX", 1))
    (tmp_path / "twice.bkp").write_text(signed + signed[signed.index("#sig "):])
    (tmp_path / "windows.bkp").write_text(signed.replace("\n", "\r\n"))
    transferred(cluster.lab, *(tmp_path / f"{name}.bkp" for name in ("changed", "damaged", "twice", "windows", "my_profile")), "fw:")
    assert "changed since" in refused(node, "profile -import mine changed.bkp")[-1]
    assert "signature is damaged" in refused(node, "profile -import mine damaged.bkp")[-1]
    assert "signature is damaged" in refused(node, "profile -import mine twice.bkp")[-1]
    assert "end with CR LF" in refused(node, "profile -import mine windows.bkp")[-1]
    assert "mine" not in node.cli("profile").stdout
    assert "Signed by CN=factory." in node.succeed("profile -import mine my_profile.bkp\n")

    # The other node has the same certificates, and takes no less.
    there = cluster.nodes[cluster.standby()]
    assert "factory" in there.cli("show ProfileSigner").stdout
    there.succeed("backup -create here.bkp\n")
    assert "it has no signature" in refused(there, "profile -import mine here.bkp")[-1]
    node.succeed("profile -delete mine\nset ConfigurationProfileSettings SignedOnly=No\ndelete ProfileSigner factory\n"
                 "activate\ncommit\n")
    assert "Its signature was not looked at" in node.succeed("profile -import mine my_profile.bkp\nprofile -delete mine\n")


@pytest.mark.feature("MA-036")
def test_an_authority_stands_for_those_whom_it_certified(cluster: Cluster, tmp_path: Path) -> None:
    node = cluster.nodes[cluster.active()]
    make_certificate(tmp_path, "authority")
    make_certificate(tmp_path, "machine", "-CA", "authority.crt", "-CAkey", "authority.pem",
                     "-addext", "basicConstraints=critical,CA:FALSE")
    transferred(cluster.lab, tmp_path / "authority.crt", "fw:")
    node.succeed("add ProfileSigner authority Certificate=file://authority.crt\n"
                 "set ConfigurationProfileSettings SignedOnly=Yes\nactivate\ncommit\nbackup -create plain.bkp\n")
    transferred(cluster.lab, "fw:plain.bkp", tmp_path)
    sign(tmp_path, "plain.bkp", "machine")
    transferred(cluster.lab, tmp_path / "my_profile.bkp", "fw:")
    assert "Signed by CN=machine." in node.succeed("backup -restore my_profile.bkp\n")
    node.commit("set ConfigurationProfileSettings SignedOnly=No\ndelete ProfileSigner authority")


@pytest.mark.feature("MA-063")
def test_what_is_done_with_profiles_is_logged(cluster: Cluster) -> None:
    node = cluster.nodes[cluster.active()]
    commands = ["profile -save logged", "profile -export logged logged.bkp", "profile -import other logged.bkp", "profile -restore other"]
    for command in commands:
        done = ssh(cluster.lab, command)
        assert done.returncode == 0, done
    log = node.cli("cfglog -all").stdout
    for action, name in (("save", "logged"), ("download", "logged"), ("upload", "other"), ("restore", "other")):
        line = re.compile(f"action: admin:Administrators performed the action 'profile/{action}' via SSH from [0-9.]+: {name}$", re.M)
        assert line.search(log), (action, log)
    node.succeed("reject\nprofile -delete logged\nprofile -delete other\n")
    assert "action: console:Administrators performed the action 'profile/delete' via the console: other" in node.cli("cfglog -all").stdout


CARD = "/run/media/card"


def shown(node: LabNode, command: str, text: str) -> None:
    done = node.cli(command)
    assert done.returncode == 0 and text in done.stdout, done


@pytest.mark.feature("MA-064")
def test_external_storage(cluster: Cluster, tmp_path: Path) -> None:
    node, there = cluster.nodes[cluster.active()], cluster.nodes[cluster.standby()]
    assert "no external storage is set" in refused(node, "ecs")[-1]
    assert "below /media" in refused(node, "set ExternalStorageSettings Directory=/etc/card")[-1]
    assert "below /media" in refused(node, "set ExternalStorageSettings Directory=/run/media/../../etc")[-1]
    node.commit(f"set ExternalStorageSettings Directory={CARD}")
    shown(node, "ecs", "State: Not present\n")
    assert "Not present" in refused(node, "ecs -save")[-1]
    for one in (node, there):
        assert one.run(["mkdir", "-p", CARD]).returncode == 0
    shown(node, "ecs", "State: Present, without a configuration\n")
    shown(node, "ecs -save", "Saved the configuration")
    shown(node, "ecs", "State: In sync\n")

    # With each commit, also of the peer: each node has a medium.
    node.succeed("set ExternalStorageSettings AutoSave=Yes Encrypt=Yes\nadd Address IPAddress kept Address=203.0.113.9\n"
                 "activate\ncommit\n")
    for one in (node, there):
        await_condition(lambda one=one: "State: In sync (encrypted)\n" in one.cli("ecs").stdout, f"the copy of {one.name}", 15)
    assert node.run(["grep", "-c", "203.0.113.9", f"{CARD}/hadrian-configuration"]).stdout == "0\n"
    node.commit("set ExternalStorageSettings AutoSave=No\ndelete Address IPAddress kept")
    shown(node, "ecs", "State: Differs from the configuration in force (encrypted)\n")
    shown(node, "ecs -load", "'show -changes' lists")
    node.succeed("activate\ncommit\nshow Address IPAddress kept\n")
    log = node.cli("cfglog -all").stdout
    lines = ["Writing the configuration to the external config storage.", "ECS-save: saved configuration",
             "Finished writing the configuration to the external config storage.",
             f"performed the action 'ecs/save' via the console: {CARD}",
             "The configuration from the external config storage differs from the device.",
             "ECS-load: Configuration restored from external config storage.",
             f"performed the action 'ecs/load' via the console: {CARD}"]
    assert [line for line in lines if line not in log] == []

    # What is not ours, or not whole, changes nothing; a link leads nowhere.
    assert node.run(["sh", "-c", f"dd if=/dev/urandom of={CARD}/hadrian-configuration bs=1 seek=700 count=8 conv=notrunc"]).returncode == 0
    assert "damaged, or was encrypted by another system" in refused(node, "ecs -load")[-1]
    assert node.run(["sh", "-c", f"echo hello > {CARD}/hadrian-configuration"]).returncode == 0
    assert "it is no backup of a configuration" in refused(node, "ecs -load")[-1]
    shown(node, "ecs", "State: Not usable: it is no backup")
    assert node.run(["sh", "-c", f"rm -r {CARD}; mkdir /run/media/other; ln -s other {CARD}"]).returncode == 0
    shown(node, "ecs", "State: Not present\n")
    node.succeed("set ExternalStorageSettings Directory=<empty> AutoSave=No Encrypt=No\ndelete Address IPAddress kept\n"
                 "activate\ncommit\n")
