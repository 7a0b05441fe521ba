# SPDX-License-Identifier: GPL-2.0-or-later
"""Packets captured by pcapdump: real traffic, fetched by SCP, read by tshark."""

import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from lab.cluster import Cluster
from lab.node import LabNode
from lab.ssh import PROMPT, session, transferred
from lab.wait import await_condition

SERVER = "198.51.100.10"


@pytest.fixture
def node(cluster: Cluster) -> Iterator[LabNode]:
    found = cluster.nodes[cluster.active()]
    await_condition(lambda: "Running" in found.cli("sshserver").stdout, "the SSH server", timeout=30)
    try:
        yield found
    finally:
        for each in cluster.nodes.values():
            each.commands("cmdview debug\npcapdump -stop\n")
            each.commands("cmdview debug\npcapdump -remove\n")


def dump(node: LabNode, *commands: str) -> str:
    """What commands print that must succeed."""
    done = node.commands("".join(f"{line}\n" for line in ("cmdview debug", *commands)))
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def refused(node: LabNode, command: str, text: str) -> None:
    done = node.commands(f"cmdview debug\n{command}\n")
    assert done.returncode != 0 and text in done.stdout + done.stderr, done


def ping(cluster: Cluster, count: int = 3, target: str = SERVER) -> None:
    done = cluster.lab.run("client", ["ping", "-n", "-c", str(count), "-i", "0.05", target])
    assert done.returncode == 0, done.stdout


def udp(cluster: Cluster, *ports: int) -> None:
    """One datagram to each port of the server."""
    script = "import socket, sys; s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM); "
    script += f"[s.sendto(b'x' * 200, ('{SERVER}', port)) for port in {list(ports)}]"
    assert cluster.lab.run("client", ["python3", "-c", script]).returncode == 0


def counts(node: LabNode, interface: str) -> list[int]:
    """Received and sent, as -status shows them."""
    row = re.search(rf"^{interface} +(?:ACTIVE|SNOOP) +(\d+) +(\d+)", dump(node, "pcapdump -status"), re.M)
    return [int(number) for number in row.groups()] if row else []


def await_counts(node: LabNode, interface: str, least: list[int]) -> None:
    await_condition(lambda: counts(node, interface) >= least and counts(node, interface)[1] >= least[1],
                    f"{least} packets captured", timeout=20)


def stopped(node: LabNode, interface: str) -> tuple[int, int, str]:
    text = dump(node, f"pcapdump -stop {interface}")
    assert f"Stopping packet capture on: {interface}." in text
    row = re.search(rf"^{interface} +(\d+) +(\d+) +(\S+)$", text, re.M)
    assert row, text
    return int(row[1]), int(row[2]), row[3]


def fetched(cluster: Cluster, name: str, folder: Path) -> Path:
    transferred(cluster.lab, f"fw:{name}", folder)
    return folder / name


def fields(file: Path, *names: str, only: str = "") -> list[list[str]]:
    words = [word for name in names for word in ("-e", name)]
    done = subprocess.run(["tshark", "-n", "-r", file, "-T", "fields", *words, *(["-Y", only] if only else [])],
                          capture_output=True, text=True, timeout=60, check=True)
    return [line.split("\t") for line in done.stdout.splitlines()]


@pytest.mark.feature("C02-131", "C02-133", "C02-134", "C02-141")
def test_both_directions_of_a_ping_fetched_by_scp(cluster: Cluster, node: LabNode, tmp_path: Path) -> None:
    assert "Starting packet capture on: if1" in dump(node, "pcapdump -start if1 -proto=ICMP")
    refused(node, "pcapdump -start if1", "being captured already")
    assert "performed the action 'tools/tcpdump-start' via the console: if1\n" in node.cli("cfglog -all").stdout
    ping(cluster)
    await_counts(node, "if1", [3, 3])
    assert "proto=ICMP" in dump(node, "pcapdump -status")
    received, sent, name = stopped(node, "if1")
    assert (received, sent) == (3, 3) and re.fullmatch(r"if1_\d{4}-\d\d-\d\d_\d\d\.\d\d\.\d\d\.cap", name)
    listed = dump(node, "pcapdump -list")
    assert "PCAP Files" in listed and name in listed
    file = fetched(cluster, name, tmp_path)
    assert str(file.stat().st_size) in listed
    rows = fields(file, "ip.src", "icmp.type", "icmp.seq", "frame.time_epoch", "frame.len")
    assert [row[:2] for row in rows] == [["10.1.0.10", "8"], [SERVER, "0"]] * 3
    assert [row[2] for row in rows] == ["1", "1", "2", "2", "3", "3"] and {row[4] for row in rows} == {"98"}
    assert all(abs(float(row[3]) - file.stat().st_mtime) < 60 for row in rows)
    shown = dump(node, f"pcapdump -show -filename={name} -num=2")
    assert re.search(rf'Showing packets in file "{name}":\nIP 10\.1\.0\.10->{SERVER}  IHL:20  DataLen:64 TTL:64 Proto:ICMP\n'
                     r"ICMP Echo request  ID:\d+  Seq:1\n-{71}\n"
                     rf"IP {SERVER}->10\.1\.0\.10  IHL:20  DataLen:64 TTL:63 Proto:ICMP\nICMP Echo reply  ID:\d+  Seq:1\n", shown)
    assert shown.count("Echo") == 2
    assert dump(node, f"pcapdump -show -filename={name}").count("Echo") == 6


@pytest.mark.feature("C02-132")
def test_count_stops_by_itself(cluster: Cluster, node: LabNode, tmp_path: Path) -> None:
    with session(cluster.lab) as at:
        at.expect(PROMPT)
        at.sendline("cmdview debug")
        at.expect(PROMPT)
        at.sendline("pcapdump -start if1 -proto=ICMP -count=5")
        at.expect("Starting packet capture on: if1")
        ping(cluster, 6)
        at.expect(r"if1: Packet capture stopped \(packet count reached\)\.")
        at.expect(r'Packets have been saved to file "(\S+)"\.')
    assert counts(node, "if1") == []
    assert len(fields(fetched(cluster, at.match[1], tmp_path), "icmp.type", only="icmp")) == 5


@pytest.mark.feature("C02-138", "C02-141")
def test_packets_are_printed_as_they_come(cluster: Cluster, node: LabNode) -> None:
    with session(cluster.lab) as at:
        at.expect(PROMPT)
        at.sendline("cmdview debug")
        at.expect(PROMPT)
        for options, text in (("", r"ICMP Echo reply  ID:\d+  Seq:1"), ("-hex", r"000000  [0-9a-f ]+"),
                              ("-k12", r"\d\d:\d\d:\d\d,\d{3},\d{3}   ETHER\r\n\|0   \|[0-9a-f|]+")):
            at.sendline(f"pcapdump -start if1 -out -nocap -proto=ICMP {options}")
            at.expect("Starting packet capture on: if1")
            ping(cluster, 1)
            at.expect(text)
            assert "SNOOP" in dump(node, "pcapdump -status")
            at.sendline("pcapdump -stop if1")
            at.expect(r"if1 +1 +1 +-")
        at.sendline("pcapdump -start if1 -out -nowrite -proto=ICMP")
        at.expect("Starting packet capture on: if1")
        ping(cluster, 1)
        at.expect("ICMP Echo reply")
    # It goes on without the session, and keeps its buffer.
    assert stopped(node, "if1") == (1, 1, "-")
    assert "There are no files" in dump(node, "pcapdump -list")
    assert dump(node, "pcapdump -show").count("Echo") == 2
    assert "000010 " in dump(node, "pcapdump -show if1 -hex")


def files(node: LabNode) -> list[str]:
    return node.run(["ls", "/run/hadrian/files"]).stdout.split()


@pytest.mark.feature("C02-135", "C02-137", "C02-138")
def test_buffers_are_kept_written_and_removed(cluster: Cluster, node: LabNode, tmp_path: Path) -> None:
    for count in (2, 4):
        dump(node, "pcapdump -start if1 -nowrite -proto=ICMP")
        ping(cluster, 1)
        await_counts(node, "if1", [1, 1])
        assert stopped(node, "if1")[2] == "-"
        assert dump(node, "pcapdump -show if1").count("Echo") == count
    assert 'saved to file "mine.cap"' in dump(node, "pcapdump -write if1 -filename=mine.cap")
    assert re.search(r'if1: Packets have been saved to file "if1_\S+\.cap"', dump(node, "pcapdump -write"))
    assert len(fields(fetched(cluster, "mine.cap", tmp_path), "icmp.type")) == 4
    refused(node, "pcapdump -write if1 -filename=mine.bkp", "ends with .cap")
    node.run(["touch", "/run/hadrian/files/other.bkp"])
    dump(node, "pcapdump -remove -filename=mine*")
    assert "mine.cap" not in dump(node, "pcapdump -list")
    assert "if1_" in dump(node, "pcapdump -list")
    refused(node, "pcapdump -remove -filename=none.cap", "there is no file")
    dump(node, "pcapdump -remove")
    assert "There are no files" in dump(node, "pcapdump -list")
    refused(node, "pcapdump -show", "no packets in the buffer")
    assert [name for name in files(node) if name.endswith((".cap", ".bkp"))] == ["other.bkp"]
    node.run(["rm", "/run/hadrian/files/other.bkp"])


@pytest.mark.feature("C02-137", "C02-141")
def test_pcapng_has_the_interface_and_the_directions(cluster: Cluster, node: LabNode, tmp_path: Path) -> None:
    dump(node, "pcapdump -start if1 -nowrite -proto=ICMP -snaplen=61")
    ping(cluster)
    await_counts(node, "if1", [3, 3])
    stopped(node, "if1")
    for name in ("mine.cap", "mine.pcapng"):
        assert f'saved to file "{name}"' in dump(node, f"pcapdump -write if1 -filename={name}")
        assert f" {name}\n" in dump(node, "pcapdump -list")
    file = fetched(cluster, "mine.pcapng", tmp_path)
    rows = fields(file, "ip.src", "icmp.seq", "frame.interface_name", "frame.packet_flags_direction", "frame.p2p_dir",
                  "frame.len", "frame.cap_len")
    inbound, outbound = ["if1", "0x00000001", "1", "98", "61"], ["if1", "0x00000002", "0", "98", "61"]
    assert rows == [row for seq in "123" for row in (["10.1.0.10", seq, *inbound], [SERVER, seq, *outbound])]
    times = fields(file, "frame.time_epoch")
    assert times == fields(fetched(cluster, "mine.cap", tmp_path), "frame.time_epoch")
    assert all(abs(float(row[0]) - file.stat().st_mtime) < 60 for row in times)
    # Whoever wrote the file, and whatever the resolution of its times.
    subprocess.run(["editcap", "-F", "nsecpcap", file, tmp_path / "fine.cap"], timeout=60, check=True)
    subprocess.run(["editcap", "-F", "pcapng", tmp_path / "fine.cap", tmp_path / "fine.pcapng"], timeout=60, check=True)
    transferred(cluster.lab, tmp_path / "fine.cap", tmp_path / "fine.pcapng", "fw:")
    shown = dump(node, "pcapdump -show if1 -k12").partition(":\n")[2]
    assert shown.count("ETHER") == 6
    for name in ("mine.cap", "mine.pcapng", "fine.cap", "fine.pcapng"):
        assert dump(node, f"pcapdump -show -filename={name} -k12").partition(":\n")[2] == shown, name
    dump(node, "pcapdump -remove -filename=mine.pcapng")
    refused(node, "pcapdump -show -filename=mine.pcapng", "no such file")
    refused(node, "pcapdump -write if1 -filename=mine.pcap", "ends with .cap or .pcapng")
    dump(node, "pcapdump -remove")
    assert "There are no files" in dump(node, "pcapdump -list")


@pytest.mark.feature("C02-136", "C02-140")
def test_filters_and_snaplen(cluster: Cluster, node: LabNode, tmp_path: Path) -> None:
    ports = [53, 60, 85, 92, 95, 96, 21]
    for options, wanted in (("-port=53", {53}), ("-port=53-95", {53, 60, 85, 92, 95}), ("-portdest=53,85,92", {53, 85, 92}),
                            ("-port=FTP", {21}), ("-proto=IGMP,7-9", set()), (f"-ipdest={SERVER} -ipsrc=10.1.0.0/24 -port=53", {53}),
                            ("-ip=198.51.100.9-198.51.100.11,2001:db8::1 -port=60", {60}), ("-ipsrc=198.51.100.10 -port=60", set())):
        dump(node, f"pcapdump -start if1 -snaplen=60 -nowrite {options}", "pcapdump -start if2 -portdest=53,60,85,92,95,96,21")
        udp(cluster, *ports)
        await_counts(node, "if2", [0, len(ports)])
        stopped(node, "if1")
        stopped(node, "if2")
        if not wanted:
            refused(node, "pcapdump -write if1", "no packets")
            continue
        dump(node, "pcapdump -write if1 -filename=filtered.cap")
        # Answers of the server's are errors with the datagram in them.
        rows = fields(fetched(cluster, "filtered.cap", tmp_path), "udp.dstport", "frame.len", "frame.cap_len", only="udp and not icmp")
        assert [row[0] for row in rows] == [str(port) for port in ports if port in wanted], options
        assert {(row[1], row[2]) for row in rows} == {("242", "60")}
        dump(node, "pcapdump -remove")
    refused(node, "pcapdump -start if1 -port=nosuchservice", "-port cannot be 'nosuchservice'")
    refused(node, "pcapdump -start if1 -ip=10.0.0.300", "-ip cannot be '10.0.0.300'")
    refused(node, "pcapdump -start if1 -nocap", "needs -out")
    refused(node, "pcapdump -list -port=53", "has no meaning with -list")


@pytest.mark.feature("C02-139")
def test_a_full_buffer_stops_the_capture(cluster: Cluster, node: LabNode, tmp_path: Path) -> None:
    refused(node, "pcapdump -start if1 -bufsize=127", "Allowed: 128 to")
    dump(node, "pcapdump -start if1 -proto=ICMP", "pcapdump -start if2 -proto=ICMP -bufsize=512")
    done = cluster.lab.run("client", ["ping", "-n", "-q", "-c", "60", "-i", "0.01", "-s", "1400", SERVER])
    assert done.returncode == 0, done.stdout
    await_condition(lambda: counts(node, "if1") == [], "the capture to stop", timeout=20)
    await_counts(node, "if2", [60, 60])
    assert stopped(node, "if2")[:2] == (60, 60)
    name = next(name for name in node.run(["ls", "/run/hadrian/files"]).stdout.split() if name.startswith("if1_"))
    assert 128000 < fetched(cluster, name, tmp_path).stat().st_size <= 131072
    assert len(fields(tmp_path / name, "ip.src")) == 131072 // (1442 + 16)


@pytest.mark.feature("C02-131")
def test_every_interface_and_the_standby(cluster: Cluster, node: LabNode, tmp_path: Path) -> None:
    standby = cluster.nodes[cluster.standby()]
    started = dump(node, "pcapdump -start")
    assert "Starting packet capture on: if1\n" in started and "Starting packet capture on: if2\n" in started
    dump(standby, "pcapdump -start if1")
    ping(cluster)
    await_counts(standby, "if1", [1, 1])  # heartbeats
    await_counts(node, "if2", [3, 3])
    assert stopped(standby, "if1")[0] > 0
    assert "Stopping packet capture on: " in dump(node, "pcapdump -stop")
    names = [name for name in files(node) if name.endswith(".cap")]
    assert {name.split("_")[0] for name in names} >= {"if1", "if2"}
    for name in names:
        rows = fields(fetched(cluster, name, tmp_path), "icmp.type", only="icmp")
        assert len(rows) == (6 if name.startswith(("if1_", "if2_")) else 0), name


@pytest.mark.feature("C02-131")
def test_what_is_refused(cluster: Cluster, node: LabNode) -> None:
    done = node.cli("pcapdump -status")
    assert done.returncode != 0 and "debug" in done.stdout + done.stderr
    refused(node, "pcapdump -start if99", "no active interface")
    refused(node, "pcapdump -start -stop", "two commands")
    refused(node, "pcapdump -stop", "No packets are being captured")
    node.run(["sh", "-c", "echo 'MemTotal: 1000000 kB\nMemAvailable: 90000 kB' > /run/little && mount --bind /run/little /proc/meminfo"])
    try:
        refused(node, "pcapdump -start if1", "Insufficient memory")
    finally:
        node.run(["umount", "/proc/meminfo"])
    assert counts(node, "if1") == []


@pytest.mark.feature("C02-131")
def test_the_datapath_goes_away(cluster: Cluster, node: LabNode) -> None:
    dump(node, "pcapdump -start if1 -proto=ICMP")
    ping(cluster)
    await_counts(node, "if1", [3, 3])
    node.kill_daemon("hadrian-datapath")
    await_condition(lambda: counts(node, "if1") == [], "the capture to end", timeout=20)
    assert "if1_" in dump(node, "pcapdump -list")
