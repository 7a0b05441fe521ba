# SPDX-License-Identifier: GPL-2.0-or-later
"""The guide's own examples, typed as they are printed into a session over SSH (guide/README.md)."""

import re
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from lab.cluster import Cluster
from lab.ssh import terminal

CHAPTERS = sorted((Path(__file__).parent / "guide").glob("chapter-*.txt"))
PROMPT = re.compile(r"(?:^|\n)([A-Za-z0-9_.-]+:/[^\s>]*> )$")
ESCAPES = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]|\x1b[=>]|\r")


@dataclass
class Step:
    prompt: str | None  # None: not the guide's, a preparation
    command: str
    patterns: list[str] = field(default_factory=list)
    absent: list[str] = field(default_factory=list)


@dataclass
class Example:
    lines: str
    steps: list[Step] = field(default_factory=list)


def read_chapter(path: Path) -> list[Example]:
    examples: list[Example] = []
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        prompt = re.match(r"(System:/\S*> )(.+)", line)
        prepared = re.match(r"\+(\d*) (.+)", line)
        if line.startswith("@ "):
            examples.append(Example(line[2:]))
        elif prompt:
            examples[-1].steps.append(Step(prompt[1], prompt[2]))
        elif prepared:
            for count in range(1, int(prepared[1] or 1) + 1):
                examples[-1].steps.append(Step(None, prepared[2].replace("{}", str(count))))
        elif line.startswith("~~ "):
            examples[-1].steps[-1].absent.append(line[3:])
        elif line.startswith("~ "):
            examples[-1].steps[-1].patterns.append(line[2:])
        else:
            assert not line or line.startswith(("# ", "- ")), f"{path.name}:{number}: {line!r}"
    return examples


class Terminal:
    """An administrator's ssh on the shared address, on a terminal that is wide enough for every line."""

    def __init__(self, cluster: Cluster):
        self._spawned = terminal(cluster.lab, columns=2000, kind="dumb")
        self._spawned.delaybeforesend = None
        self.prompt = ""
        self._read()

    def _read(self, echo: str = "") -> str:
        """What follows the echo, up to the prompt: what the firewall tells on its own may stand before."""
        text = ""
        while (at := text.find(echo)) < 0 or not (found := PROMPT.search(text, at)):
            text += ESCAPES.sub("", self._spawned.read_nonblocking(65536, timeout=20))
        self.prompt = found[1]
        return text[at + len(echo):found.start()]

    def type(self, command: str) -> list[str]:
        """The lines of the answer, without the echo of what was typed."""
        self._spawned.send(command + "\r")
        return self._read(command + "\n").split("\n")

    def close(self) -> None:
        self._spawned.close(force=True)


def misses(step: Step, answer: list[str]) -> list[str]:
    """The patterns that are not met: each must match a line behind the line of the one before."""
    found, at = [], 0
    for pattern in step.patterns:
        place = next((i for i in range(at, len(answer)) if re.search(pattern, answer[i])), None)
        if place is None:
            found.append(f"no line matches {pattern!r}")
        else:
            at = place + 1
    found += [f"a line matches {pattern!r}" for pattern in step.absent if any(re.search(pattern, line) for line in answer)]
    return found


def run_step(terminal: Terminal, step: Step) -> list[str]:
    before = terminal.prompt
    wrong = [] if step.prompt in (None, before) else [f"the prompt is {before!r}"]
    answer = terminal.type(step.command)
    wrong += misses(step, answer)
    refused = re.compile(r"There is no |has no property|cannot be '|Invalid operation|is missing|must |No answer")
    if not step.patterns and not step.absent and any(refused.search(line) for line in answer):
        wrong.append("it is refused")
    return [f"{step.prompt or '+ '}{step.command}\n    " + "\n    ".join([*wrong, *answer])] if wrong else []


@pytest.mark.feature("C02-021", "C02-023", "C02-025", "C02-031", "C02-033", "C02-042", "C02-043",
                     "C02-044", "C02-045", "C02-048", "C05-003", "C05-004", "C05-006", "C22-039")
@pytest.mark.parametrize("path", CHAPTERS, ids=[path.stem for path in CHAPTERS])
def test_chapter(cluster: Cluster, path: Path) -> None:
    terminal, wrong = Terminal(cluster), []
    try:
        for example in read_chapter(path):
            if terminal.prompt != "System:/> ":
                terminal.type("cc")
            wrong += [f"@ {example.lines}\n{text}" for step in example.steps for text in run_step(terminal, step)]
        terminal.type("cc")
        terminal.type("reject")
    finally:
        terminal.close()
    assert not wrong, "\n" + "\n".join(wrong)
