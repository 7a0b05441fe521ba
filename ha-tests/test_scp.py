# SPDX-License-Identifier: GPL-2.0-or-later
"""Files of administrators over SCP, with a real client, on the cluster's shared address."""

import hashlib
import re
import subprocess
from pathlib import Path

import pytest
from lab.cluster import Cluster
from lab.node import LabNode
from lab.ssh import PROMPT, login_words, scp, session, ssh, transferred
from lab.wait import await_condition


def refused(cluster: Cluster, text: str, *words: str | Path, **login: str) -> None:
    done = scp(cluster.lab, *words, **login)
    assert done.returncode != 0 and text in done.stderr, done


def active(cluster: Cluster) -> LabNode:
    return cluster.nodes[cluster.active()]


def files(cluster: Cluster, folder: str = "files") -> list[str]:
    """What is really there, hidden files included."""
    return sorted(active(cluster).run(["find", f"/run/hadrian/{folder}", "-type", "f", "-printf", "%f\n"]).stdout.split())


@pytest.fixture(autouse=True)
def empty_folders(cluster: Cluster) -> None:
    for node in cluster.nodes.values():
        node.run(["sh", "-c", "rm -rf /run/hadrian/files/* /run/hadrian/scripts/* /var/lib/hadrian/crashdumps"])


@pytest.mark.feature("C02-001", "C02-064", "C02-066")
def test_up_and_down(cluster: Cluster, tmp_path: Path) -> None:
    (tmp_path / "config.bkp").write_bytes(b"line\r\n\0binary\xff")
    (tmp_path / "empty").write_bytes(b"")
    transferred(cluster.lab, tmp_path / "config.bkp", "fw:.")
    transferred(cluster.lab, tmp_path / "config.bkp", "fw:/other.bkp")
    transferred(cluster.lab, tmp_path / "empty", "fw:")
    assert files(cluster) == ["config.bkp", "empty", "other.bkp"]
    for name in ("config.bkp", "/other.bkp", "./config.bkp"):
        transferred(cluster.lab, f"fw:{name}", tmp_path / "back")
        assert (tmp_path / "back").read_bytes() == b"line\r\n\0binary\xff"
    transferred(cluster.lab, "-p", "fw:empty", tmp_path / "back")
    assert (tmp_path / "back").read_bytes() == b""
    stat = active(cluster).run(["stat", "-c", "%a %u", "/run/hadrian/files", "/run/hadrian/files/config.bkp"]).stdout
    assert stat.split() == ["700", "0", "600", "0"]


@pytest.mark.feature("C02-064")
def test_a_large_file_is_the_same_at_both_ends(cluster: Cluster, tmp_path: Path) -> None:
    block = b"".join(hashlib.sha256(bytes([number])).digest() for number in range(256))
    content = b"".join(hashlib.sha256(number.to_bytes(4)).digest() + block for number in range(20_000_000 // 8224))
    (tmp_path / "release.upg").write_bytes(content)
    transferred(cluster.lab, tmp_path / "release.upg", "fw:")
    there = active(cluster).run(["sha256sum", "/run/hadrian/files/release.upg"]).stdout.split()[0]
    assert there == hashlib.sha256(content).hexdigest()
    transferred(cluster.lab, "fw:release.upg", tmp_path / "back")
    assert (tmp_path / "back").read_bytes() == content


@pytest.mark.feature("C02-067", "C02-068")
def test_several_files_and_wildcards(cluster: Cluster, tmp_path: Path) -> None:
    names = ["a.bkp", "b.bkp", "cert-1.cer", "cert-1.key"]
    for name in names:
        (tmp_path / name).write_text(name)
    transferred(cluster.lab, *(tmp_path / name for name in names), "fw:.")
    assert files(cluster) == names
    some, everything = tmp_path / "some", tmp_path / "everything"
    some.mkdir()
    everything.mkdir()
    transferred(cluster.lab, "fw:*.bkp", some)
    transferred(cluster.lab, "fw:*", everything)
    assert sorted(path.name for path in some.iterdir()) == ["a.bkp", "b.bkp"]
    assert {path.name: path.read_text() for path in everything.iterdir()} == {name: name for name in names}
    refused(cluster, "there is no such file", "fw:*.mib", some)


@pytest.mark.feature("C02-066", "C02-115", "C02-116")
def test_crashdumps_are_downloaded_and_not_uploaded(cluster: Cluster, tmp_path: Path) -> None:
    dump = "2011-01-01_00.00.36_rtbld.dump"
    active(cluster).run(["sh", "-c", f"mkdir -p /var/lib/hadrian/crashdumps; cd /var/lib/hadrian/crashdumps; "
                                     f"echo one > {dump}; echo two > 2011-01-01_00.00.52_dpcore.dump; ln -s /etc/passwd link"])
    transferred(cluster.lab, f"fw:/crashdumps/{dump}", tmp_path)
    assert (tmp_path / dump).read_text() == "one\n"
    transferred(cluster.lab, "-r", "fw:crashdumps", tmp_path)
    assert {path.name: path.read_text() for path in (tmp_path / "crashdumps").iterdir()} == {
        dump: "one\n", "2011-01-01_00.00.52_dpcore.dump": "two\n"}
    (tmp_path / "all").mkdir()
    transferred(cluster.lab, "-r", "-p", "fw:/", tmp_path / "all")
    assert (tmp_path / "all" / "crashdumps" / dump).exists() and (tmp_path / "all" / "scripts").is_dir()
    refused(cluster, "'scp -r'", "fw:crashdumps", tmp_path)
    refused(cluster, "downloaded and removed only", tmp_path / dump, "fw:crashdumps/new.dump")


@pytest.mark.feature("C02-053")
def test_an_uploaded_script_runs(cluster: Cluster, tmp_path: Path) -> None:
    (tmp_path / "uploaded.sgs").write_text("add Address IPAddress uploaded Address=192.0.2.$1\n")
    transferred(cluster.lab, tmp_path / "uploaded.sgs", "fw:scripts")
    node = active(cluster)
    try:
        done = node.cli("script -run uploaded.sgs 99")
        assert done.returncode == 0, done.stdout
        assert "192.0.2.99" in node.cli("show Address IPAddress uploaded").stdout
        assert node.cli("script -create Address IPAddress -filename=made.sgs").returncode == 0
    finally:
        node.cli("reject")
    transferred(cluster.lab, "fw:/scripts/made.sgs", tmp_path)
    assert "add IPAddress uploaded Address=192.0.2.99" in (tmp_path / "made.sgs").read_text()
    refused(cluster, "a script's name", tmp_path / "made.sgs", "fw:scripts/a,b.sgs")


@pytest.mark.feature("C02-058")
def test_a_script_shows_what_waits_for_other_daemons(cluster: Cluster, tmp_path: Path) -> None:
    (tmp_path / "looks.sgs").write_text("arp -show if1\nping 10.1.0.10 -count=2\nadd IPAddress quiet Address=192.0.2.7\nha\n")
    transferred(cluster.lab, tmp_path / "looks.sgs", "fw:scripts")
    try:
        done = ssh(cluster.lab, "script -run looks.sgs")
        assert done.returncode == 0, done
        assert done.stdout.count("ARP Cache") == 1 and done.stdout.count(" reply from 10.1.0.10") == 2, done.stdout
        assert "Added" not in done.stdout and "HA cluster peer is ALIVE" in done.stdout, done.stdout
    finally:
        active(cluster).cli("reject")


@pytest.mark.feature("C02-142")
def test_techsupport(cluster: Cluster, tmp_path: Path) -> None:
    """What helps to find a fault, in one file, without what nobody else may know."""
    node = active(cluster)
    secret = "add RadiusServer rad IPAddress=198.51.100.10 SharedSecret=hidden-secret"
    assert node.cli(secret).returncode == 0
    try:
        done = ssh(cluster.lab, "techsupport")
        assert done.returncode == 0 and "Created techsupport.txt" in done.stdout, done
        transferred(cluster.lab, "fw:techsupport.txt", tmp_path)
    finally:
        node.cli("reject")
    text = (tmp_path / "techsupport.txt").read_text()
    for found in ("Technical Support Information\n", "System Time: ", "This device is a HA", "10.1.0.10", "+  RadiusServer rad",
                  "Beginning system reconfigure", '"AdminUsers"'):
        assert found in text, found
    assert "hidden-secret" not in text and "$y$" not in text and "techsupport:" not in text, text
    assert ssh(cluster.lab, "techsupport -show -nopages").stdout == text
    with session(cluster.lab) as terminal:
        terminal.expect_exact(PROMPT)
        terminal.send("techsupport -show\r")
        terminal.expect_exact("-- Enter: next page, q: end --")
        terminal.send("q\r")
        terminal.expect_exact(PROMPT)


@pytest.mark.feature("C02-064")
def test_only_administrators(cluster: Cluster, tmp_path: Path) -> None:
    node = active(cluster)
    (tmp_path / "x").write_text("x")
    transferred(cluster.lab, tmp_path / "x", "fw:")
    done = node.commands("cc LocalUserDatabase AdminUsers\nadd User audit Password=audit Groups=Auditors\ncc\nactivate\ncommit\n")
    assert done.returncode == 0, done.stdout
    login = {"user": "audit", "password": "audit"}
    refused(cluster, "group Auditors", "fw:x", tmp_path / "back", **login)
    refused(cluster, "group Auditors", tmp_path / "x", "fw:y", **login)
    assert files(cluster) == ["x"] and not (tmp_path / "back").exists()
    assert scp(cluster.lab, "fw:x", tmp_path / "back", password="wrong").returncode != 0


@pytest.mark.feature("C02-066")
def test_there_is_no_way_out(cluster: Cluster, tmp_path: Path) -> None:
    (tmp_path / "x").write_text("x")
    for path in ("../x", "/../x", "scripts/../../x", ".."):
        refused(cluster, "'..'", tmp_path / "x", f"fw:{path}")
    refused(cluster, "there is no such folder", tmp_path / "x", "fw:/etc/x")
    refused(cluster, "there is no such folder", "fw:/var/lib/hadrian/config.json", tmp_path)
    refused(cluster, "'..'", "fw:../../var/lib/hadrian/config.json", tmp_path)
    refused(cluster, "a file's name is", tmp_path / "x", "fw:.hidden")
    refused(cluster, "a file's name is", tmp_path / "x", "fw:a;reboot")
    (tmp_path / "folder").mkdir()
    refused(cluster, "folders cannot be uploaded", "-r", tmp_path / "folder", "fw:")
    assert files(cluster) == []


@pytest.mark.feature("C02-066")
def test_limits(cluster: Cluster, tmp_path: Path) -> None:
    for name, size in (("large.upg", 300 << 20), ("large.sgs", 9 << 20)):
        with (tmp_path / name).open("wb") as file:
            file.truncate(size)
    refused(cluster, "256 MB at most", tmp_path / "large.upg", "fw:")
    refused(cluster, "8 MB at most", tmp_path / "large.sgs", "fw:scripts")
    active(cluster).run(["sh", "-c", "cd /run/hadrian/files && seq 200 | xargs touch"])
    refused(cluster, "200 files", tmp_path / "large.sgs", "fw:")
    assert files(cluster, "scripts") == []


def conversation(cluster: Cluster, command: str) -> subprocess.Popen:
    return cluster.lab.popen("client", login_words(command), stdin=subprocess.PIPE, stdout=subprocess.PIPE)


def tell(process: subprocess.Popen, text: bytes) -> None:
    process.stdin.write(text)
    process.stdin.flush()


@pytest.mark.feature("C02-064")
def test_an_upload_that_breaks_off_leaves_nothing(cluster: Cluster, tmp_path: Path) -> None:
    (tmp_path / "x.bkp").write_text("before")
    transferred(cluster.lab, tmp_path / "x.bkp", "fw:")
    process = conversation(cluster, "scp -t .")
    try:
        assert process.stdout.read(1) == b"\0"
        tell(process, b"C0644 200000000 x.bkp\n")
        assert process.stdout.read(1) == b"\0"
        tell(process, b"y" * 1_000_000)
        # What is on its way is reserved: a second one of that size, and a third, have no room.
        other = conversation(cluster, "scp -t .")
        assert other.stdout.read(1) == b"\0"
        tell(other, b"C0644 250000000 y.bkp\n")
        assert other.stdout.read(1) == b"\0"
        (tmp_path / "large").touch()
        with (tmp_path / "large").open("wb") as file:
            file.truncate(100 << 20)
        refused(cluster, "512 MB in all", tmp_path / "large", "fw:")
    finally:
        for ended in (process, other):
            ended.kill()
            ended.communicate()
    assert files(cluster) == ["x.bkp"]
    transferred(cluster.lab, "fw:x.bkp", tmp_path / "back")
    assert (tmp_path / "back").read_text() == "before"
    await_condition(lambda: scp(cluster.lab, tmp_path / "large", "fw:").returncode == 0, "room again", 20)


@pytest.mark.feature("C02-064")
@pytest.mark.parametrize(("command", "sent", "said"), [
    ("scp -t .", b"GET / HTTP/1.1\n", b"does not speak the SCP protocol"),
    ("scp -t .", b"C0644 5\n", b"does not speak the SCP protocol"),
    ("scp -t .", b"C" * 5000 + b"\n", b""),
    ("scp -t .", b"C0644 5 ../../x\n", b"a file's name is"),
    ("scp -t .", b"C0644 5 .ssh\n", b"a file's name is"),
    ("scp -t nowhere/", b"", b"there is no such folder"),
    ("scp -x", b"", b""),
])
def test_clients_that_are_none(cluster: Cluster, command: str, sent: bytes, said: bytes) -> None:
    process = conversation(cluster, command)
    output, _ = process.communicate(sent, timeout=20)
    assert process.returncode == 1 and said in output
    assert files(cluster) == []


@pytest.mark.feature("C02-065")
def test_sftp_is_refused_with_the_way_out(cluster: Cluster, tmp_path: Path) -> None:
    done = scp(cluster.lab, "fw:x", tmp_path, options=("-s",))
    assert done.returncode != 0 and "scp -O" in done.stderr, done


@pytest.mark.feature("C02-117", "C02-066")
def test_files_are_listed_and_deleted(cluster: Cluster, tmp_path: Path) -> None:
    node = active(cluster)
    assert re.fullmatch(r"(.*\n)*\nUsed space: +0 Bytes\nFree space: +\d+ Bytes\n", node.cli("crashdump").stdout)
    names = ("2011-01-01_00.00.36_rtbld.dump", "2011-01-01_00.00.52_dpcore.dump", "2011-01-02_00.00.52_dpcore.dump")
    for length, name in enumerate(names, 100):
        node.run(["sh", "-c", f"mkdir -p /var/lib/hadrian/crashdumps && head -c {length} /dev/zero > /var/lib/hadrian/crashdumps/{name}"])
    shown = node.cli("crashdump -list").stdout
    assert re.search(r"^Size +Name$", shown, re.M) and re.search(r"^101 +2011-01-01_00.00.52_dpcore.dump$", shown, re.M), shown
    assert "\nUsed space:       303 Bytes\n" in shown
    assert node.cli("crashdump -delete=2011-01-01_00.00.52_dpcore.dump").stdout == "Deleted 2011-01-01_00.00.52_dpcore.dump.\n"
    for wrong in ("gone.dump", "../config.json", "x/y"):
        assert node.cli(f"crashdump -delete={wrong}").returncode == 1
    assert node.cli("crashdump -delete=All").stdout.count("Deleted") == 2
    assert "no such file" in node.cli("crashdump -delete=*").stdout

    (tmp_path / "note.cer").write_text("x")
    transferred(cluster.lab, tmp_path / "note.cer", "fw:")
    assert re.search(r"^1 +note.cer$", node.cli("files").stdout, re.M)
    assert "scripts" not in node.cli("files").stdout
    for wrong in ("scripts", "scripts/x", "crashdumps/x", "/etc/passwd"):
        done = node.cli(f"files -delete={wrong}")
        assert done.returncode == 1 and "Deleted" not in done.stdout, done
    assert node.cli("files -delete=*.cer").stdout == "Deleted note.cer.\n"
    assert files(cluster) == []
