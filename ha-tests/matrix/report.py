# SPDX-License-Identifier: GPL-2.0-or-later
"""A page that a browser shows: which cell held, and how long the gaps and the healing were."""

import html
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path

from matrix.cell import Result

STYLE = """
body { font-family: sans-serif; margin: 2em; }
td, th { padding: .3em .6em; border: 1px solid #bbb; text-align: left; font-weight: normal; }
table { border-collapse: collapse; margin-bottom: 2em; }
.well { background: #dfd; } .wrong { background: #fbb; }
text { font-size: 12px; }
"""
WIDTH, ROW, RISE, LABEL = 900, 18, 300, 200


def write_report(page: Path, results: list[Result]) -> None:
    """Writes the whole page; results in the order in which they came."""
    gaps = [result.gap for result in results if result.gap]
    plots = "".join(_dots(title, unit_of, results) for title, unit_of in (
        ("Gap in the traffic by fault, milliseconds", lambda result: result.gap),
        ("From the fault's end until all was well, milliseconds", lambda result: result.healed),
        ("How far the standby was behind, milliseconds", lambda result: result.lag)))
    wrong = "".join(f"<li>{html.escape(_name(result))}: {html.escape('; '.join(result.wrong))}</li>" for result in results if result.wrong)
    page.write_text(f"<!doctype html><meta charset=utf-8><title>Fault matrix</title><style>{STYLE}</style>"
                    f"<h1>Fault matrix, {len(results)} cells</h1>{_table(results)}{f'<h2>What was wrong</h2><ul>{wrong}</ul>' if wrong else ''}"
                    f"{_distribution('Share of the cells whose gap was at most so many milliseconds', gaps)}{plots}\n", encoding="utf-8")


def _name(result: Result) -> str:
    return f"{result.fault} of the {result.victim} node, {result.activity}, seed {result.seed}"


def _table(results: list[Result]) -> str:
    cells: dict[tuple[str, str], list[Result]] = defaultdict(list)
    for result in results:
        cells[result.fault, result.activity].append(result)
    faults, activities = (list(dict.fromkeys(key[i] for key in cells)) for i in (0, 1))
    head = "".join(f"<th>{html.escape(activity)}</th>" for activity in activities)
    rows = "".join(f"<tr><th>{html.escape(fault)}</th>{''.join(_cell(cells[fault, activity]) for activity in activities)}</tr>"
                   for fault in faults)
    return f"<table><tr><th></th>{head}</tr>{rows}</table>"


def _cell(results: list[Result]) -> str:
    if not results:
        return "<td></td>"
    wrong = sum(bool(result.wrong) for result in results)
    worst = max(result.gap for result in results)
    return f"<td class={'wrong' if wrong else 'well'}>{len(results) - wrong}/{len(results)}, {worst:.0f} ms</td>"


def _scale(most: float, height: int) -> str:
    return "".join(f"<text x={LABEL + share * WIDTH:.0f} y={height - 4} text-anchor=middle>{share * most:.0f}</text>"
                   for share in (0, 0.25, 0.5, 0.75, 1))


def _distribution(title: str, values: list[float]) -> str:
    """A line that rises from none of the values to all of them."""
    if not values:
        return ""
    ranked, most = sorted(values), max(values)
    points = " ".join(f"{LABEL + value / most * WIDTH:.1f},{RISE - (rank + 1) / len(ranked) * (RISE - ROW):.1f}"
                      for rank, value in enumerate(ranked))
    marks = "".join(f"<text x=0 y={RISE - share * (RISE - ROW) + 4:.0f}>{share:.0%}: {ranked[min(len(ranked) - 1, int(share * len(ranked)))]:.0f} ms"
                    "</text>" for share in (0.5, 0.9, 0.99))
    return (f"<h2>{html.escape(title)}</h2><svg width={LABEL + WIDTH + 40} height={RISE + ROW}>"
            f"<polyline points='{points}' fill=none stroke='#36c'/>{marks}{_scale(most, RISE + ROW)}</svg>")


def _dots(title: str, value_of: Callable[[Result], float], results: list[Result]) -> str:
    """A dot for each cell, a line for each fault."""
    by_fault: dict[str, list[float]] = defaultdict(list)
    for result in results:
        by_fault[result.fault].append(value_of(result))
    most = max((max(values) for values in by_fault.values()), default=0) or 1
    height = ROW * (len(by_fault) + 2)
    parts = []
    for number, (fault, values) in enumerate(by_fault.items(), start=1):
        at = number * ROW
        parts.append(f"<text x=0 y={at + 4}>{html.escape(fault)}</text><line x1={LABEL} x2={LABEL + WIDTH} y1={at} y2={at} stroke='#ddd'/>")
        parts += [f"<circle cx={LABEL + value / most * WIDTH:.1f} cy={at} r=3 fill='#36c' fill-opacity=.5><title>{value:.1f}</title></circle>"
                  for value in values]
    return f"<h2>{html.escape(title)}</h2><svg width={LABEL + WIDTH + 40} height={height}>{''.join(parts)}{_scale(most, height)}</svg>"
