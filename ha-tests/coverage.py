#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""
Rows of docs/features that a passing test proves, chapter by chapter.

Rows are named by pytest markers (features.py) and, in C, by a comment right above START_TEST: feature: C22-034 C22-045.
A C test counts when the program it is in passed in the last `meson test`.
"""

import argparse
import json
import re
import subprocess
import sys
from collections import defaultdict
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[1]
FEATURES = REPOSITORY / "docs" / "features"
PYTEST_RESULT = REPOSITORY / "build" / "test-results" / "features.json"
ROW = re.compile(r"^\|\s*([A-Z]+[0-9]*-[0-9]+)\s*\|", re.MULTILINE)
C_COMMENT = re.compile(r"/\*\s*feature:\s*([^*]*)\*/")
IDENTIFIER = re.compile(r"[A-Z]+[0-9]*-[0-9]+")


def feature_rows() -> dict[str, list[str]]:
    """File of docs/features -> the ids of its rows."""
    return {file.name: list(dict.fromkeys(ROW.findall(file.read_text(encoding="utf-8"))))
            for file in sorted(FEATURES.glob("*.md"))}


def rows_of_pytest() -> dict[str, set[str]]:
    """Row -> passed pytest tests that name it."""
    proved: dict[str, set[str]] = defaultdict(set)
    if PYTEST_RESULT.exists():
        for test in json.loads(PYTEST_RESULT.read_text(encoding="utf-8")):
            for row in test["rows"] if test["outcome"] == "passed" else []:
                proved[row].add(test["test"])
    return proved


def _meson(build: Path, what: str) -> list[dict]:
    done = subprocess.run(["meson", "introspect", what, str(build)], capture_output=True, text=True, check=True)
    return json.loads(done.stdout)


def rows_of_unit_tests(build: Path) -> dict[str, set[str]]:
    """Row -> passed C test programs whose sources name it."""
    proved: dict[str, set[str]] = defaultdict(set)
    log = build / "meson-logs" / "testlog.json"
    if not log.exists():
        return proved
    results = [json.loads(line) for line in log.read_text(encoding="utf-8").splitlines()]
    passed = {result["command"][0] for result in results if result["result"] == "OK"}
    for target in _meson(build, "--targets"):
        if not passed.intersection(target.get("filename", [])):
            continue
        for source in (source for group in target["target_sources"] for source in group.get("sources", [])):
            text = Path(source).read_text(encoding="utf-8", errors="replace") if Path(source).is_file() else ""
            for comment in C_COMMENT.findall(text):
                for row in IDENTIFIER.findall(comment):
                    proved[row].add(str(Path(source).relative_to(REPOSITORY)))
    return proved


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--build", type=Path, default=REPOSITORY / "build" / "sanitize")
    parser.add_argument("--rows", action="store_true", help="list every proved row with its tests")
    arguments = parser.parse_args()
    proved: dict[str, set[str]] = defaultdict(set)
    for source in (rows_of_pytest(), rows_of_unit_tests(arguments.build)):
        for row, tests in source.items():
            proved[row] |= tests
    rows = feature_rows()
    known = {row for ids in rows.values() for row in ids}
    print(f"{'feature rows proved by a passing test':<56} proved   all")
    for name, ids in rows.items():
        print(f"{name:<56} {len(proved.keys() & set(ids)):>6} {len(ids):>5}")
    print(f"{'all':<56} {len(proved.keys() & known):>6} {len(known):>5}")
    if arguments.rows:
        for row in sorted(proved.keys() & known):
            print(f"{row}: {', '.join(sorted(proved[row]))}")
    unknown = sorted(proved.keys() - known)
    for row in unknown:
        print(f"coverage: {row} is no row of docs/features, but named by: {', '.join(sorted(proved[row]))}",
              file=sys.stderr)
    return 1 if unknown else 0


if __name__ == "__main__":
    sys.exit(main())
