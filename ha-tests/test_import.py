# SPDX-License-Identifier: GPL-2.0-or-later
"""Configuration profiles of older devices (*.atv): what is in them comes into force, what cannot is named and changes nothing."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from lab.cluster import Cluster
from lab.node import LabNode
from lab.ssh import scp, transferred
from lab.traffic import CLIENT

END = "// End of configuration profile\n"
PROFILE = f"""// A device's configuration
EXTERN_IP = "198.51.100.1"
EXTERN_NETMASK = "255.255.255.0"
NTP_SERVERS:0.NTP_SERVER = "198.51.100.10"
NTP_SERVERS:0.PREFER_VPN = "no"
FW_INCOMING:0.PROTO = "icmp"
FW_INCOMING:0.DST_IP = "{CLIENT}"
FW_INCOMING:0.TARGET = "ACCEPT"
FW_INCOMING:0.LOG = "yes"
FW_INCOMING:0.INTERFACE = "WAN"
PORT_MIRROR_RECEIVER = "swp2"
QOS_INGRESS_LOCAL_ENABLE = "no"
VPN_UNIQUE_IDS = "no"
{END}"""


def pings(cluster: Cluster) -> int:
    """How many of three that the server sends to the client are answered."""
    done = cluster.lab.run("server", ["ping", "-n", "-c", "3", "-i", "0.05", "-W", "1", CLIENT])
    received = re.search(r"(\d+) received", done.stdout)
    assert received, done
    return int(received[1])


@pytest.fixture
def node(cluster: Cluster) -> Iterator[LabNode]:
    """The active one, whose configuration is at the end what it was."""
    active = cluster.nodes[cluster.active()]
    active.succeed("profile -save before\n")
    yield active
    active.cli("reject")
    active = cluster.nodes[cluster.active()]
    if "No differences" not in active.cli("profile -compare before").stdout:
        active.commands("profile -restore before\nactivate\ncommit\n")
    active.cli("profile -delete before")


@pytest.mark.feature("MA-030", "MA-038", "MA-039", "MA-055")
def test_an_old_profile_comes_into_force(cluster: Cluster, node: LabNode, tmp_path: Path) -> None:
    (tmp_path / "plant.atv").write_text(PROFILE)
    assert pings(cluster) == 0
    transferred(cluster.lab, tmp_path / "plant.atv", "fw:")
    assert "plant" in node.cli("profile").stdout
    assert "No changes." in node.cli("show -changes").stdout
    assert "+  TimeServer ntp_1" in node.cli("profile -compare plant").stdout
    log = node.cli("cfglog -all").stdout
    assert re.search(r"action: admin:Administrators performed the action 'profile/upload' via SSH from \S+: plant$", log, re.M), log
    node.commit("profile -restore plant")
    assert pings(cluster) == 3
    for one in cluster.nodes.values():
        shown = one.commands("cc RuleSet IPRuleSet main\nshow IPRule incoming_1\ncc DateTime\nshow TimeServer ntp_1\n").stdout
        assert "if2" in shown and "198.51.100.10" in shown, shown

    # Typed, it tells what there is nothing for, and where the device's ports are elsewhere they are told.
    (tmp_path / "plant.txt").write_text(PROFILE)
    transferred(cluster.lab, tmp_path / "plant.txt", "fw:")
    told = node.succeed("profile -import typed plant.txt\n")
    assert "  MIRROR_RECEIVER (formerly PORT_MIRROR_RECEIVER)\n" in told and "  VPN_UNIQUE_IDS\n" in told, told
    assert "Of the profile's 12 variables 8 were taken." in told, told
    (tmp_path / "rules.txt").write_text("".join(line for line in PROFILE.splitlines(True) if not line.startswith("EXTERN")))
    transferred(cluster.lab, tmp_path / "rules.txt", "fw:")
    for port, interface in (("XF2", "if1"), ("External", "if1"), ("External", "if9")):
        done = node.cli(f"profile -import moved rules.txt -ports={port}:{interface}")
        assert (done.returncode == 0) == (interface != "if9"), done
    assert "'if9'" in done.stdout, done
    node.succeed("profile -restore moved\ncc RuleSet IPRuleSet main\nshow IPRule incoming_1\n")
    assert re.search(r"SourceInterface: +if1", node.commands("cc RuleSet IPRuleSet main\nshow IPRule incoming_1\n").stdout)
    node.succeed("reject\nprofile -delete typed\nprofile -delete moved\nprofile -delete plant\n")


@pytest.mark.feature("MA-034", "MA-038")
def test_what_is_wrong_is_named_and_changes_nothing(cluster: Cluster, node: LabNode, tmp_path: Path) -> None:
    (tmp_path / "windows.atv").write_bytes(PROFILE.replace("\n", "\r\n").encode())
    done = scp(cluster.lab, tmp_path / "windows.atv", "fw:")
    assert done.returncode != 0 and "line 1, column 28: the file's lines end with CR LF; make them end with LF alone (dos2unix FILE)" in done.stderr, done
    (tmp_path / "cut.atv").write_text(PROFILE.split("VPN_UNIQUE", 1)[0])
    done = scp(cluster.lab, tmp_path / "cut.atv", "fw:")
    assert done.returncode != 0 and "'// End of configuration profile' is missing" in done.stderr, done
    (tmp_path / "damaged.atv").write_text(PROFILE.replace('"icmp"', "icmp"))
    done = scp(cluster.lab, tmp_path / "damaged.atv", "fw:")
    assert done.returncode != 0 and "line 6, column 23: the value in double quotes is missing" in done.stderr, done
    (tmp_path / "nothing.atv").write_text("hello\n")
    done = scp(cluster.lab, tmp_path / "nothing.atv", "fw:")
    assert done.returncode != 0 and "it is no configuration profile" in done.stderr, done
    for name in ("windows", "cut", "damaged", "nothing"):
        done = node.cli(f"profile -import {name} {name}.atv")
        assert done.returncode != 0 and "there is no such file" in done.stdout, done

    # What this system has not is named; the file stays, and can be taken without it.
    (tmp_path / "shaped.atv").write_text(PROFILE.replace('LOCAL_ENABLE = "no"', 'LOCAL_ENABLE = "yes"').replace(END, 'PPPOE_USER = "me"\n' + END))
    done = scp(cluster.lab, tmp_path / "shaped.atv", "fw:")
    assert done.returncode != 0 and "kept as a file, not as a profile" in done.stderr and 'Error for QOS_INGRESS_LOCAL_ENABLE="yes": Quality of Service' in done.stderr, done
    done = node.cli("profile -import shaped shaped.atv")
    assert done.returncode != 0, done
    assert [line for line in done.stdout.splitlines() if line.startswith("Error for ")] == [
        'Error for QOS_INGRESS_LOCAL_ENABLE="yes": Quality of Service is not supported: reset it to its default on the old device.',
        'Error for PPPOE_USER="me": PPPoE is not supported: reset it to its default on the old device.'], done.stdout
    assert "shaped" not in node.cli("profile").stdout
    assert "No changes." in node.cli("show -changes").stdout
    assert "Saved profile shaped" in node.succeed("profile -import shaped shaped.atv -force\n")
    node.succeed("profile -delete shaped\n")
