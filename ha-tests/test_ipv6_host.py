# SPDX-License-Identifier: GPL-2.0-or-later
"""The firewall's own IPv6 addresses: ping, SSH, SCP and HTTPS at shared and private ones, before and after a failover."""

import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from lab.cluster import Cluster
from lab.laboratory import Lab
from lab.ssh import ssh, transferred
from lab.wait import await_condition
from test_https import fetch, sysinfo_keys

SHARED, SECOND, PRIVATE = "2001:db8:1::1", "2001:db8:1::5", {"master": "2001:db8:1::2", "slave": "2001:db8:1::3"}
CONFIGURE = f"""
add Address IPAddress if1_ip6_ip Address={SHARED},{SECOND}
add Address IPAddress if1_ip6_net Address=2001:db8:1::/64
add Address IPAddress if1_master Address=10.1.0.2,{PRIVATE["master"]}
add Address IPAddress if1_slave Address=10.1.0.3,{PRIVATE["slave"]}
add Address IPAddress if2_ip6_net Address=2001:db8:2::/64
add Address IPAddress if2_master Address=198.51.100.2,2001:db8:2::2
add Address IPAddress if2_slave Address=198.51.100.3,2001:db8:2::3
set Interface EthernetInterface if1 IPAddress=if1_ip,if1_ip6_ip PrivateIP:0=if1_master PrivateIP:1=if1_slave
set Interface EthernetInterface if2 IPAddress=if2_ip,2001:db8:2::1 PrivateIP:0=if2_master PrivateIP:1=if2_slave
cc RoutingTable main
add Route Interface=if1 Network=if1_ip6_net
add Route Interface=if2 Network=if2_ip6_net
cc
cc RuleSet IPRuleSet main
add IPRule Name=ping6_core Action=Allow SourceInterface=if1 SourceNetwork=all-nets-ip6 DestinationInterface=core DestinationNetwork=all-nets-ip6 Service=all_services
cc
set RemoteManagement RemoteMgmtHTTP https SourceNetwork=if1_net,if1_ip6_net
set RemoteManagement RemoteMgmtSSH ssh SourceNetwork=if1_net,if1_ip6_net
"""


@pytest.fixture(scope="module", autouse=True)
def configured(lab: Lab) -> None:
    cluster = Cluster(lab)
    cluster.await_well()
    cluster.commit(CONFIGURE)
    await_condition(lambda: all("Running" in node.cli("sshserver").stdout for node in cluster.nodes.values()),
                    "the SSH servers", timeout=30)


def ping(cluster: Cluster, address: str, host: str = "client", count: int = 1) -> bool:
    done = cluster.lab.run(host, ["ping", "-6", "-q", "-c", str(count), "-i", "0.2", "-W", "2", address], check=False)
    return " 0% packet loss" in done.stdout


@pytest.mark.feature("C05-011", "C05-023")
def test_every_address_answers_a_ping(cluster: Cluster) -> None:
    for address in (SHARED, SECOND, *PRIVATE.values()):
        assert ping(cluster, address), address
    # A rule lets in whom it names, over IPv6 as over IPv4.
    assert not ping(cluster, "2001:db8:2::1", host="server")


@pytest.mark.feature("C05-011")
def test_the_kernel_does_nothing_of_its_own(cluster: Cluster) -> None:
    """No link-local address, no duplicate address detection, no router solicitation: what a node says is the datapath's."""
    shown = cluster.nodes["master"].run(["ip", "-6", "address", "show", "dev", "h-if1"]).stdout
    assert set(re.findall(r"inet6 (\S+)", shown)) == {f"{address}/128" for address in (SHARED, SECOND, PRIVATE["master"])}
    assert "fe80" not in shown and "tentative" not in shown
    routes = cluster.nodes["master"].run(["ip", "-6", "route", "show", "dev", "h-if1"]).stdout
    assert re.search(rf"2001:db8:1::/64 .*src {PRIVATE['master']}", routes), routes


@pytest.mark.feature("C02-009", "C05-011", "C05-023")
@pytest.mark.parametrize("address", [SHARED, SECOND, *PRIVATE.values()])
def test_ssh(cluster: Cluster, address: str) -> None:
    done = ssh(cluster.lab, "show LocalUserDatabase", address=address)
    assert done.returncode == 0, done.stderr
    assert "AdminUsers" in done.stdout


@pytest.mark.feature("C02-064", "C05-011")
def test_scp(cluster: Cluster, tmp_path: Path) -> None:
    (tmp_path / "there").write_text("over IPv6", encoding="utf-8")
    transferred(cluster.lab, tmp_path / "there", "fw:.", address=SHARED)
    transferred(cluster.lab, "fw:there", tmp_path / "back", address=SHARED)
    assert (tmp_path / "back").read_text(encoding="utf-8") == "over IPv6"


@pytest.mark.feature("MC-051", "C05-011")
@pytest.mark.parametrize("address", [SHARED, *PRIVATE.values()])
def test_https(cluster: Cluster, address: str) -> None:
    status, body = fetch(cluster, f"[{address}]", "cmd=sysinfo", "--user", "admin:admin")
    assert status == "200" and sysinfo_keys(body), body


def test_only_whom_a_rule_names(cluster: Cluster) -> None:
    assert fetch(cluster, "[2001:db8:2::1]", "cmd=sysinfo", "--max-time", "1", "--user", "admin:admin", host="server")[0] == "000"


@pytest.mark.feature("C05-011")
def test_listeners_are_where_the_networks_are(cluster: Cluster) -> None:
    """Without IPv6 in SourceNetwork nobody listens at the IPv6 addresses."""
    node = cluster.nodes[cluster.active()]

    def listening(port: int) -> set[str]:
        shown = node.run(["ss", "-Htln", f"sport = :{port}"]).stdout
        return {line.split()[3].rpartition(":")[0].strip("[]") for line in shown.splitlines()}

    assert {SHARED, SECOND} <= listening(22) and {SHARED, SECOND} <= listening(443)
    cluster.commit("set RemoteManagement RemoteMgmtSSH ssh SourceNetwork=if1_net\n"
                   "set RemoteManagement RemoteMgmtHTTP https SourceNetwork=if1_net\n")
    await_condition(lambda: not any(":" in address for address in listening(22) | listening(443)), "only IPv4", timeout=15)
    assert ssh(cluster.lab, "about", address=SHARED).returncode != 0
    cluster.commit("set RemoteManagement RemoteMgmtSSH ssh SourceNetwork=if1_net,if1_ip6_net\n"
                   "set RemoteManagement RemoteMgmtHTTP https SourceNetwork=if1_net,if1_ip6_net\n")
    await_condition(lambda: SHARED in listening(22) and SHARED in listening(443), "IPv6 again", timeout=15)


@pytest.mark.feature("C05-011", "C05-023")
def test_the_node_opens_connections_of_its_own(cluster: Cluster) -> None:
    """Also the inactive one, from its private address."""
    for node in cluster.nodes.values():
        done = node.run(["ping", "-6", "-q", "-c", "1", "-W", "2", "2001:db8:2::10"])
        assert " 0% packet loss" in done.stdout, done.stdout + done.stderr


@pytest.fixture
def only(cluster: Cluster) -> Iterator[Cluster]:
    yield cluster
    cluster.commit("set Settings IPSettings AllowIPVersion=Any\n")


@pytest.mark.feature("C05-010")
def test_allow_ip_version(only: Cluster) -> None:
    only.commit("set Settings IPSettings AllowIPVersion=IPv4\n")
    assert not ping(only, SHARED)
    assert ssh(only.lab, "about", address="10.1.0.1").returncode == 0
    assert not ping(only, PRIVATE[only.standby()])
    only.commit("set Settings IPSettings AllowIPVersion=IPv6\n")
    assert ping(only, SHARED)
    assert ssh(only.lab, "about", address=SHARED).returncode == 0
    assert ssh(only.lab, "about", address="10.1.0.1").returncode != 0


def pinging(cluster: Cluster) -> subprocess.Popen:
    return cluster.lab.popen("client", ["ping", "-6", "-i", "0.1", "-w", "20", SHARED], stdout=subprocess.PIPE, text=True)


@pytest.mark.feature("C05-023", "C22-002")
def test_a_failover_keeps_the_shared_address(cluster: Cluster) -> None:
    """A ping goes on, and SSH and HTTPS answer at the shared address of the survivor with the same host key."""
    process = pinging(cluster)
    try:
        keys = cluster.lab.run("client", ["ssh-keyscan", "-T", "5", "-t", "ecdsa", SHARED]).stdout.split()[-1]
        victim, survivor, _ = cluster.crash_active()
        cluster.await_active(survivor)
        assert ping(cluster, SHARED, count=3)
        assert cluster.lab.run("client", ["ssh-keyscan", "-T", "5", "-t", "ecdsa", SHARED]).stdout.split()[-1] == keys
        assert ssh(cluster.lab, "about", address=SHARED).returncode == 0
        assert fetch(cluster, f"[{SHARED}]", "cmd=sysinfo", "--user", "admin:admin")[0] == "200"
        assert not ping(cluster, PRIVATE[victim])
    finally:
        process.terminate()
        sequence = [int(number) for number in re.findall(r"icmp_seq=(\d+)", process.communicate()[0])]
    # What came back before and after is the same run of numbers with one gap.
    assert len(sequence) > 10 and sum(b - a > 1 for a, b in zip(sequence, sequence[1:], strict=False)) <= 1, sequence
