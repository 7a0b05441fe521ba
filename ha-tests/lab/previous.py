# SPDX-License-Identifier: GPL-2.0-or-later
"""The release before the one under test, for pairs of two releases: its sources are taken from git, built once, and kept."""

import fcntl
import json
import os
import shutil
import subprocess
from pathlib import Path

from lab.errors import LabError
from lab.places import REPOSITORY

FOLDER = REPOSITORY / "build" / "previous"
# What runs, as fast as it compiles: nothing is measured with it.
OPTIONS = ["-Dbuildtype=plain", "-Doptimization=0", "-Dwerror=false", "-Dcomponents=cluster,datapath,mgmt"]


def _run(arguments: list, cwd: Path = REPOSITORY) -> str:
    done = subprocess.run([str(argument) for argument in arguments], cwd=cwd, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise LabError(f"{' '.join(map(str, arguments))}: {done.stderr[-2000:] or done.stdout[-2000:]}")
    return done.stdout.strip()


def previous_commit() -> str | None:
    """$HADRIAN_PREVIOUS, or the last tag before this commit, or the commit before it; None where the clone has none."""
    for name in (os.environ.get("HADRIAN_PREVIOUS"), "tag", "HEAD~1"):
        command = ["git", "describe", "--tags", "--abbrev=0", "HEAD~1"] if name == "tag" else ["git", "rev-parse", f"{name}^{{commit}}"]
        done = subprocess.run(command, cwd=REPOSITORY, capture_output=True, text=True, check=False)
        if name and done.returncode == 0:
            return _run(["git", "rev-parse", f"{done.stdout.strip()}^{{commit}}"])
    return None


def previous_build(commit: str) -> Path:
    """The build folder of that commit; made where there is none, and others are removed. It can be installed."""
    FOLDER.parent.mkdir(exist_ok=True)
    with open(FOLDER.with_suffix(".lock"), "wb") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # modules run beside each other
        return _previous_build(commit)


def _previous_build(commit: str) -> Path:
    folder = FOLDER / commit
    build = folder / "build"
    if (folder / "built").exists():
        return build
    shutil.rmtree(FOLDER, ignore_errors=True)
    source = folder / "source"
    source.mkdir(parents=True)
    _run(["git", "archive", "--output", folder / "source.tar", commit])
    _run(["tar", "-xf", folder / "source.tar", "-C", source])
    _run(["meson", "setup", *OPTIONS, build, source])
    described = json.loads(_run(["meson", "introspect", "--targets", build]))
    targets = [Path(name).relative_to(build) for target in described if target["installed"] for name in target["filename"]]
    _run(["ninja", "-C", build, *targets])
    (folder / "built").touch()
    return build
