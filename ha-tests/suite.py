#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Runs every stage of ./test and adds up what passed and what failed."""

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
import xml.etree.ElementTree
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from threading import Event

from lab.laboratory import interrupts_raise
from lab.processor import processor_ticks
from lab.stale import remove_own, remove_stale

REPOSITORY = Path(__file__).resolve().parents[1]
SANITIZE = REPOSITORY / "build" / "sanitize"
FUZZ = REPOSITORY / "build" / "fuzz"
RESULTS = REPOSITORY / "build" / "test-results"
SANITIZERS = ["-Dbuildtype=debugoptimized", "-Db_sanitize=address,undefined", "-Db_lundef=false"]
PYTHON = "/usr/bin/python3"
# With HADRIAN_LONG=1 each fuzz target runs for a minute, and models are compared a hundred times as long.
LONG = os.environ.get("HADRIAN_LONG") == "1"
FUZZ_SECONDS = 60 if LONG else 10
# For what only computes while labs run beside it: it gets what nobody else wants of the processors, which Linux shares out among
# sessions before it looks at priorities.
LEFT_OVER = ["sh", "-c", 'echo 19 >/proc/self/autogroup; exec chrt --idle 0 "$@"', "sh"]
# Fuzzing has a memory of its own to fill; what is longer than this is beyond every parser's bound.
FUZZ_INPUT_MAX = 65536


interrupted = Event()


@dataclass
class Count:
    passed: int = 0
    failed: int = 0

    def add(self, other: "Count") -> None:
        self.passed += other.passed
        self.failed += other.failed


def run(arguments: list, **options) -> subprocess.CompletedProcess:
    return subprocess.run([str(argument) for argument in arguments], cwd=REPOSITORY, check=False, text=True, **options)


def tracked(*patterns: str) -> list[str]:
    """Files of the repository, committed or about to be."""
    listed = run(["git", "ls-files", "--cached", "--others", "--exclude-standard", "--", *patterns], capture_output=True)
    return [name for name in listed.stdout.splitlines() if (REPOSITORY / name).is_file()]


def configure(folder: Path, *options: str, compiler: str = "gcc") -> bool:
    """Makes or updates a build folder; prints what went wrong."""
    setup = ["meson", "setup", *options, folder, REPOSITORY]
    if (folder / "build.ninja").exists():
        setup = ["meson", "configure", *options, folder]
    return succeeds(setup, env={**os.environ, "CC": compiler})


def succeeds(arguments: list, **options) -> bool:
    """Runs a program in silence; prints what it said where it fails."""
    done = run(arguments, capture_output=True, **options)
    if done.returncode != 0:
        print(done.stdout[-8000:] + done.stderr[-4000:])
    return done.returncode == 0


def stage_format() -> Count:
    """Every C file looks as clang-format writes it."""
    files = tracked("*.c", "*.h")
    if not files:
        return Count()
    done = run(["clang-format", "--dry-run", "--Werror", *files], capture_output=True)
    if done.returncode != 0:
        wrong = sorted({line.split(":")[0] for line in done.stderr.splitlines() if ": error:" in line})
        print(f"not formatted (clang-format -i FILE): {' '.join(wrong) or done.stderr.strip()}")
    return Count(passed=int(done.returncode == 0), failed=int(done.returncode != 0))


def stage_unit() -> Count:
    """The unit tests, counted one by one from their TAP lines."""
    if not (configure(SANITIZE, *SANITIZERS) and succeeds(["ninja", "-C", SANITIZE])):
        print("the build with sanitizers failed")
        return Count(failed=1)
    longer = ["--timeout-multiplier", "100"] if LONG else []
    done = run(["meson", "test", "--no-rebuild", "-C", SANITIZE, "--print-errorlogs", *longer], capture_output=True)
    count = Count()
    log = SANITIZE / "meson-logs" / "testlog.json"
    for line in log.read_text(encoding="utf-8").splitlines() if log.exists() else []:
        result = json.loads(line)
        lines = result.get("stdout", "").splitlines()
        passed = sum(one.startswith("ok ") for one in lines)
        failed = sum(one.startswith("not ok ") for one in lines)
        if result["result"] == "OK":
            count.add(Count(passed=max(1, passed)))
        else:
            count.add(Count(passed, max(1, failed)))
    if done.returncode != 0:
        print(done.stdout[-12000:])
        count.failed = max(1, count.failed)
    return count


def tidy_one(name: str) -> bool:
    if interrupted.is_set():
        return False
    done = run([*LEFT_OVER, "clang-tidy", "--quiet", "-p", SANITIZE, name], capture_output=True, start_new_session=True)
    if done.returncode != 0:
        print(done.stdout[-4000:])
    return done.returncode == 0


def stage_tidy() -> Count:
    """clang-tidy finds nothing in any file of the daemons and their tests that the build of stage_unit compiled."""
    database = SANITIZE / "compile_commands.json"
    if not database.exists():
        print("there is no build to look at")
        return Count(failed=1)
    built = {(Path(entry["directory"]) / entry["file"]).resolve() for entry in json.loads(database.read_text(encoding="utf-8"))}
    names = [name for name in tracked("*.c") if REPOSITORY / name in built and not name.startswith("ha-tests/")]
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        results = list(pool.map(tidy_one, names))
    return Count(passed=int(all(results)), failed=int(not all(results)))


def fuzz_targets() -> list[tuple[str, Path]]:
    """Name and program of every fuzz target."""
    listed = run(["meson", "introspect", "--targets", FUZZ], capture_output=True)
    return [(target["name"], Path(target["filename"][0])) for target in json.loads(listed.stdout or "[]")
            if target["name"].startswith("fuzz_") and target["type"] == "executable"]


def fuzz_one(name: str, program: Path) -> bool:
    """One target for FUZZ_SECONDS, beginning with its corpus; what it finds new is thrown away."""
    corpus = [folder for folder in REPOSITORY.glob(f"**/fuzz/corpus/{name.removeprefix('fuzz_')}") if folder.is_dir()]
    with tempfile.TemporaryDirectory() as fresh:
        done = run([program, f"-max_total_time={FUZZ_SECONDS}", f"-max_len={FUZZ_INPUT_MAX}", "-timeout=10",
                    "-print_final_stats=1", f"-artifact_prefix={RESULTS}/{name}-", fresh, *corpus],
                   capture_output=True, timeout=FUZZ_SECONDS + 120)
    if done.returncode != 0:
        print(f"{name}: (input kept in {RESULTS})\n{done.stderr[-4000:]}")
    return done.returncode == 0


def stage_fuzz() -> Count:
    if not tracked("*fuzz_*.c"):
        return Count()
    # The whole tree counts its branches, so that the fuzzer sees what its input reaches in lib/ too.
    configured = configure(FUZZ, *SANITIZERS, "-Dfuzz=true", "-Dc_args=-fsanitize=fuzzer-no-link", compiler="clang")
    targets = fuzz_targets() if configured else []
    programs = [program.relative_to(FUZZ) for _, program in targets]
    if not targets or not succeeds(["ninja", "-C", FUZZ, *programs]):
        print("the fuzz targets do not build")
        return Count(failed=1)
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        results = list(pool.map(lambda target: fuzz_one(*target), targets))
    return Count(passed=sum(results), failed=len(results) - sum(results))


def stage_system(arguments: list[str]) -> Count:
    """The tests in the lab, for each two processors a module at a time: with less of them nodes are late."""
    report = RESULTS / "pytest.xml"
    report.unlink(missing_ok=True)
    side_by_side = ["-n", str(max(1, os.cpu_count() // 2)), "--dist", "loadfile"]
    remove_stale()
    try:
        done = run([PYTHON, "-m", "pytest", "ha-tests", "-p", "no:cacheprovider", f"--junit-xml={report}", *side_by_side, *arguments],
                   env={**os.environ, "HADRIAN_BUILD": str(SANITIZE)})
    finally:
        remove_own()  # a test run that is interrupted ends its processes without more ado
    count = Count()
    if report.exists():
        for suite in xml.etree.ElementTree.parse(report).getroot().iter("testsuite"):
            tests, failed = int(suite.get("tests", 0)), int(suite.get("failures", 0)) + int(suite.get("errors", 0))
            count.add(Count(max(0, tests - failed - int(suite.get("skipped", 0))), failed))
    if done.returncode != 0:
        count.failed = max(1, count.failed)
    return count


def stage_demo() -> Count:
    """What a new user runs first, with the build that is not for tests: warnings differ with the optimiser."""
    done = run(["./demo", "--once"])
    return Count(passed=int(done.returncode == 0), failed=int(done.returncode != 0))


def machine_state() -> dict[str, set[str]]:
    """What the lab must give back."""
    pages = Path("/proc/sys/vm/nr_hugepages").read_text(encoding="utf-8").strip()
    return {"network namespaces": {path.name for path in Path("/run/netns").glob("*")},
            "labs": {path.name for path in Path("/run/hadrian-lab").glob("*")},
            "huge pages": {f"{pages} in the pool"}}


def left_behind(before: dict[str, set[str]]) -> Count:
    """The machine has nothing that it had not before."""
    after = machine_state()
    left = {what: sorted(state - before[what]) for what, state in after.items() if state - before[what]}
    if before["labs"] or after["labs"]:
        left.pop("huge pages", None)  # labs of somebody else came and went meanwhile: the pool is theirs too
    for what, names in left.items():
        print(f"left behind: {what}: {', '.join(names)}")
    return Count(passed=int(not left), failed=int(bool(left)))


def stage_coverage() -> Count:
    done = run([PYTHON, "ha-tests/coverage.py", "--build", SANITIZE])
    return Count(passed=int(done.returncode == 0), failed=int(done.returncode != 0))


def timed(name: str, stage: Callable[[], Count]) -> Count:
    """A stage, with a line before and behind it."""
    print(f"== {name}", flush=True)
    start, (busy, whole) = time.monotonic(), processor_ticks()
    count = stage()
    busy, whole = (after - at_first for after, at_first in zip(processor_ticks(), (busy, whole)))
    print(f"== {name}: {count.passed} passed, {count.failed} failed ({time.monotonic() - start:.0f} s, "
          f"processors {busy / max(whole, 1):.0%} busy)", flush=True)
    return count


def run_step(step: dict[str, Callable[[], Count]]) -> Count:
    """Stages that run beside each other: the last in this thread, which hears of interrupts."""
    *names, last = step
    total = Count()
    with ThreadPoolExecutor(max(1, len(names))) as pool:
        others = [pool.submit(timed, name, step[name]) for name in names]
        try:
            total.add(timed(last, step[last]))
        except BaseException:
            interrupted.set()
            raise
        for other in others:
            total.add(other.result())
    return total


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", choices=["format", "unit", "tidy", "fuzz", "system", "demo"], action="append",
                        help="only this stage (may be given more than once)")
    parser.add_argument("pytest", nargs="*", help="arguments for pytest, after --")
    arguments = parser.parse_args()
    RESULTS.mkdir(parents=True, exist_ok=True)
    shutil.rmtree(RESULTS / "logs", ignore_errors=True)
    before = machine_state()
    # Labs leave half of the processors' time idle, which clang-tidy takes.
    steps: list[dict[str, Callable[[], Count]]] = [
        {"format": stage_format}, {"unit": stage_unit}, {"fuzz": stage_fuzz},
        {"tidy": stage_tidy, "system": lambda: stage_system(arguments.pytest)}, {"demo": stage_demo},
        {"left behind": lambda: left_behind(before)}, {"coverage": stage_coverage}]
    total = Count()
    for step in steps:
        chosen = {name: stage for name, stage in step.items() if not arguments.only or name in arguments.only}
        if chosen:
            total.add(run_step(chosen))
    print(f"{total.passed} passed, {total.failed} failed")
    return 1 if total.failed or not total.passed else 0


if __name__ == "__main__":
    with interrupts_raise():
        sys.exit(main())
