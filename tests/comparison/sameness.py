"""What of an answer is the same at every run and on every daemon, and what is by chance."""

import difflib
import re

CHANCE = [(re.compile(pattern), word) for pattern, word in [
    (r"\x1b\[[0-9;]*[A-Za-z]", ""),
    (r"/tmp/swarm-compare-[^/]*/(docker|swarm)", "FOLDER"),
    (r"\b(unix://)?/run/(docker|swarm/swarm)\.sock", "SOCKET"),
    (r"/var/lib/(docker|swarm)", "ROOT"),
    (r"\b[0-9a-f]{64}\b", "ID"),
    (r"\b(?=[0-9a-f]*\d)[0-9a-f]{12}\b", "ID"),
    (r"\b[0-9a-f]{12}(?=\s)", "ID"),
    (r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(\.\d+)?( ?Z| ?[+-]\d\d:?\d\d)?( UTC)?", "TIME"),
    (r"\b(About an? |Less than a )?(\d+ )?(second|minute)s?( ago)?\b", "AGO"),
    (r"\b(About an hour|\d+ (hours|days|weeks|months|years)) ago\b", "AGO"),
    (r"\b([0-9a-f]{2}:){5}[0-9a-f]{2}\b", "MAC"),
    (r"\b(172\.(1[6-9]|2\d|3[01])|10\.\d+|192\.168)\.\d+\.\d+\b", "ADDRESS"),
    (r"(?<=0\.0\.0\.0:)(3[2-9]|4\d|5\d|6[0-5])\d{3}\b", "PORT"),
    (r"(?<=:::)(3[2-9]|4\d|5\d|6[0-5])\d{3}\b", "PORT"),
    (r" {2,}|\t+", "  "),
]]
# What the client says or not, by which of two answers comes first.
CLIENTS_OWN = "error waiting for container: context canceled"
SIZE = re.compile(r"\b(\d+(?:\.\d+)?)(B|kB|MB|GB|KiB|MiB|GiB)\b")
UNITS = {"B": 1, "kB": 1e3, "MB": 1e6, "GB": 1e9, "KiB": 2**10, "MiB": 2**20, "GiB": 2**30}


def without_chance(text):
    """The text with what is by chance replaced by words."""
    for pattern, word in CHANCE:
        text = pattern.sub(word, text)
    return text.rstrip()


def _sizes(line):
    return [float(number) * UNITS[unit] for number, unit in SIZE.findall(line)]


def _alike(one, other):
    """Sizes differ by how a daemon stores things; a fifth is within reason, and nothing is not something."""
    return (one == 0) == (other == 0) and abs(one - other) <= max(one, other) / 5


def lines_of(answer):
    """What a command said as lines: output, then errors, then how it ended."""
    lines = [f"$ {answer['command']}"]
    lines += [without_chance(line) for line in answer["out"].splitlines()]
    lines += [f"error: {without_chance(line)}" for line in answer["err"].splitlines() if CLIENTS_OWN not in line]
    return [*lines, f"exit: {answer['exit']}"]


def differences(docker, swarm):
    """The lines of one command that only one side has: `- ` Docker's, `+ ` Swarm's."""
    ours, theirs = lines_of(swarm), lines_of(docker)
    matcher = difflib.SequenceMatcher(a=[SIZE.sub("SIZE", line) for line in theirs],
                                      b=[SIZE.sub("SIZE", line) for line in ours], autojunk=False)
    found = []
    for tag, a_from, a_to, b_from, b_to in matcher.get_opcodes():
        if tag == "equal":
            for one, other in zip(theirs[a_from:a_to], ours[b_from:b_to]):
                if not all(_alike(*pair) for pair in zip(_sizes(one), _sizes(other))):
                    found += [f"- {one}", f"+ {other}"]
        else:
            found += [f"- {line}" for line in theirs[a_from:a_to]] + [f"+ {line}" for line in ours[b_from:b_to]]
    return found
