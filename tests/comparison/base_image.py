"""The image that all blocks begin with, the same bytes at every run: Debian's static busybox."""

import hashlib
import io
import json
import subprocess
import tarfile

BUSYBOX = "/bin/busybox"
FOLDERS = ["bin", "etc", "dev", "proc", "sys", "tmp", "root", "home", "var", "www"]
FILES = {
    "etc/passwd": "root:x:0:0:root:/root:/bin/sh\nworker:x:1000:1000::/home:/bin/sh\n",
    "etc/group": "root:x:0:\nworker:x:1000:\nstaff:x:50:worker\n",
    "www/index.html": "hello from the base image\n",
}


def _add(tar, name, kind, mode, data=b"", link=""):
    entry = tarfile.TarInfo(name)
    entry.type, entry.mode, entry.size, entry.linkname, entry.mtime = kind, mode, len(data), link, 1_600_000_000
    tar.addfile(entry, io.BytesIO(data))


def root():
    """The root file system as a tar."""
    with open(BUSYBOX, "rb") as file:
        busybox = file.read()
    applets = subprocess.run([BUSYBOX, "--list"], check=True, capture_output=True, text=True).stdout.split()
    into = io.BytesIO()
    with tarfile.open(fileobj=into, mode="w") as tar:
        for folder in FOLDERS:
            _add(tar, folder, tarfile.DIRTYPE, 0o1777 if folder == "tmp" else 0o755)
        _add(tar, "bin/busybox", tarfile.REGTYPE, 0o755, busybox)
        for applet in sorted(applets):
            if applet != "busybox":
                _add(tar, f"bin/{applet}", tarfile.SYMTYPE, 0o777, link="busybox")
        for name, text in FILES.items():
            _add(tar, name, tarfile.REGTYPE, 0o644, text.encode())
    return into.getvalue()


def archive(layer):
    """What `docker load` takes: base:1 with this one layer."""
    digest = hashlib.sha256(layer).hexdigest()
    config = json.dumps({
        "architecture": "amd64", "os": "linux", "created": "2020-09-13T12:26:40Z",
        "config": {"Env": ["PATH=/bin"], "Cmd": ["sh"], "Labels": {"made": "here"}},
        "history": [{"created": "2020-09-13T12:26:40Z", "created_by": "the comparison"}],
        "rootfs": {"type": "layers", "diff_ids": [f"sha256:{digest}"]},
    }).encode()
    name = f"{hashlib.sha256(config).hexdigest()}.json"
    manifest = json.dumps([{"Config": name, "RepoTags": ["base:1"], "Layers": ["layer.tar"]}]).encode()
    into = io.BytesIO()
    with tarfile.open(fileobj=into, mode="w") as tar:
        for entry, data in ((name, config), ("layer.tar", layer), ("manifest.json", manifest)):
            _add(tar, entry, tarfile.REGTYPE, 0o644, data)
    return into.getvalue()
