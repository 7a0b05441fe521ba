# SPDX-License-Identifier: GPL-2.0-or-later
"""Nodes under hadrian-supervisor: releases that are installed, refused, given back, and daemons that come back."""

import io
import os
import re
import runpy
import shutil
import signal
import subprocess
import tarfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from conftest import assert_no_sanitizer_reports, keep_logs, new_lab
from lab.cluster import Cluster
from lab.laboratory import Lab
from lab.places import REPOSITORY
from lab.ssh import scp
from lab.supervised import SUPERVISOR, SupervisedNode
from lab.traffic import UdpProbe
from lab.wait import await_condition

TRUST = "upgrade-trust"
RESTART_TIMEOUT = 90
PROBE_RATE = 1000


@dataclass(frozen=True)
class Signer:
    certificate: Path
    key: Path


def make_signer(folder: Path, name: str, usage: str = "codeSigning") -> Signer:
    made = Signer(folder / f"{name}.pem", folder / f"{name}.key")
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
                    "-subj", f"/CN={name}", "-days", "2", "-addext", f"extendedKeyUsage={usage}",
                    "-keyout", made.key, "-out", made.certificate], check=True, capture_output=True)
    return made


class Packages:
    """Makes packages of the build that the lab runs, and of trees made of it."""

    def __init__(self, folder: Path, node: SupervisedNode):
        self.folder = folder
        self.base = node.base()
        self.signer = make_signer(folder, "release")
        self.web = make_signer(folder, "web", "serverAuth")
        self.version = (self.base / "share/hadrian/version").read_text(encoding="utf-8").strip()

    def make(self, version: str, *options: str, tree: Path | None = None, signer: Signer | None = None) -> Path:
        by = signer or self.signer
        package = self.folder / f"hadrian-{version}.upg"
        done = subprocess.run([REPOSITORY / "tools" / "make-upgrade", "--tree", tree or self.base, "--version", version,
                               "--certificate", by.certificate, "--key", by.key, *options, package],
                              capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        return package

    def trust(self, node: SupervisedNode) -> None:
        """The node takes releases of both signers' certificates, if they were for that."""
        (node.state / TRUST).mkdir(mode=0o700, exist_ok=True)
        for signer in (self.signer, self.web):
            shutil.copy(signer.certificate, node.state / TRUST)

    def craft(self, version: str, entry: tarfile.TarInfo) -> Path:
        """A package with one entry that no build has, rightly signed."""
        archive = io.BytesIO()
        with tarfile.open(fileobj=archive, mode="w:gz") as tar:
            tar.addfile(entry)
        make = runpy.run_path(str(REPOSITORY / "tools" / "make-upgrade"))["package"]
        package = self.folder / f"crafted-{version}.upg"
        package.write_bytes(make(version, os.uname().machine, archive.getvalue(), self.signer.certificate, self.signer.key))
        return package

    def small_tree(self, name: str) -> Path:
        """What looks like a release, and holds nothing."""
        tree = self.folder / name
        for file in ("sbin/hadrian-mgmtd", "sbin/hadrian-clusterd", "sbin/hadrian-datapath", "sbin/hadrian-upgrade",
                     "bin/hadrian", "share/hadrian/version", "share/hadrian/noise"):
            (tree / file).parent.mkdir(parents=True, exist_ok=True)
            (tree / file).write_bytes(os.urandom(2000) if file.endswith("noise") else b"1")
        return tree

    def tree(self, name: str) -> Path:
        """A copy of the installed build, to be changed."""
        return Path(shutil.copytree(self.base, self.folder / name))


LAB = {"supervised": True}


@pytest.fixture(scope="module")
def packages(lab: Lab, tmp_path_factory: pytest.TempPathFactory) -> Packages:
    nodes = list(lab.nodes().values())
    made = Packages(tmp_path_factory.mktemp("packages"), nodes[0])
    for node in nodes:
        made.trust(node)
    return made


def restarted(node: SupervisedNode, before: int | None) -> None:
    """Waits until another mgmtd than the one before answers."""
    await_condition(lambda: node.daemon_pid("hadrian-mgmtd") not in (None, before) and node.cli("about").returncode == 0,
                    f"{node.name} starting again", RESTART_TIMEOUT, interval=0.1)


def upgrade(node: SupervisedNode, package: Path) -> subprocess.CompletedProcess:
    node.put_file(package, package.name)
    return node.cli(f"upgrade {package.name} -force", timeout=60)


def await_kept(node: SupervisedNode, version: str) -> None:
    current = node.state / "releases" / "current"
    await_condition(lambda: current.is_symlink() and os.readlink(current) == version
                    and not (current.parent / "trying").exists(), f"release {version} being kept", RESTART_TIMEOUT)


@pytest.mark.feature("C02-096", "C02-098", "C02-099", "C02-100", "C02-112")
def test_about_and_license(cluster: Cluster) -> None:
    node = cluster.nodes["master"]
    about = node.cli("about").stdout
    assert f"Hadrian {node.release()}\n" in about
    assert f"Architecture {os.uname().machine}\n" in about
    assert "Build " in about and "Uptime " in about
    shown = node.cli("license")
    assert shown.returncode == 0 and "IsValid:  Yes" in shown.stdout and "No license is needed" in shown.stdout
    assert "License GPL-2.0-or-later, without limits in time or function\n" in about
    for line in ("Demo:  <empty>", "UpgradesValidUntil:  <no limit>", "MACAddress:  <any>"):
        assert line in shown.stdout
    assert node.cli("show License").stdout == shown.stdout
    for command in ("license activate my_license.lic", "license remove"):
        done = node.cli(command)
        assert done.returncode == 0 and "No license is needed" in done.stdout


@pytest.mark.feature("C02-106", "C02-046")
def test_of_two_restores_at_once_one_comes_first(cluster: Cluster) -> None:
    """With -reboot a backup is committed too: both nodes judge it by the order of the cluster, and both have it in the end."""
    for name, node in cluster.nodes.items():
        done = node.commands(f"add IPAddress of_{name} Address=192.0.2.77\nactivate\ncommit\nbackup -create {name}.bkp\n"
                             f"delete IPAddress of_{name}\nactivate\ncommit\n")
        assert done.returncode == 0, done.stdout + done.stderr
        cluster.await_well()
    before = {name: node.daemon_pid("hadrian-mgmtd") for name, node in cluster.nodes.items()}
    running = {name: subprocess.Popen([*node.enter(), str(node.binary("hadrian")), f"backup -restore {name}.bkp -reboot"],
                                      text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, env=node.environment())
               for name, node in cluster.nodes.items()}
    said = {name: process.communicate(timeout=60)[0] for name, process in running.items()}
    winners = [name for name, process in running.items() if process.returncode == 0]
    assert winners and all("going down NOW" in said[name] for name in winners), said
    for name in set(cluster.nodes) - set(winners):
        assert re.search("at the cluster peer came first|the configuration of the cluster peer", said[name]), said
    for name in winners:
        restarted(cluster.nodes[name], before[name])
    cluster.await_well(RESTART_TIMEOUT)

    def in_force() -> str | None:
        """The one backup that both nodes have."""
        having = [[name for name in winners if node.cli(f"show IPAddress of_{name}").returncode == 0] for node in cluster.nodes.values()]
        return having[0][0] if having[0] == having[1] and len(having[0]) == 1 else None

    restored = await_condition(in_force, "one backup on both nodes", 30)
    for other in set(winners) - {restored}:
        # Not at once after all: the later one was judged when it had the earlier one's, and is what stays.
        log = cluster.nodes[restored].cli("cfglog -all").stdout
        earlier = log[:log.rindex(f"The backup /{restored}.bkp was restored")].splitlines()
        last = next(line for line in reversed(earlier) if f"IPAddress of_{other}" in line)
        assert "of the peer was taken over" in last and f"+IPAddress of_{other}" in last, log
    node = cluster.nodes[cluster.active()]
    assert node.commands(f"delete IPAddress of_{restored}\nactivate\ncommit\n").returncode == 0
    cluster.await_well()


@pytest.mark.parametrize("daemon", ["hadrian-datapath", "hadrian-clusterd", "hadrian-mgmtd"])
def test_a_daemon_that_crashes_comes_back(cluster: Cluster, daemon: str) -> None:
    node = cluster.nodes[cluster.standby()]
    before = node.daemon_pid(daemon)
    node.kill_daemon(daemon)
    await_condition(lambda: node.daemon_pid(daemon) not in (None, before), f"another {daemon}", 20)
    cluster.await_well()


@pytest.mark.feature("C02-113")
def test_packages_are_listed_and_deleted(cluster: Cluster, packages: Packages) -> None:
    node = cluster.nodes["master"]
    for name in ("a.upg", "b.upg", "note.txt"):
        node.put_file(packages.signer.certificate, name)
    shown = node.cli("upgrade -list").stdout
    assert "a.upg" in shown and "b.upg" in shown and "note.txt" not in shown
    assert node.cli("upgrade -list *.upg").returncode == 1
    assert node.cli("upgrade -delete note.txt").returncode == 1
    assert "Deleted a.upg." in node.cli("upgrade -delete a.upg").stdout
    assert "b.upg" in node.cli("upgrade -list").stdout
    assert "Deleted b.upg." in node.cli("upgrade -delete *.upg").stdout
    assert "There is no package" in node.cli("upgrade -list").stdout
    assert node.cli("upgrade -delete *.upg").returncode == 1


@pytest.mark.feature("C02-110")
def test_a_question_is_asked_and_no_changes_nothing(cluster: Cluster, packages: Packages) -> None:
    node = cluster.nodes[cluster.standby()]
    package = packages.make("9.0.0")
    node.put_file(package, package.name)
    before = node.daemon_pid("hadrian-mgmtd")
    said = answer(node, f"upgrade {package.name}", "no\n")
    assert f"This will upgrade the system using {package.name}\n" in said
    assert "This node is inactive" in said
    assert "Are you sure you want to continue? [yes/no]:" in said
    assert "Nothing was changed." in said
    assert node.daemon_pid("hadrian-mgmtd") == before
    assert not (node.state / "releases" / "9.0.0").exists()


def refusals(packages: Packages) -> dict[str, tuple[Path, str]]:
    """What is wrong with a package, and what is said about it."""
    small = packages.small_tree("small")
    good = packages.make("9.9.0", tree=small).read_bytes()
    end = good.index(b"\n\n") + 2

    def changed(name: str, content: bytes) -> Path:
        path = packages.folder / f"{name}.upg"
        path.write_bytes(content)
        return path

    incomplete = packages.small_tree("incomplete")
    (incomplete / "sbin" / "hadrian-clusterd").unlink()
    link = tarfile.TarInfo("sbin/link")
    link.type, link.linkname = tarfile.SYMTYPE, "/etc/passwd"
    device = tarfile.TarInfo("sbin/device")
    device.type, device.devmajor, device.devminor = tarfile.CHRTYPE, 1, 3
    return {
        "cut": (changed("cut", good[:-100]), "cut short"),
        "head": (changed("head", good[:good.index(b"signature ")] + b"\n"), "not signed"),
        "longer": (changed("longer", good + b"x"), "longer than its head says"),
        "bits": (changed("bits", good[:-90] + bytes([good[-90] ^ 1]) + good[-89:]), "checksum is wrong"),
        "version": (changed("version", good.replace(b"version 9.9.0", b"version 9.9.1", 1)), "not by a signer"),
        "signature": (changed("signature", good[:end + 8] + b"\0\0\0\0" + good[end + 12:]), "its signature is"),
        "text": (changed("text", b"no package at all\n" * 100), "no upgrade package"),
        "stranger": (packages.make("9.9.2", tree=small, signer=make_signer(packages.folder, "stranger")), "not by a signer"),
        "web": (packages.make("9.9.3", tree=small, signer=packages.web), "not for signing code"),
        "machine": (packages.make("9.9.4", "--architecture", "vax", tree=small), "it is for vax"),
        "same": (packages.make(packages.version, tree=small), "runs already"),
        "incomplete": (packages.make("9.9.5", tree=incomplete), "a daemon is missing"),
        "outside": (packages.craft("9.9.6", tarfile.TarInfo("../outside")), "lies outside"),
        "inner": (packages.craft("9.9.7", tarfile.TarInfo("sbin/../../outside")), "lies outside"),
        "absolute": (packages.craft("9.9.8", tarfile.TarInfo("/etc/outside")), "lies outside"),
        "link": (packages.craft("9.9.9", link), "neither a file nor a folder"),
        "device": (packages.craft("9.9.10", device), "neither a file nor a folder"),
    }


@pytest.mark.feature("C02-110", "C02-114", "MA-067")
def test_what_is_not_right_is_refused_and_changes_nothing(cluster: Cluster, packages: Packages) -> None:
    node = cluster.nodes[cluster.standby()]
    before = (node.release(), node.daemon_pid("hadrian-mgmtd"), sorted(os.listdir(node.state / "releases")))
    for name, (package, reason) in refusals(packages).items():
        done = upgrade(node, package)
        assert done.returncode == 1, (name, done.stdout)
        assert reason in done.stdout and "Nothing was changed" in done.stdout, (name, done.stdout)
        assert (node.release(), node.daemon_pid("hadrian-mgmtd"), sorted(os.listdir(node.state / "releases"))) == before, name
        told = node.cli("cfglog -all").stdout
        assert f"console:Administrators performed the action 'update/major' via the console: {package.name}\n" in told
        assert f"Upgrade with {package.name} refused: " in told
    node.cli("upgrade -delete *.upg")
    assert node.cli("upgrade missing.upg -force").returncode == 1


@pytest.mark.feature("C02-110", "C02-111", "C02-112", "C22-056")
def test_both_nodes_are_upgraded_under_traffic(cluster: Cluster, packages: Packages) -> None:
    package = packages.make("9.1.0")
    first = cluster.standby()
    for name in (first, cluster.other(first)):
        node = cluster.nodes[name]
        was_active = cluster.active() == name
        before = node.daemon_pid("hadrian-mgmtd")
        with UdpProbe(cluster.lab, rate=PROBE_RATE) as probe:
            moment = time.monotonic()
            done = upgrade(node, package)
            assert done.returncode == 0, done.stdout
            assert "|0%Validating" in done.stdout and "|" * 70 in done.stdout, done.stdout
            assert "The system is going down NOW!" in done.stdout
            restarted(node, before)
            await_kept(node, "9.1.0")
            cluster.await_well()
            result = probe.finish().since(moment)
        assert (result.lost, result.reordered) == (0, 0), f"{name} ({'active' if was_active else 'inactive'})"
        assert node.release() == "9.1.0"
        assert "Hadrian 9.1.0\n" in node.cli("about").stdout
        assert not was_active or cluster.active() == first


@pytest.mark.feature("C02-111")
@pytest.mark.parametrize("daemon", ["hadrian-mgmtd", "hadrian-datapath"])
def test_a_release_that_does_not_come_up_is_given_back(cluster: Cluster, packages: Packages, daemon: str) -> None:
    tree = packages.tree(f"broken-{daemon}")
    program = tree / "sbin" / daemon
    program.write_text("#!/bin/sh\nexit 3\n")
    program.chmod(0o755)
    name = cluster.standby()
    node = cluster.nodes[name]
    release, before = node.release(), node.daemon_pid("hadrian-mgmtd")
    configuration = (node.state / "config.json").read_bytes()
    with UdpProbe(cluster.lab, rate=PROBE_RATE) as probe:
        moment = time.monotonic()
        done = upgrade(node, packages.make("9.2.0", tree=tree))
        assert done.returncode == 0, done.stdout
        await_condition(lambda: "Release 9.2.0 did not come up" in node.cli("cfglog -all").stdout,
                        "the release being given back", RESTART_TIMEOUT, interval=0.1)
        restarted(node, before)
        cluster.await_well()
        result = probe.finish().since(moment)
    assert f"{daemon} ended" in node.cli("cfglog -all").stdout
    assert (result.lost, result.reordered) == (0, 0)
    assert node.release() == release
    assert (node.state / "config.json").read_bytes() == configuration
    assert not (node.state / "releases" / "trying").exists()
    assert cluster.standby() == name


def test_sigterm_ends_everything(cluster: Cluster) -> None:
    node = cluster.nodes[cluster.standby()]
    node.stop()
    assert node.daemon_pid(SUPERVISOR) is None and not node.running()
    node.start()
    cluster.await_well()


@pytest.fixture
def single(request: pytest.FixtureRequest) -> Iterator[SupervisedNode]:
    """One node without high availability, under a supervisor."""
    made = new_lab("single")
    made.up(single=True, supervised=True)
    try:
        node = next(iter(made.nodes().values()))
        yield node
        node.stop()
        assert_no_sanitizer_reports(made)
    finally:
        keep_logs(made, f"{request.module.__name__}_single")
        made.down()


def has_configuration(node: SupervisedNode) -> bool:
    return "lan_to_wan" in node.cli("show IPRuleSet main").stdout + node.cli("show -json -all").stdout


def answer(node: SupervisedNode, command: str, text: str) -> str:
    """What a command says that asks, given this answer."""
    return subprocess.run([*node.enter(), str(node.binary("hadrian")), command], input=text, env=node.environment(),
                          capture_output=True, text=True, timeout=60, check=False).stdout


@pytest.mark.feature("C02-102", "C02-107", "C02-108", "C02-109", "C02-110")
def test_factory_reset(single: SupervisedNode, tmp_path: Path) -> None:
    packages = Packages(tmp_path, single)
    packages.trust(single)
    delivered, before = single.release(), single.daemon_pid("hadrian-mgmtd")
    assert upgrade(single, packages.make("9.3.0")).returncode == 0
    restarted(single, before)
    await_kept(single, "9.3.0")
    assert has_configuration(single)

    # A no changes nothing; the software stays unless it is asked for.
    before = single.daemon_pid("hadrian-mgmtd")
    said = answer(single, "backup -factoryreset", "no\n")
    assert ("This will reset the current configuration to factory default\nand reboot the system.\n"
            "This change is not reversible.\n") in said
    assert "Are you sure you want to continue? [yes/no]:" in said
    assert single.daemon_pid("hadrian-mgmtd") == before and has_configuration(single)
    said = answer(single, "backup -factoryreset", "yes\n")
    assert "Resetting configuration to factory default...\n" + "|" * 72 + "\n" in said
    assert "Reset configuration to factory default successfully.\nThe system is going down NOW!\n" in said
    restarted(single, before)
    assert not has_configuration(single)
    assert single.release() == "9.3.0"

    # With the software, and without a question.
    before = single.daemon_pid("hadrian-mgmtd")
    assert single.commands("set System Name=mine\nactivate\ncommit\n").returncode == 0
    done = single.cli("backup -create full.bkp -system")
    assert done.returncode == 0, done.stdout
    full = tmp_path / "full.bkp"
    full.write_bytes(subprocess.run([*single.enter(), "cat", "/run/hadrian/files/full.bkp"], check=True, capture_output=True).stdout)
    assert single.cli("backup -factoryreset -system -force").returncode == 0
    restarted(single, before)
    assert "Name:  System" in single.cli("show System").stdout
    assert single.release() == delivered
    assert not (single.state / "releases" / "9.3.0").exists()

    # A system backup brings both back, where its signer is trusted (C02-102); what was delivered has no package.
    done = single.cli("backup -create -system")
    assert done.returncode == 1 and "leave -system out" in done.stdout, done.stdout
    before = single.daemon_pid("hadrian-mgmtd")
    single.put_file(full, "full.bkp")
    assert "becomes release 9.3.0" in answer(single, "backup -restore full.bkp", "no\n")
    damaged = bytearray(full.read_bytes())
    damaged[-2000] ^= 1
    (tmp_path / "damaged.bkp").write_bytes(damaged)
    single.put_file(tmp_path / "damaged.bkp", "damaged.bkp")
    done = single.cli("backup -restore damaged.bkp -force")
    assert done.returncode == 1 and "checksum is wrong" in done.stdout, done.stdout
    assert single.daemon_pid("hadrian-mgmtd") == before and single.release() == delivered
    done = single.cli("backup -restore full.bkp -force")
    assert done.returncode == 0, done.stdout
    restarted(single, before)
    await_kept(single, "9.3.0")
    assert single.release() == "9.3.0" and "Name:  mine" in single.cli("show System").stdout

    # Whoever stands at the machine: once a boot.
    assert single.commands("set System Name=mine\nactivate\ncommit\n").returncode == 0
    single.stop()
    single.start_supervisor("--factory-defaults")
    single.await_cli()
    assert "Name:  System" in single.cli("show System").stdout
    before = single.daemon_pid("hadrian-mgmtd")
    assert single.commands("set System Name=mine\nactivate\ncommit\n").returncode == 0
    os.kill(single.daemon_pid(SUPERVISOR), signal.SIGHUP)
    restarted(single, before)
    assert "Name:  mine" in single.cli("show System").stdout


@pytest.mark.feature("C02-106", "C02-064")
def test_a_backup_with_other_interface_numbers(single: SupervisedNode, tmp_path: Path) -> None:
    done = single.commands("add RemoteManagement RemoteMgmtSSH ssh SourceInterface=if1 SourceNetwork=if1_net\nactivate\ncommit\n"
                           "backup -create two.bkp\ndelete EthernetInterface if2\n"
                           "add EthernetInterface if2 EthernetDevice:0=if2 IPAddress=if2_ip Network=if2_net\nactivate\ncommit\n")
    assert done.returncode == 0, done.stdout
    # What is transferred comes from the release that runs.
    await_condition(lambda: scp(Lab(single.lab), "fw:*.bkp", tmp_path).returncode == 0, "a file by SCP", 20)
    assert (tmp_path / "two.bkp").read_text(encoding="utf-8").startswith("hadrian-backup 1\n")

    done = single.cli("backup -restore two.bkp")
    assert done.returncode == 1 and "In EthernetInterface if2: Interface ID change of 'if2'(" in done.stdout, done
    before = single.daemon_pid("hadrian-mgmtd")
    done = single.cli("backup -restore two.bkp -reboot")
    assert done.returncode == 0 and "The system is going down NOW!" in done.stdout, done
    restarted(single, before)
    assert has_configuration(single)
    assert single.commands("backup -restore two.bkp\nreject\n").returncode == 0
