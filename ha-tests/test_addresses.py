# SPDX-License-Identifier: GPL-2.0-or-later
"""Address objects in a running cluster: many addresses of an interface, and the IP versions that are processed."""

import json
import re
import subprocess
from collections.abc import Iterator

import pytest
from lab.cluster import Cluster
from lab.wait import await_condition

# More than any table of a fixed size on the way would hold.
ADDRESSES = [f"10.1.0.{last}" for last in (1, *range(100, 180))]


def answering(cluster: Cluster, addresses: list[str]) -> list[str]:
    """Those that answer the client's ping, all asked at once."""
    asked = " ".join(addresses)
    script = f'for a in {asked}; do ping -q -c 1 -W 2 "$a" > /dev/null && echo "$a" & done; wait'
    return sorted(cluster.lab.run("client", ["bash", "-c", script], timeout=60).stdout.split())


@pytest.fixture
def many_addresses(cluster: Cluster) -> Iterator[Cluster]:
    cluster.commit(f"set Address IPAddress if1_ip Address={','.join(ADDRESSES)}")
    yield cluster
    cluster.commit("set Address IPAddress if1_ip Address=10.1.0.1")


@pytest.mark.feature("C05-009", "C03-009", "C03-005")
def test_many_addresses_of_an_interface_answer_before_and_after_a_failover(many_addresses: Cluster) -> None:
    """Every one answers ARP and ping, at the shared Ethernet address; the surviving node answers for all of them."""
    cluster = many_addresses
    assert answering(cluster, ADDRESSES) == sorted(ADDRESSES)
    neighbours = json.loads(cluster.lab.run("client", ["ip", "-json", "neighbour", "show"]).stdout)
    seen = {entry["dst"]: entry.get("lladdr") for entry in neighbours}
    assert {seen[address] for address in ADDRESSES} == {"10:00:00:01:00:01"}

    # Management is at all of them too.
    for port in (22, 443):
        connected = ["bash", "-c", f"exec 3<> /dev/tcp/{ADDRESSES[-1]}/{port}"]
        await_condition(lambda words=connected: cluster.lab.run("client", words).returncode == 0, f"port {port}", timeout=10)

    victim, survivor, _ = cluster.crash_active()
    cluster.await_active(survivor)
    assert answering(cluster, ADDRESSES) == sorted(ADDRESSES)
    cluster.nodes[victim].start()
    cluster.await_well()


@pytest.mark.feature("C03-005")
def test_the_first_starts_address_stands_for_nothing_until_it_is_set(cluster: Cluster) -> None:
    """What an interface has before anybody configured it is nobody's address; the object is changed, not the interface."""
    cluster.commit("set Address IPAddress if1_ip Address=127.0.1.1")
    try:
        assert answering(cluster, ["10.1.0.1"]) == []
        assert "127.0" not in cluster.nodes[cluster.active()].cli("routes -alltypes").stdout
        # The interface works with each node's own address meanwhile.
        assert answering(cluster, ["10.1.0.2", "10.1.0.3"]) == ["10.1.0.2", "10.1.0.3"]
    finally:
        cluster.commit("set Address IPAddress if1_ip Address=10.1.0.1")
    assert answering(cluster, ["10.1.0.1"]) == ["10.1.0.1"]


@pytest.mark.feature("C05-009")
def test_an_address_that_is_taken_away_is_silent(cluster: Cluster) -> None:
    cluster.commit("set Address IPAddress if1_ip Address=10.1.0.1,10.1.0.100")
    assert answering(cluster, ["10.1.0.1", "10.1.0.100"]) == ["10.1.0.1", "10.1.0.100"]
    cluster.commit("set Address IPAddress if1_ip Address=10.1.0.1")
    assert answering(cluster, ["10.1.0.1", "10.1.0.100"]) == ["10.1.0.1"]


@pytest.mark.feature("C05-010")
def test_only_ipv6_allowed_drops_ipv4_and_counts_it(cluster: Cluster) -> None:
    server = ["ping", "-q", "-c", "1", "-W", "1", "198.51.100.10"]
    node = cluster.nodes[cluster.active()]
    assert cluster.lab.run("client", server).returncode == 0
    cluster.commit("set Settings IPSettings AllowIPVersion=IPv6")
    try:
        assert cluster.lab.run("client", server, check=False).returncode != 0
        assert answering(cluster, ["10.1.0.1"]) == []
        shown = node.cli("statistics /datapath/drop/ip_version").stdout
        dropped = re.search(r"/datapath/drop/ip_version +(\d+)", shown)
        assert dropped and int(dropped[1]) >= 2, shown
    finally:
        cluster.commit("set Settings IPSettings AllowIPVersion=Any")
    await_condition(lambda: cluster.lab.run("client", server, check=False).returncode == 0, "the server answers", timeout=10)


@pytest.mark.feature("C05-008")
def test_a_first_start_made_the_interfaces_objects(cluster: Cluster) -> None:
    """The lab's configuration sets if3_net; if3_ip is as it was made, and means nothing."""
    shown = cluster.nodes["master"].cli("netobjects").stdout
    assert "if3_net       192.0.2.0/30" in shown
    assert "if3_ip        127.0." in shown
    assert "all-nets      0.0.0.0/0, ::/0" in shown
    assert "127.0" not in cluster.nodes["master"].cli("routes -alltypes").stdout


@pytest.mark.feature("C05-005")
def test_a_deleted_object_that_is_needed_is_refused_at_activation(cluster: Cluster) -> None:
    node = cluster.nodes[cluster.active()]
    done = node.commands("delete Address IPAddress if1_net\nactivate\n")
    assert done.returncode != 0
    assert "SourceNetwork refers to 'if1_net', but there is no IPAddress of that name" in done.stdout + done.stderr
    assert node.commands("reject\n").returncode == 0
    assert answering(cluster, ["10.1.0.1"]) == ["10.1.0.1"]


@pytest.mark.feature("C05-001", "C05-003")
def test_objects_as_json_and_back(cluster: Cluster) -> None:
    """The recipe of docs/configuration.md: what `show -json` prints, jq makes commands of that make the same objects."""
    recipe = r'.IPAddress[] | "add IPAddress \(.Name) Address=\(.Address | join(",")) Comments=\(.Comments // "" | @json)"'
    node = cluster.nodes[cluster.active()]
    comment = r'"say \"hi\" \\ once,\ntwice"'
    done = node.commands(f"add IPAddress odd Address=10.0.0.1,if1_net Comments={comment}\n")
    assert done.returncode == 0, done.stdout
    try:
        printed = node.cli("show -json IPAddress odd").stdout
        assert json.loads(printed)["IPAddress"][0]["Comments"] == 'say "hi" \\ once,\ntwice'
        made = subprocess.run(["jq", "-r", recipe], input=printed, text=True, capture_output=True, check=True).stdout
        done = node.commands(f"delete IPAddress odd\n{made}")
        assert done.returncode == 0, done.stdout
        assert node.cli("show -json IPAddress odd").stdout == printed
        everything = json.loads(node.cli("show -json -all").stdout)
        assert everything["IPRuleSet"][0]["IPRule"][0]["Name"] == "lan_to_wan"
        assert "$y$" not in json.dumps(everything)
        assert json.loads(node.cli("show -changes -json").stdout)[0]["Name"] == "odd"
        assert json.loads(node.cli("show -errors -json").stdout) == []
    finally:
        node.commands("reject\n")
