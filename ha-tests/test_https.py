# SPDX-License-Identifier: GPL-2.0-or-later
"""nph-vpn.cgi over HTTPS, on every address of the management interface, before and after a failover."""

import pytest
from lab.cluster import Cluster

SHARED, PRIVATE_MASTER, PRIVATE_SLAVE = "10.1.0.1", "10.1.0.2", "10.1.0.3"
SYSINFO = ["mGuardProductName", "mGuardHardware", "mGuardHardwareVersion", "mGuardVersion"]


def fetch(cluster: Cluster, address: str, query: str, *options: str, host: str = "client") -> tuple[str, str]:
    """HTTP status ("000": none) and body."""
    done = cluster.lab.run(host, ["curl", "--insecure", "--silent", "--max-time", "10", "--write-out", "\n%{http_code}",
                                  *options, f"https://{address}/nph-vpn.cgi?{query}"])
    body, _, status = done.stdout.rpartition("\n")
    return status, body


def sysinfo_keys(body: str) -> list[str]:
    return [word.partition("=")[0] for word in body.replace("\n", " ").split() if "=" in word and word.startswith("mGuard")]


@pytest.mark.feature("MC-001", "MC-004", "MC-006", "MC-007", "MC-051")
@pytest.mark.parametrize("address", [SHARED, PRIVATE_MASTER, PRIVATE_SLAVE])
def test_sysinfo(cluster: Cluster, address: str) -> None:
    status, body = fetch(cluster, address, "cmd=sysinfo", "--user", "admin:admin")
    assert status == "200", body
    assert sysinfo_keys(body) == SYSINFO, body


@pytest.mark.feature("MC-005", "MC-006")
@pytest.mark.parametrize("options", [[], ["--user", "admin:wrong"], ["--user", "nobody:admin"], ["--user", "admin:"]])
def test_wrong_credentials_get_401(cluster: Cluster, options: list[str]) -> None:
    status, body = fetch(cluster, SHARED, "cmd=sysinfo", *options)
    assert status == "401"
    assert "mGuard" not in body


@pytest.mark.feature("MC-002")
@pytest.mark.parametrize("query", ["", "cmd=", "cmd=nonsense", "cmd=sysinfo&cmd=sysinfo", "cmd=%00", "cmd=" + "x" * 900])
def test_bad_requests_do_not_run_anything(cluster: Cluster, query: str) -> None:
    status, body = fetch(cluster, SHARED, query, "--user", "admin:admin")
    assert status.startswith(("2", "4")) and "mGuardVersion" not in body, (status, body)
    assert fetch(cluster, SHARED, "cmd=sysinfo", "--user", "admin:admin")[0] == "200"


def test_not_reachable_from_the_wan(cluster: Cluster) -> None:
    """The configuration opens HTTPS to the LAN only."""
    for address in ("198.51.100.1", "198.51.100.2"):
        assert fetch(cluster, address, "cmd=sysinfo", "--max-time", "1", "--user", "admin:admin", host="server")[0] == "000"


@pytest.mark.feature("MC-051", "C22-002")
def test_sysinfo_on_the_shared_address_after_a_crash(cluster: Cluster) -> None:
    _, survivor, _ = cluster.crash_active()
    cluster.await_active(survivor)
    status, body = fetch(cluster, SHARED, "cmd=sysinfo", "--user", "admin:admin")
    assert status == "200" and sysinfo_keys(body) == SYSINFO, body
