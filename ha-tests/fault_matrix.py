#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""
Faults beside whatever may go on meanwhile, cell after cell, and what must hold of each (ha-tests/matrix). A line of JSON
for each cell goes to build/test-results/fault-matrix.jsonl, and a page with tables and plots is made of them. What the nodes
had logged until a wrong cell ended is in build/test-results/logs/fault-matrix/<fault>-<activity>-<seed>.

  ha-tests/fault_matrix.py                                 every cell once
  ha-tests/fault_matrix.py --faults crash,slow --activities commit --rounds 10
  ha-tests/fault_matrix.py --hours 8                       cells drawn at random, until then
  ha-tests/fault_matrix.py ... --seed 4711                 the same again: the seed of a cell is in its line
"""

import argparse
import random
import shutil
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from lab.cluster import Cluster
from lab.errors import LabError
from lab.laboratory import Lab, interrupts_raise
from lab.places import REPOSITORY, lab_name
from matrix.activities import ACTIVITIES, Activity
from matrix.cell import Result, run_cell
from matrix.faults import FAULTS, Fault
from matrix.report import write_report
from matrix.stage import LAB, prepare

RESULTS = REPOSITORY / "build" / "test-results"
PAGE = "fault-matrix.html"
LOGS = RESULTS / "logs" / "fault-matrix"
SEEDS = 1 << 31


def chosen(option: str, text: str, known: dict) -> list:
    names = text.split(",") if text else list(known)
    unknown = [name for name in names if name not in known]
    if unknown:
        raise LabError(f"--{option} {','.join(unknown)} is unknown - there are: {', '.join(known)}")
    return [known[name] for name in names]


def cells_to_run(arguments: argparse.Namespace) -> Iterator[tuple[Fault, Activity, int]]:
    """Each with its seed."""
    cells = [(fault, activity) for fault in chosen("faults", arguments.faults, FAULTS)
             for activity in chosen("activities", arguments.activities, ACTIVITIES)]
    draw = random.Random(arguments.seed)
    end = time.monotonic() + arguments.hours * 3600
    if arguments.hours:
        while time.monotonic() < end:
            yield *draw.choice(cells), draw.randrange(SEEDS)
    elif len(cells) == arguments.rounds == 1:
        yield *cells[0], arguments.seed
    else:
        for fault, activity in cells * arguments.rounds:
            yield fault, activity, draw.randrange(SEEDS)


def run_matrix(arguments: argparse.Namespace, lines: Path) -> list[Result]:
    results = []
    shutil.rmtree(LOGS, ignore_errors=True)
    lab = Lab(lab_name())
    lab.up(**LAB)
    try:
        prepare(lab)
        cluster = Cluster(lab)
        with open(lines, "w", encoding="utf-8") as file:
            for fault, activity, seed in cells_to_run(arguments):
                cluster.mend()
                result = run_cell(cluster, fault, activity, random.Random(seed).choice(fault.victims), seed)
                print(f"{fault.name} of the {result.victim} node, {activity.name}, seed {seed}: gap {result.gap:.0f} ms, "
                      f"healed after {result.healed:.0f} ms, standby {result.lag:.0f} ms behind, {result.flows}{'' if result.met else ', missed'}: "
                      f"{'; '.join(result.wrong) or 'well'}", flush=True)
                file.write(result.json() + "\n")
                file.flush()
                results.append(result)
                if result.wrong:
                    lab.copy_logs(LOGS / f"{fault.name}-{activity.name}-{seed}")
                write_report(RESULTS / PAGE, results)
    finally:
        lab.down()
    return results


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--faults", default="", help="names with commas between (all)")
    parser.add_argument("--activities", default="", help="names with commas between (all)")
    parser.add_argument("--rounds", type=int, default=1, help="how often each cell is run")
    parser.add_argument("--hours", type=float, default=0, help="how long cells drawn at random are run, in place of rounds")
    parser.add_argument("--seed", type=int, default=random.randrange(1 << 16))
    arguments = parser.parse_args()
    RESULTS.mkdir(parents=True, exist_ok=True)
    print(f"fault matrix: seed {arguments.seed}")
    try:
        results = run_matrix(arguments, RESULTS / "fault-matrix.jsonl")
    except LabError as error:
        print(f"fault matrix: {error}", file=sys.stderr)
        return 1
    wrong = sum(bool(result.wrong) for result in results)
    missed = sum(not result.met for result in results)
    print(f"fault matrix: {len(results)} cells, {wrong} wrong, {missed} whose fault came when the activity was over; {RESULTS / PAGE}")
    return 1 if wrong else 0


if __name__ == "__main__":
    with interrupts_raise():
        sys.exit(main())
