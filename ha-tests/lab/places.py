# SPDX-License-Identifier: GPL-2.0-or-later
"""Where things are: the repository, the binaries under test, and what the lab keeps while it runs."""

import json
import os
import re
from pathlib import Path

from lab.errors import LabError

REPOSITORY = Path(__file__).resolve().parents[2]
LABS = Path("/run/hadrian-lab")
DEFAULT_TOPOLOGY = Path(__file__).resolve().parent / "topologies" / "default.json"

# Where meson puts each program, below the build folder.
BINARIES = {
    "hadrian-mgmtd": "mgmt/mgmtd/hadrian-mgmtd",
    "hadrian-clusterd": "cluster/hadrian-clusterd",
    "hadrian-datapath": "datapath/hadrian-datapath",
    "hadrian-keygen": "cluster/hadrian-keygen",
    "hadrian": "mgmt/cli/hadrian",
    "hadrian-clock": "mgmt/clock/hadrian-clock",
    "hadrian-log": "mgmt/log/hadrian-log",
    "hadrian-radius": "mgmt/radius/hadrian-radius",
    "hadrian-sshd": "mgmt/ssh/hadrian-sshd",
    "hadrian-scp": "mgmt/scp/hadrian-scp",
    "gaiconfig": "mgmt/gaiconfig/gaiconfig",
    "probe": "ha-tests/probe/probe",
    "flows": "ha-tests/probe/flows",
    "hostile": "ha-tests/probe/hostile",
    "flood": "ha-tests/probe/flood",
    "mangle": "ha-tests/probe/mangle",
    "vlantap": "ha-tests/probe/vlantap",
    "crowd": "ha-tests/probe/crowd",
}
# Those of them that a node does not run.
TEST_PROGRAMS = {"probe", "flows", "hostile", "flood", "mangle", "vlantap", "crowd"}


def lab_name() -> str:
    """The lab that commands mean: $LAB, or "hadrian"."""
    name = os.environ.get("LAB") or "hadrian"
    # Namespaces are called <lab>-<host>, so that a dash in the lab's name would make two labs' names alike.
    if not re.fullmatch(r"[A-Za-z0-9_]{1,32}", name):
        raise LabError(f"LAB={name}: a lab's name is 1 to 32 letters, digits and underscores")
    return name


def build_directory() -> Path:
    """The build under test: $HADRIAN_BUILD (absolute, or below the repository), or build/release."""
    return (REPOSITORY / (os.environ.get("HADRIAN_BUILD") or "build/release")).resolve()


def binary(name: str, build: Path) -> Path:
    """The path of one of our programs in a build."""
    path = build / BINARIES[name]
    if not path.is_file():
        raise LabError(f"{name} is not built ({path} is missing) - build it with: "
                       f"meson setup {build} {REPOSITORY} && ninja -C {build}")
    return path


def source_of(build: Path) -> Path:
    """The sources that a build was made of."""
    described = json.loads((build / "meson-info" / "meson-info.json").read_text(encoding="utf-8"))
    return Path(described["directories"]["source"])


def data_environment(build: Path) -> dict[str, str]:
    """Tells daemons that are not installed where their data is."""
    return {"HADRIAN_SCHEMA_DIR": str(source_of(build) / "mgmt" / "schema"), "HADRIAN_CGI_DIR": str(build / "mgmt" / "https"),
            "HADRIAN_MIB_DIR": str(build / "configs" / "mibs"),
            "HADRIAN_CLOCK": os.environ.get("HADRIAN_CLOCK") or str(build / BINARIES["hadrian-clock"]),
            "HADRIAN_SSHD": str(build / BINARIES["hadrian-sshd"]), "HADRIAN_CLI": str(build / BINARIES["hadrian"]),
            "HADRIAN_LOG": str(build / BINARIES["hadrian-log"]),
            "HADRIAN_RADIUS": str(build / BINARIES["hadrian-radius"]),
            "HADRIAN_SCP": str(build / BINARIES["hadrian-scp"])}


def require_root() -> None:
    if os.geteuid() != 0:
        raise LabError("the lab makes network namespaces and must run as root - try: sudo ./lab ...")
