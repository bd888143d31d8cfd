"""Search records -> the files of a Pagefind index, as bytes by path; nothing is written here.

Pagefind's own Python client waits a tenth of a second for each record and may end the program before its files are
whole. So its program is spoken to here, in the protocol of that client: base64 of JSON, with a comma behind it.
"""

import base64
import binascii
import contextlib
import gzip
import json
import subprocess
import threading
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import IO

import msgspec
from msgspec import Struct
from pagefind.service import get_executable

from guidance.document.model import GuidanceError
from guidance.site.search import SearchRecord

_UNUSED = ("pagefind-ui", "pagefind-modular-ui", "pagefind-component-ui", "pagefind-highlight", "playground/")
FRAGMENTS = "fragment/"  # of an index: a file for each record
_SIGNATURE = b"pagefind_dcd"


class _File(Struct, frozen=True):
    path: str
    content: bytes  # msgspec reads it from base64


class _Fragment(Struct, frozen=True):
    url: str


class _Payload(Struct, frozen=True):
    type: str
    message: str = ""
    files: tuple[_File, ...] = ()


class _IndexAnswer(Struct, frozen=True):
    payload: _Payload


def make_index(records: Iterable[SearchRecord]) -> dict[str, bytes]:
    """The index of some records: path below its folder -> content, the same bytes for the same records.

    Raises GuidanceError when Pagefind is not there or does not do its work.
    """
    orders: list[dict[str, object]] = [{"type": "NewIndex", "config": {}}]
    orders += [
        {
            "type": "AddRecord",
            "index_id": 0,
            "url": record.url,
            "content": record.content,
            "language": record.language,
            "meta": dict(record.meta),
            "sort": dict(record.sort),
        }
        for record in records
    ]
    orders.append({"type": "GetFiles", "index_id": 0})
    program = get_executable()
    if program is None:
        raise GuidanceError("pagefind: its program is not installed, so nothing can be searched; run uv sync")
    answers = list(_converse([str(program), "--service"], orders))
    fault = next((answer.message for answer in answers if answer.type == "Error"), None)
    if fault is not None or len(answers) < len(orders):
        raise GuidanceError(f"pagefind: the search index could not be made ({fault or 'it ended too early'})")
    return {f.path: f.content for f in answers[-1].files if not f.path.startswith(_UNUSED)}


def facets(records: Iterable[SearchRecord], index: Mapping[str, bytes]) -> dict[str, dict[str, dict[str, object]]]:
    """Per edition, by the id that Pagefind has given a record: what narrows results down, and the lineage.

    Pagefind's own filters come in another order each time, so that the same input would not give the same bytes.
    """
    found: dict[str, dict[str, dict[str, object]]] = {}
    for identity, record in _identified(records, index):
        kept: dict[str, object] = {k: list(v) for k, v in record.filters.items() if k != "edition"}
        if lineage := record.meta.get("elsewhere") and record.meta.get("lineage"):
            kept["lineage"] = lineage
        found.setdefault(record.meta["edition"], {})[identity] = kept
    return found


def packed(records: Iterable[SearchRecord], index: Mapping[str, bytes]) -> dict[str, dict[str, dict[str, object]]]:
    """What results show, by id, in at most 256 packs by the first two digits of the ids; Pagefind has a file for
    each record, of which a host may take only so many."""
    packs: dict[str, dict[str, dict[str, object]]] = {}
    for identity, record in _identified(records, index):
        shown: dict[str, object] = {"url": record.url, "content": record.content, "meta": dict(record.meta)}
        packs.setdefault(identity.partition("_")[2][:2], {})[identity] = shown
    return packs


def _identified(records: Iterable[SearchRecord], index: Mapping[str, bytes]) -> Iterator[tuple[str, SearchRecord]]:
    """Each record with the id that Pagefind has given it."""
    by_url = {record.url: record for record in records}
    for path, content in sorted(index.items()):
        if path.startswith(FRAGMENTS):
            _, _, fragment = gzip.decompress(content).partition(_SIGNATURE)
            identity = path.removeprefix(FRAGMENTS).removesuffix(".pf_fragment")
            yield identity, by_url[msgspec.json.decode(fragment, type=_Fragment).url]


def _converse(command: list[str], orders: Sequence[dict[str, object]]) -> Iterator[_Payload]:
    """Give a program all its orders, and yield its answers, which come in the same order."""
    words = b"".join(
        base64.b64encode(json.dumps({"message_id": at, "payload": order}).encode()) + b","
        for at, order in enumerate(orders)
    )
    try:
        program = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
        )
    except OSError as error:
        raise GuidanceError(f"pagefind: cannot be started ({error})") from None
    if program.stdin is None or program.stdout is None:
        raise GuidanceError("pagefind: cannot be spoken to")
    # It ends as soon as its input does: that stays open until the last answer is here.
    speaker = threading.Thread(target=_say, args=(program.stdin, words), daemon=True)
    speaker.start()
    try:
        for _, answer in zip(orders, _listen(program.stdout), strict=False):
            yield answer
    finally:
        program.kill()
        program.wait()
        speaker.join()
        program.stdout.close()
        with contextlib.suppress(OSError):
            program.stdin.close()


def _say(to: IO[bytes], words: bytes) -> None:
    with contextlib.suppress(OSError):  # it has ended: that is noticed where its answers are read
        to.write(words)
        to.flush()


def _listen(to: IO[bytes]) -> Iterator[_Payload]:
    held = bytearray()
    while part := to.read1(1 << 16) if hasattr(to, "read1") else to.read(1):
        *whole, rest = (bytes(held) + part).split(b",")
        held = bytearray(rest)
        for one in whole:
            try:
                yield msgspec.json.decode(base64.b64decode(one), type=_IndexAnswer).payload
            except (msgspec.DecodeError, binascii.Error):
                raise GuidanceError("pagefind: gave an answer that is not understood") from None
