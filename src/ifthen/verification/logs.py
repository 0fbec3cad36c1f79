"""Step 13: numbers made again from the raw logs at hand."""

import hashlib
from pathlib import Path, PurePosixPath

from ifthen.encoding.canonical import digest_value
from ifthen.errors import Error
from ifthen.evidence.record import EvidenceRecord, LogReference, dump_parts, list_differing
from ifthen.evidence.source import FileSource, MemorySource, Source, check_companion_name
from ifthen.verification.copies import Copy
from ifthen.verification.files import Files, read_blob
from ifthen.verification.order import Contents
from ifthen.verification.verdict import Step, Watch, say_nothing

MAX_LOG_BYTES = 1 << 33


def check_logs(
    step: Step, contents: Contents, files: Files, folder: Path | None, watch: Watch = say_nothing
) -> None:
    """Check each evidence record that stands against its raw log, where that is at hand."""
    standing = contents.standing(contents.end, ("evidence",))
    for done, copy in enumerate(standing):
        where = copy.entry.where
        if copy.document is None:
            step.note("withheld", "logs.withheld", "parts of the record are withheld", where)
            continue
        record: EvidenceRecord = copy.document.document
        try:
            source = _find_source(copy, record.log, files, folder)
            if source is None:
                text = f"the log {record.log.path} is not at hand"
                step.note("not-at-hand", "logs.missing", text, where)
                continue
            watch("logs", done, len(standing))
            fault = _compare(source, record)
        except Error as error:
            step.fail(error.code, error.message, where)
            continue
        doubt = copy.entry.stated.result and copy.entry.stated.result.doubt
        if fault is None and doubt:
            step.fail("logs.doubt", "the publisher says that the log does not confirm it", where)
        elif fault is not None and not doubt:
            step.fail("logs.differs", fault, where)
        else:
            step.hold()


def _compare(source: Source, record: EvidenceRecord) -> str | None:
    """Return in what a record differs from its log, None where it does not."""
    from ifthen.evidence.rebuilding import rebuild_record  # noqa: PLC0415 - slow to import

    found = rebuild_record(source, record)
    differing = list_differing(dump_parts(record), dump_parts(found))
    if not differing:
        return None
    return f"the record's {', '.join(differing)} differ from what its log says"


def _find_source(copy: Copy, log: LogReference, files: Files, folder: Path | None) -> Source | None:
    """Return a log that has the digest of its record: from a folder, or from the record itself.

    Raises:
        Error: ``logs.changed`` for a file of that name with another digest, those of reading.
    """
    if folder is not None:
        for path in dict.fromkeys((folder / log.path, folder / PurePosixPath(log.path).name)):
            if path.is_file() and path.resolve().is_relative_to(folder.resolve()):
                _verify_digests(path, log)
                return FileSource(path)
    raw = copy.entry.stated.result.raw if copy.entry.stated.result is not None else ()
    if not raw:
        return None
    names = [file.path for file in log.files] or [PurePosixPath(log.path).name]
    digests = [file.sha256 for file in log.files] or [log.sha256]
    if digests != [reference.sha256 for reference in raw]:
        raise Error("logs.changed", "the published log is another one than the record's")
    data = {name: read_blob(files, each) for name, each in zip(names, raw, strict=True)}
    return MemorySource(data[names[0]], names[0], data)


def _verify_digests(path: Path, log: LogReference) -> None:
    """Make sure that the files of a log are those of the record."""
    pairs = [(path, log.sha256)]
    if log.files:
        listed = digest_value([file.model_dump(mode="json") for file in log.files])
        if listed != log.sha256:
            raise Error("logs.changed", "the list of the log's files has another digest")
        pairs = [(path, log.files[0].sha256)]
        pairs += [
            (path.parent / check_companion_name(file.path, log.path), file.sha256)
            for file in log.files[1:]
        ]
    for file, digest in pairs:
        if not file.is_file():
            raise Error("logs.changed", f"the file {file.name} of the log is not there")
        if file.stat().st_size > MAX_LOG_BYTES or _digest(file) != digest:
            raise Error("logs.changed", f"the file {file.name} is another one than the record's")


def _digest(path: Path) -> str:
    try:
        with path.open("rb") as file:
            return "sha256:" + hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise Error("logs.unreadable", f"{path.name} cannot be read: {error.strerror}") from error
