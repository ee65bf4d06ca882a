"""One daemon, in namespaces of its own, and the commands of all blocks with it: `side.py docker|swarm FOLDER BLOCK...`.

Runs as the only child of a reaping pid 1. What the commands said goes to FOLDER/answers.json.
"""

import json
import os
import subprocess
import sys
import time

import base_image
import blocks

PATIENCE_SECONDS = 90
DAEMONS = {
    "docker": ("/run/docker.sock", "/var/lib/docker", ["/usr/sbin/dockerd"]),
    "swarm": ("/run/swarm/swarm.sock", "/var/lib/swarm",
              [os.environ["SWARM_COMPARE_SWARMD"], "--set", "swarm.http.port=0", "--set", "swarm.node.name=compared"]),
}


def prepare(folder, data_root):
    """Folders that only this daemon sees where it has them by default, a network of its own, and a name."""
    for made in ("data", "day", "home/.docker", "bin"):
        os.makedirs(f"{folder}/{made}")
    os.makedirs(data_root, exist_ok=True)
    run = subprocess.check_call
    run(["mount", "-t", "tmpfs", "tmpfs", "/run"])
    run(["mount", "--bind", f"{folder}/data", data_root])
    run(["ip", "link", "set", "lo", "up"])
    run(["hostname", "compared"])
    os.symlink(os.environ["SWARM_COMPARE_CLIENT"], f"{folder}/bin/docker")
    os.symlink(f"{blocks.HERE}/flat", f"{folder}/bin/flat")
    with open(f"{folder}/day/root.tar", "wb") as root, open(f"{folder}/day/base.tar", "wb") as archive:
        layer = base_image.root()
        root.write(layer)
        archive.write(base_image.archive(layer))


def start(folder, command, environment):
    """Starts the daemon and waits until it answers."""
    with open(f"{folder}/log", "wb") as log:
        daemon = subprocess.Popen(command, stdout=log, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL)
    give_up = time.monotonic() + PATIENCE_SECONDS
    while subprocess.call(["docker", "version"], env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL):
        if daemon.poll() is not None or time.monotonic() > give_up:
            with open(f"{folder}/log", encoding="utf-8", errors="replace") as log:
                sys.exit(f"{command[0]} does not answer; it said:\n{log.read()[-4000:]}")
        time.sleep(0.2)
    return daemon


def answer(command, folder, environment):
    """What one command said."""
    try:
        done = subprocess.run(["bash", "-c", command], cwd=f"{folder}/day", env=environment, stdin=subprocess.DEVNULL,
                              capture_output=True, timeout=PATIENCE_SECONDS, check=False)
        out, err, code = done.stdout, done.stderr, done.returncode
    except subprocess.TimeoutExpired as late:
        out, err, code = late.stdout or b"", late.stderr or b"", f"none within {PATIENCE_SECONDS} s"
    return {"command": command, "out": out.decode(errors="replace"), "err": err.decode(errors="replace"), "exit": code}


def main(side, folder, wanted):
    socket, data_root, command = DAEMONS[side]
    prepare(folder, data_root)
    environment = {"PATH": f"{folder}/bin:{os.environ['PATH']}", "HOME": f"{folder}/home", "LC_ALL": "C.UTF-8",
                   "DOCKER_HOST": f"unix://{socket}", "DOCKER_BUILDKIT": "0", "TZ": "UTC"}
    daemon = start(folder, command, environment)
    answers = {}
    try:
        for name, lines in blocks.commands().items():
            if name in wanted:
                answers[name] = [answer(line, folder, environment) for line in lines]
        remains = subprocess.run("docker ps -aq | xargs -r docker rm -fv", shell=True, env=environment, check=False,
                                 capture_output=True)
        if remains.returncode:
            sys.exit(f"{side}: containers could not be removed: {remains.stderr.decode(errors='replace')}")
    finally:
        with open(f"{folder}/answers.json", "w", encoding="utf-8") as file:
            json.dump(answers, file, indent=1)
        daemon.terminate()
        daemon.wait(PATIENCE_SECONDS)
        if side == "swarm":
            subprocess.run([*command, "--destroy"], check=True, stdout=subprocess.DEVNULL)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], sys.argv[3:])
