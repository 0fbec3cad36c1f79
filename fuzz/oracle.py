"""What has to hold for every input: a log with a document of evidence, or a coded error."""

import math
import re
import zlib
from collections.abc import Mapping
from datetime import UTC, datetime
from struct import pack

from ifthen.encoding.canonical import format_canonical
from ifthen.errors import Error, Problems
from ifthen.evidence.building import build_record, list_samples
from ifthen.evidence.formats import find_format
from ifthen.evidence.log import Log
from ifthen.evidence.reading import read_source
from ifthen.evidence.record import EvidenceRecord
from ifthen.evidence.source import MemorySource

KEEP = frozenset({"family", "task_family", "human_minutes"})
MAX_PARTS = 4
_CODE = re.compile(r"[a-z0-9]+(\.[a-z0-9]+(-[a-z0-9]+)*)+")


def check_files(files: Mapping[str, bytes]) -> str:
    """Read the first file with the others beside it; return what came of it, for counting.

    Raises:
        AssertionError: where a promise is broken. Any other exception is a finding as well.
    """
    if not files:
        return "nothing"
    name = next(iter(files))
    source = MemorySource(files[name], name, {k: v for k, v in files.items() if k != name})
    outcome = "nothing"
    try:
        parts = find_format(source).list_parts(source) or (None,)
        for part in parts[:MAX_PARTS]:
            log = read_source(source, part=part, keep=KEEP, workers=1)
            outcome = check_log(log)
    except Error as error:
        for each in error.errors if isinstance(error, Problems) else (error,):
            promise(
                _CODE.fullmatch(each.code) is not None and bool(each.message),
                f"an error without a code: {each!r}",
            )
        str(error)
        return error.code
    return outcome


def check_log(log: Log) -> str:
    """Build the document of a log and check what it promises."""
    record = build_record(
        log,
        id="e-1",
        evaluation="x",
        model="m",
        plan=None,
        recorded_by="r",
        recorded_at=datetime(2026, 11, 24, tzinfo=UTC),
        cluster_by="family",
        log_path="x",
    )
    again = EvidenceRecord.model_validate_json(record.model_dump_json())
    promise(again == record, "the document does not survive being written and read")
    format_canonical(record.model_dump(mode="json"))
    promise(len(list_samples(log)) == record.samples.total, "samples are lost")
    for each in record.measurements:
        promise(0 <= each.low <= each.high <= each.questions, f"bounds out of order: {each}")
        promise(each.value is None or math.isfinite(each.value), f"no finite value: {each}")
        if each.clusters is not None:
            total = sum(cluster.questions for cluster in each.clusters)
            promise(total <= each.questions, f"clusters hold more than all: {each}")
    return "log"


def promise(held: bool, message: str) -> None:
    """Raise AssertionError with ``message`` unless ``held``; works under ``python -O``, too."""
    if not held:
        raise AssertionError(message)


def zip_stored(members: Mapping[str, bytes]) -> bytes:
    """Return a zip archive with right sizes and checksums, so that the content is what is read."""
    body, directory = b"", b""
    for text, content in members.items():
        name = text.encode("utf-8", "surrogatepass")[:0xFFFF]
        flags = 0 if name.isascii() else 0x800
        fixed = pack(
            "<HHHHHLLLHH",
            20,
            flags,
            0,
            0,
            0,
            zlib.crc32(content),
            len(content),
            len(content),
            len(name),
            0,
        )
        directory += b"PK\x01\x02" + pack("<H", 20) + fixed
        directory += pack("<HHHLL", 0, 0, 0, 0, len(body)) + name
        body += b"PK\x03\x04" + fixed + name + content
    count = min(len(members), 0xFFFE)
    end = pack("<4s4H2LH", b"PK\x05\x06", 0, 0, count, count, len(directory), len(body), 0)
    return body + directory + end
