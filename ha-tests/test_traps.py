# SPDX-License-Identifier: GPL-2.0-or-later
"""SNMPv2c traps: what snmptrapd understands of them, with the MIB that comes with the build, and where they come from."""

import os
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from lab.cluster import Cluster
from lab.cut import silent_cut
from lab.laboratory import Lab
from lab.places import REPOSITORY
from lab.ssh import transferred
from lab.traffic import CLIENT, Flows
from lab.traps import MODULE, TrapServer, mib_environment
from lab.wait import await_condition

SERVER = "198.51.100.10"
ALL_PORT, NOBODY_PORT = 1162, 5999
COMMUNITY = "Rather-Secret-7"
PRIVATE = {"master": "198.51.100.2", "slave": "198.51.100.3"}
ROLES = {"master": "master(1)", "slave": "slave(2)"}
MIB = f"{MODULE}.mib"


@pytest.fixture(scope="module")
def everything(lab: Lab) -> Iterator[TrapServer]:
    """A receiver of all that is logged, and the configuration that names it."""
    with TrapServer(lab, "server", SERVER, ALL_PORT) as running:
        cluster = Cluster(lab)
        cluster.await_well()
        for name, node in cluster.nodes.items():
            node.commit(f"set System Name=fw-{name}")
            cluster.await_well()
        cluster.commit(f"add LogReceiver LogReceiverSNMP2c my_receiver IPAddress={SERVER} Port={ALL_PORT}\n"
                       f"add LogReceiver TrapReceiverSNMP2c ha_traps IPAddress={SERVER} Community={COMMUNITY}\n"
                       f"set Interface EthernetInterface if1 MonitorTargets={CLIENT}")

        def both_tell() -> bool:
            """Each commit is told by both nodes, as soon as their hadrian-log know where to."""
            cluster.commit(f"set LogReceiver LogReceiverSNMP2c my_receiver Comments={len(running.traps())}")
            return {trap.source for trap in running.traps()} == set(PRIVATE.values())

        await_condition(both_tell, "both nodes sending traps", 30)
        yield running


@pytest.fixture(scope="module")
def server(lab: Lab, everything: TrapServer) -> Iterator[TrapServer]:
    """A receiver of the cluster's own traps."""
    with TrapServer(lab, "server", SERVER, community=COMMUNITY) as running:
        yield running


def statistic(cluster: Cluster, node: str, path: str) -> int:
    found = re.search(r"\D(\d+)\D*$", cluster.nodes[node].cli(f"statistics {path}").stdout)
    assert found, path
    return int(found[1])


@pytest.mark.feature("C22-060", "C22-061")
def test_a_failover_is_told_in_traps_of_their_own(cluster: Cluster, server: TrapServer) -> None:
    before = len(server.traps())
    victim, survivor, _ = cluster.crash_active()
    cluster.await_active(survivor)
    server.await_trap("hadrianHaPeerDead", PRIVATE[survivor], before, hadrianTrapID="^1200006$", hadrianTrapSeverity=r"^warning\(4\)$")
    active = server.await_trap("hadrianHaActive", PRIVATE[survivor], before)
    description = active.values.pop("hadrianTrapDescription")
    assert re.fullmatch(r"active: .* \(term \d+\)", description), description
    assert active.values == {"hadrianTrapSystem": f"fw-{survivor}", "hadrianHaClusterID": "1", "hadrianHaRole": ROLES[survivor],
                             "hadrianHaActivity": "active(2)", "hadrianHaInterface": "", "hadrianTrapSeverity": "notice(5)",
                             "hadrianTrapID": "1200001"}
    before = len(server.traps())
    cluster.nodes[victim].start()
    cluster.await_well()
    server.await_trap("hadrianHaPeerAlive", PRIVATE[survivor], before, hadrianHaActivity="active")
    server.await_trap("hadrianHaPeerJoined", PRIVATE[survivor], before)


@pytest.mark.feature("C22-060")
def test_a_planned_change_is_told_by_both(cluster: Cluster, server: TrapServer) -> None:
    before, active = len(server.traps()), cluster.active()
    assert cluster.nodes[active].cli("ha -deactivate").returncode == 0
    cluster.await_active(cluster.other(active))
    server.await_trap("hadrianHaYielding", PRIVATE[active], before)
    server.await_trap("hadrianHaActive", PRIVATE[cluster.other(active)], before, hadrianHaActivity="active")
    server.await_trap("hadrianHaInactive", PRIVATE[active], before, hadrianHaActivity="inactive")


@pytest.mark.feature("C22-060")
def test_faulty_interfaces_and_links_are_named(cluster: Cluster, server: TrapServer) -> None:
    before, active = len(server.traps()), cluster.active()
    standby = cluster.other(active)
    with silent_cut(cluster.lab, active, "if1"):
        offline = server.await_trap("hadrianHaInterfaceOffline", PRIVATE[active], before, hadrianHaInterface="^if1$")
        server.await_trap("hadrianHaPeerInterfaceOffline", PRIVATE[standby], before, hadrianHaInterface="^if1$")
    assert offline.values["hadrianTrapDescription"].startswith("HA interface offline: EthernetInterface if1")
    server.await_trap("hadrianHaInterfaceOnline", PRIVATE[active], before, hadrianHaInterface="^if1$")
    cluster.await_well()
    before = len(server.traps())
    cluster.lab.set_link(standby, "if3", "down")
    server.await_trap("hadrianHaLinkDown", PRIVATE[active], before, hadrianHaInterface="^if3$")
    server.await_trap("hadrianHaSyncFailure", PRIVATE[active], before, hadrianTrapDescription="no Sync interface reaches the peer")
    cluster.lab.set_link(standby, "if3", "up")
    server.await_trap("hadrianHaSyncRestored", PRIVATE[active], before, hadrianHaInterface="^if3$")


@pytest.mark.feature("C20-029")
def test_log_receivers_get_everything_as_one_trap(cluster: Cluster, everything: TrapServer, server: TrapServer) -> None:
    before, active = len(everything.traps()), cluster.active()
    with Flows(cluster.lab, 5, 5) as flows:
        flows.check()
        values = everything.await_trap("hadrianGenericTrap", PRIVATE[active], before, hadrianTrapDescription="^flow_open$").values
    assert (values["hadrianTrapSystem"], values["hadrianTrapCategory"], values["hadrianTrapID"]) == (f"fw-{active}", "FLOW", "600001")
    assert (values["hadrianTrapSeverity"], values["hadrianTrapAction"]) == ("information(6)", "allow")
    assert re.match(r"event=flow_open rule=lan_to_wan .* action=allow$", values["hadrianTrapParameters"]), values
    assert cluster.nodes[active].cli("ha -deactivate").returncode == 0
    everything.await_trap("hadrianGenericTrap", PRIVATE[active], before, hadrianTrapCategory="^HA$", hadrianTrapID="^1200002$",
                          hadrianTrapParameters="^event=ha_inactive daemon=hadrian-clusterd description=")
    cluster.await_well()
    assert {trap.name for trap in everything.traps()} == {"hadrianGenericTrap"}
    assert "hadrianGenericTrap" not in {trap.name for trap in server.traps()}


@pytest.mark.feature("C22-060", "C22-061")
def test_receivers_that_are_gone_hold_up_nothing(cluster: Cluster, server: TrapServer) -> None:
    cluster.commit(f"add LogReceiver TrapReceiverSNMP2c dead IPAddress={SERVER} Port={NOBODY_PORT}\n"
                   f"add LogReceiver LogReceiverSNMP2c gone IPAddress=198.51.100.99\n"
                   f"add LogReceiver LogReceiverSNMP2c one IPAddress={SERVER} Port={NOBODY_PORT} SendRateLimit=1")
    before, active = len(server.traps()), cluster.active()
    with Flows(cluster.lab, 0, 500) as flows:
        assert flows.check() == "tcp 0/0 udp 500/500 resets 0"
        assert cluster.nodes[active].cli("ha -deactivate").returncode == 0
        cluster.await_active(cluster.other(active))
        assert flows.check() == "tcp 0/0 udp 500/500 resets 0"
    server.await_trap("hadrianHaActive", PRIVATE[cluster.other(active)], before)
    for path in ("/log/receivers/dead/sent", "/log/receivers/one/rate_limited", "/log/receivers/gone/sent"):
        await_condition(lambda path=path: statistic(cluster, active, path) > 0, path, 20)
    cluster.await_well()
    cluster.commit("delete LogReceiver TrapReceiverSNMP2c dead\ndelete LogReceiver LogReceiverSNMP2c gone\n"
                   "delete LogReceiver LogReceiverSNMP2c one")


@pytest.mark.feature("C22-060")
def test_exceptions_decide(cluster: Cluster, server: TrapServer) -> None:
    cluster.commit("cc LogReceiver TrapReceiverSNMP2c ha_traps\nadd TrapException LogID=1200001\ncc")
    before, active = len(server.traps()), cluster.active()
    survivor = cluster.other(active)
    assert cluster.nodes[active].cli("ha -deactivate").returncode == 0
    server.await_trap("hadrianHaInactive", PRIVATE[active], before)
    cluster.await_well()
    assert cluster.nodes[survivor].cli("ha -deactivate").returncode == 0
    server.await_trap("hadrianHaInactive", PRIVATE[survivor], before)
    assert "hadrianHaActive" not in {trap.name for trap in server.traps()[before:]}
    cluster.await_well()
    cluster.commit("cc LogReceiver TrapReceiverSNMP2c ha_traps\ndelete TrapException 1\ncc")


@pytest.mark.parametrize(("lines", "said"), [
    ("add LogReceiver TrapReceiverSNMP2c bad IPAddress=198.51.100.0/24", "IPAddress"),
    ("add LogReceiver TrapReceiverSNMP2c bad IPAddress=10.1.0.9 TrapCategory=STARTUP",
     "TrapReceiverSNMP2c bad: TrapCategory cannot be 'STARTUP'. Allowed: HA"),
    (f"add LogReceiver LogReceiverSNMP2c bad IPAddress=10.1.0.9 Community={'x' * 65}",
     "LogReceiverSNMP2c bad: Community cannot be '***'. Allowed: a secret of 1 to 64 characters."),
    ("add LogReceiver LogReceiverSNMP2c ha_traps IPAddress=10.1.0.9", "Name=ha_traps is that of another log receiver"),
    ("cc LogReceiver TrapReceiverSNMP2c ha_traps\nadd TrapException LogID=700001\ncc",
     "LogID=700001 is no event with a trap of its own; a LogReceiverSNMP2c sends any event")])
def test_what_makes_no_sense_is_refused(cluster: Cluster, server: TrapServer, lines: str, said: str) -> None:
    node = cluster.nodes[cluster.active()]
    shown = node.commands(f"{lines}\nshow -errors\n").stdout
    assert said in shown, shown
    node.commands("reject\n")


def test_the_community_stays_secret(cluster: Cluster, server: TrapServer) -> None:
    for name, node in cluster.nodes.items():
        for command in ("show LogReceiver TrapReceiverSNMP2c ha_traps", "show -json LogReceiver", "cfglog", "script -create LogReceiver"):
            assert COMMUNITY not in node.cli(command).stdout
        kept = node.run(["cat", "/var/lib/hadrian/config.json"]).stdout
        assert "ha_traps" in kept and COMMUNITY not in kept
        assert not [log for log in node.log.iterdir() if log.is_file() and COMMUNITY.encode() in log.read_bytes()], name
        for program in node.programs("hadrian-log"):
            said = node.run(["cat", f"/proc/{program}/cmdline", f"/proc/{program}/environ", f"/proc/{program}/status"]).stdout
            assert COMMUNITY not in said and re.search(r"^Uid:\s+64001\s+64001\s", said, re.MULTILINE)
            assert re.search(r"^CapEff:\s+0+$", said, re.MULTILINE), said


def test_the_mib_is_fetched_and_says_what_every_event_is(cluster: Cluster, server: TrapServer, tmp_path: Path) -> None:
    transferred(cluster.lab, "fw:/*.mib", tmp_path)
    fetched = tmp_path / MIB
    assert fetched.read_bytes() == (cluster.lab.build() / "configs" / "mibs" / MIB).read_bytes()
    libraries = f"{tmp_path}:{REPOSITORY / 'ha-tests' / 'mibs'}"
    lint = subprocess.run(["smilint", "-l", "6", "-s", "-c", "/dev/null", str(fetched)], env=dict(os.environ) | {"SMIPATH": libraries},
                          capture_output=True, text=True, timeout=30, check=False)
    assert lint.returncode == 0 and not [line for line in (lint.stdout + lint.stderr).splitlines() if MIB in line], lint
    events = re.findall(r"X\((HA_\w+), (\d+), ", (REPOSITORY / "lib" / "log_event.h").read_text(encoding="utf-8"))
    assert len(events) >= 20
    names = [f"{MODULE}::hadrian{''.join(word.capitalize() for word in name.split('_'))}" for name, _ in events]
    done = subprocess.run(["snmptranslate", "-On", *names], env=dict(os.environ) | mib_environment(cluster.lab.build()),
                          capture_output=True, text=True, timeout=30, check=True)
    enterprise = re.search(r"enterprises (\d+) }", fetched.read_text(encoding="utf-8"))
    assert enterprise and done.stdout.split() == [f".1.3.6.1.4.1.{enterprise[1]}.1.0.{number}" for _, number in events], done


@pytest.mark.feature("C22-060")
def test_nodes_that_are_not_alike_tell_so(cluster: Cluster, server: TrapServer) -> None:
    # The last here: commits stay at their node from now on.
    before, active = len(server.traps()), cluster.active()
    for node in cluster.nodes.values():
        node.commit("set HighAvailability AutoSyncCfg=No")
        cluster.await_well()
    cluster.nodes[active].commit("add VLAN vl1 BaseInterface=if1 VLANID=101 IPAddress=10.77.1.1 Network=10.77.1.0/24 "
                                 "PrivateIP:0=10.77.1.2 PrivateIP:1=10.77.1.3")
    for node in cluster.nodes:
        server.await_trap("hadrianHaCfgNotInSync", PRIVATE[node], before, hadrianTrapDescription="^HA_CfgNotInSync: .*vl1")
    assert cluster.nodes[active].cli("ha -sendconf").returncode == 0
    for node in cluster.nodes:
        server.await_trap("hadrianHaCfgInSync", PRIVATE[node], before)
