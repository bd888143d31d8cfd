"""A TOML file that a person wrote -> values of the type asked for, or one line that says what is wrong with it.

What the values mean, and which of them fit together, is checked by whoever reads them.
"""

from pathlib import Path
from typing import TypeVar

import msgspec

from guidance.document.model import GuidanceError

_T = TypeVar("_T")


def read_toml(path: Path, kind: type[_T], *, missing: str | None = None, mend: str = "correct it there") -> _T:
    """What a TOML file says, as a `kind`: a Struct, or a dict.

    A file that is not there reads as an empty one, unless `missing` says what is wrong about that. Raises
    GuidanceError, in one line: which file, what is wrong and where, and what to do (`mend`).
    """
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        if missing is not None:
            raise GuidanceError(f"{path}: {missing}") from None
        content = b""
    except OSError as error:
        raise GuidanceError(f"{path}: cannot be read ({error.strerror})") from None
    return decode_toml(content, str(path), kind, mend)


def decode_toml(content: bytes, name: str, kind: type[_T], mend: str = "correct it there") -> _T:
    """The same of a file's bytes; `name` is what messages call the file. Raises GuidanceError."""
    try:
        content = content.removeprefix(b"\xef\xbb\xbf")  # which editors on Windows put before it
        return msgspec.toml.decode(content, type=kind)
    except UnicodeDecodeError:
        raise GuidanceError(f"{name}: is not in UTF-8; save it so") from None
    except RecursionError:
        raise GuidanceError(f"{name}: is nested too deeply; {mend}") from None
    except msgspec.DecodeError as error:  # wrong TOML, or right TOML that is no `kind`
        raise GuidanceError(f"{name}: {' '.join(str(error).split())}; {mend}") from None
