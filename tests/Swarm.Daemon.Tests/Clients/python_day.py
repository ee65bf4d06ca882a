"""What people do with the docker module of Python, against the node that DOCKER_HOST names."""
import io
import json
import tarfile
import threading
import time

import docker
from docker.errors import APIError, ContainerError, ImageNotFound, NotFound

client = docker.from_env(version="auto", timeout=60)
since = int(time.time())


def archive(**files):
    """A tar of files by their names."""
    made = io.BytesIO()
    with tarfile.open(fileobj=made, mode="w") as tar:
        for name, text in files.items():
            entry = tarfile.TarInfo(name)
            entry.size = len(text)
            tar.addfile(entry, io.BytesIO(text))
    made.seek(0)
    return made


def expect(kind, act):
    try:
        act()
    except kind as refused:
        return refused
    raise AssertionError(f"no {kind.__name__}")


def running_and_waiting():
    assert client.ping() and client.version()["ApiVersion"] == "1.50"
    assert client.containers.run("box", ["echo", "said"], remove=True) == b"said\n"
    failed = expect(ContainerError, lambda: client.containers.run("box", ["sh", "-c", "echo no >&2; exit 3"], remove=True))
    assert failed.exit_status == 3 and b"no" in failed.stderr
    expect(NotFound, lambda: client.containers.get("no-such"))
    expect(ImageNotFound, lambda: client.images.get("no-such"))
    made = client.containers.create("box", "sleep 600", name="py", labels={"py": "1"}, environment={"A": "b"})
    assert made.status == "created"
    made.start()
    made.reload()
    assert made.status == "running" and made.attrs["Config"]["Env"][0] == "A=b"
    assert [found.name for found in client.containers.list(filters={"label": "py=1"})] == ["py"]
    return made


def programs(container):
    code, (out, err) = container.exec_run(["sh", "-c", "echo $A; echo e >&2; exit 5"], demux=True)
    assert (code, out, err) == (5, b"b\n", b"e\n"), (code, out, err)
    _, pieces = container.exec_run(["seq", "3"], stream=True)
    assert b"".join(pieces) == b"1\n2\n3\n"
    begun = client.api.exec_create(container.id, ["cat"], stdin=True)["Id"]
    stream = client.api.exec_start(begun, socket=True)
    stream._sock.sendall(b"through")
    stream._sock.shutdown(1)
    assert stream.read().endswith(b"through")
    assert client.api.exec_inspect(begun)["ExitCode"] == 0
    assert container.top()["Titles"][1] == "PID"
    assert container.stats(stream=False)["pids_stats"]["current"] >= 1


def files(container):
    assert container.put_archive("/tmp", archive(one=b"1\n").read())
    stream, stat = container.get_archive("/tmp/one")
    assert stat["name"] == "one" and stat["size"] == 2
    with tarfile.open(fileobj=io.BytesIO(b"".join(stream))) as tar:
        assert tar.extractfile("one").read() == b"1\n"
    expect(NotFound, lambda: container.get_archive("/no/such"))
    assert {"Path": "/tmp/one", "Kind": 1} in container.diff()


def logs():
    told = client.containers.run("box", ["sh", "-c", "for i in 1 2 3; do echo $i; sleep 0.1; done"], detach=True)
    assert b"".join(told.logs(stream=True, follow=True)) == b"1\n2\n3\n"
    assert told.logs(tail=1) == b"3\n" and told.wait()["StatusCode"] == 0
    told.remove()


def attached():
    made = client.containers.create("box", ["sh", "-c", "read a; echo got $a"], stdin_open=True)
    stream = made.attach_socket(params={"stdin": 1, "stdout": 1, "stream": 1})
    made.start()
    stream._sock.sendall(b"it\n")
    assert stream.read().endswith(b"got it\n")
    made.remove(force=True)


def images(container):
    image, told = client.images.build(fileobj=archive(Dockerfile=b"FROM box\nCOPY f /f\nCMD cat /f\n", f=b"built\n"),
                                      custom_context=True, tag="py:1", rm=True)
    assert any("Successfully built" in line.get("stream", "") for line in told)
    assert client.containers.run("py:1", remove=True) == b"built\n"
    assert image.tag("py", "2") and len(client.images.list("py")) == 1 and len(image.history()) >= 3
    saved = b"".join(image.save(named=True))
    assert client.images.load(saved)[0].id == image.id
    assert container.commit("py", "3").labels == {"py": "1"}
    for tag in ("1", "2", "3"):
        client.images.remove(f"py:{tag}")


def networks_and_volumes(container):
    network, volume = client.networks.create("pynet", labels={"py": "1"}), client.volumes.create("pyvol")
    network.connect(container, aliases=["called"])
    network.reload()
    assert [found.name for found in network.containers] == ["py"]
    assert client.containers.run("box", ["sh", "-c", "ping -c1 called >/dev/null && echo reached >/v/f; cat /v/f"],
                                 network="pynet", volumes={"pyvol": {"bind": "/v", "mode": "rw"}},
                                 remove=True) == b"reached\n"
    assert expect(APIError, network.remove).status_code == 403
    network.disconnect(container)
    network.remove()
    volume.remove()
    assert client.networks.list(names=["pynet"]) == [] and client.volumes.list(filters={"name": "pyvol"}) == []


def events(container):
    seen = []
    # As at Docker, the name alone means all things whose names begin so: the network and the volume, too.
    listening = client.events(decode=True, since=since, filters={"container": "py", "type": "container"})
    reading = threading.Thread(target=lambda: seen.extend(event["Action"] for event in listening))
    reading.start()
    container.pause()
    container.unpause()
    container.stop(timeout=0)
    while "stop" not in seen:
        time.sleep(0.01)
    listening.close()
    reading.join(10)
    assert [action for action in seen if action in ("create", "start", "pause", "unpause", "die", "stop")] == [
        "create", "start", "pause", "unpause", "die", "stop"], seen


container = running_and_waiting()
for part in (programs, files, images, networks_and_volumes, events):
    part(container)
logs()
attached()
container.remove(force=True)
assert client.containers.prune()["SpaceReclaimed"] is not None and client.df()["LayersSize"] > 0
print(json.dumps({"done": True}))
