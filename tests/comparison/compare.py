"""Runs both sides, and compares what their commands said: see tests/compare-with-docker."""

import fnmatch
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time

import blocks
import sameness

SIDES = ("docker", "swarm")


def start(side, folder, wanted):
    """One side in namespaces of its own, below a process that takes in orphans."""
    os.mkdir(f"{folder}/{side}")
    return subprocess.Popen([
        "unshare", "--mount", "--pid", "--net", "--uts", "--ipc", "--fork", "--kill-child", "--mount-proc",
        "--propagation", "private", "--", "tini", "--",
        "python3", "-B", f"{blocks.HERE}/side.py", side, f"{folder}/{side}", *wanted])


def answers(folder):
    """What both sides said, after both have ended."""
    said = []
    for side in SIDES:
        with open(f"{folder}/{side}/answers.json", encoding="utf-8") as file:
            said.append(json.load(file))
    return said


def judge(name, docker, swarm, accepted):
    """Prints what differs in a block and is not accepted. Returns how many lines differ, and how many of them so."""
    total, unexplained = 0, 0
    for theirs, ours in zip(docker, swarm):
        found = sameness.differences(theirs, ours)
        new = [line for line in found if not [entry for entry in accepted if entry.covers(name, line)]]
        total += len(found)
        if new:
            if not unexplained:
                print(f"== {name}")
            print("\n".join([f"# {theirs['command']}", *new]))
        unexplained += len(new)
    return total, unexplained


def compare(folder, wanted, everything):
    """Prints the verdict. Returns the exit code."""
    docker, swarm = answers(folder)
    accepted = blocks.accepted()
    differing, failing = 0, 0
    for name in wanted:
        total, unexplained = judge(name, docker[name], swarm[name], accepted)
        differing += total > 0
        failing += unexplained > 0
    stale = [entry for entry in accepted if everything and not entry.met]
    for entry in stale:
        print(f"accepted:{entry.line}: differs no longer in {', '.join(entry.blocks)}: {entry.text}")
    count = sum(len(docker[name]) for name in wanted)
    print(f"{count} commands in {len(wanted)} blocks: {differing} blocks differ, {failing} of them without a reason; "
          f"{len(stale)} accepted differences are no more")
    return 1 if failing or stale else 0


def main(patterns):
    everything = not patterns
    wanted = [name for name in blocks.commands()
              if everything or any(fnmatch.fnmatchcase(name, pattern) for pattern in [*patterns, "first *"])]
    blocks.accepted()
    folder = tempfile.mkdtemp(prefix="swarm-compare-")
    kept = os.environ.get("SWARM_COMPARE_KEEP")
    began = time.monotonic()
    try:
        running = {side: start(side, folder, wanted) for side in SIDES}
        failed = [side for side, process in running.items() if process.wait() != 0]
        if failed:
            print(f"tests/compare-with-docker: {' and '.join(failed)} did not do all", file=sys.stderr)
            return 2
        code = compare(folder, wanted, everything)
        print(f"{time.monotonic() - began:.0f} s")
        return code
    finally:
        if kept:
            for side in SIDES:
                os.makedirs(f"{kept}/{side}", exist_ok=True)
                for name in ("log", "answers.json"):
                    if os.path.exists(f"{folder}/{side}/{name}"):
                        shutil.copy(f"{folder}/{side}/{name}", f"{kept}/{side}/{name}")
        shutil.rmtree(folder)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
