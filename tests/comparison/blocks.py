"""The files `commands` and `accepted`."""

import fnmatch
import os

HERE = os.path.dirname(os.path.abspath(__file__))


class Malformed(Exception):
    """A file of the comparison is not as it should be; tells the file and the line."""


def sections(name):
    """The parts of a file as (line number, title, lines); a part begins with `== title`, and # begins a comment."""
    found = []
    with open(os.path.join(HERE, name), encoding="utf-8") as file:
        for number, line in enumerate(file, 1):
            line = line.rstrip("\n")
            if line.startswith("== "):
                found.append((number, line[3:].strip(), []))
            elif line.strip() and not line.startswith("#"):
                if not found:
                    raise Malformed(f"{name}:{number}: a line before the first block")
                found[-1][2].append((number, line))
    return found


def commands():
    """The blocks in their order: {name: [command]}. A line that ends with a backslash goes on in the next one."""
    blocks = {}
    for number, title, lines in sections("commands"):
        if title in blocks:
            raise Malformed(f"commands:{number}: there are two blocks {title}")
        blocks[title] = "\n".join(text for _, text in lines).replace("\\\n", "").split("\n")
    return blocks


class Accepted:
    """One difference that is as it should be: a line of Docker's (-) or of Swarm's (+), and where it may stand."""

    def __init__(self, line, blocks, text, reason):
        self.line, self.blocks, self.text, self.reason = line, blocks, text, reason
        self.met = False

    def covers(self, block, difference):
        """Whether it stands for this line, and notes that it did. A * stands for anything."""
        if not any(fnmatch.fnmatchcase(block, pattern) for pattern in self.blocks):
            return False
        if not fnmatch.fnmatchcase(difference, self.text.replace("[", "[[]").replace("?", "[?]")):
            return False
        self.met = True
        return True


def accepted():
    """All that is accepted. Each part names its blocks, gives its reason and then the lines."""
    entries = []
    for number, title, lines in sections("accepted"):
        reason = " ".join(text[8:] if text.startswith("reason: ") else text.strip()
                          for _, text in lines if text[0] not in "-+")
        if not lines or not lines[0][1].startswith("reason: "):
            raise Malformed(f"accepted:{number}: the first line of a part is its reason")
        for place, text in lines:
            if text[0] in "-+":
                entries.append(Accepted(place, title.split(", "), text, reason))
    return entries
