"""Writing `sources.lock`: what was first seen at each official address that the register does not pin, and every
file that came later under the same address. It is read by `register`; nothing in it is ever changed or removed."""

import json
from pathlib import Path

import msgspec

from guidance.model import GuidanceError
from guidance.register import Locked, read_lock
from guidance.sources.writing import write_whole

_HEAD = """\
# Files as they were first seen at the official addresses, written by `guidance fetch` and `guidance build`.
# The first file of a revision is the one that is built. A later one came under the same address: review it, then
# take it into editions.toml as a revision of its own with its sha256.
"""


def record(path: Path, seen: Locked) -> bool:
    """Put a file into the lock, which stays as it is where the file is in it; says whether it was new.

    Raises GuidanceError when the lock cannot be read or written.
    """
    before = read_lock(path)
    if any((s.edition, s.revision, s.sha256) == (seen.edition, seen.revision, seen.sha256) for s in before):
        return False
    ordered = sorted((*before, seen), key=lambda s: (s.edition, s.revision))  # stable: first seen stays first
    try:
        write_whole(path, (_HEAD + "".join(map(_table, ordered))).encode())
    except OSError as error:
        raise GuidanceError(f"{path}: cannot be written ({error.strerror})") from None
    return True


def _table(seen: Locked) -> str:
    fields = {name: value for name, value in msgspec.to_builtins(seen).items() if value is not None}
    lines = (f"{name} = {json.dumps(value, ensure_ascii=False)}\n" for name, value in fields.items())
    return "\n[[files]]\n" + "".join(lines)
