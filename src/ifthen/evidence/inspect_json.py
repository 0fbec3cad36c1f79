"""Reader of Inspect's ``.json`` logs: one JSON object with the samples inside.

The file is in memory as a whole while it is read; the samples are decoded one by one.
"""

import hashlib
import json

import msgspec

from ifthen.encoding.canonical import digest_bytes
from ifthen.errors import Error
from ifthen.evidence.formats import Request
from ifthen.evidence.inspect_first import FIRST, add_first_score, read_first_results
from ifthen.evidence.inspect_format import VERSION, HeaderJson, LogJson, check_version, decode
from ifthen.evidence.inspect_log import to_log, to_reductions, to_results, to_scorers
from ifthen.evidence.inspect_samples import SampleDecoder, Share, adder
from ifthen.evidence.log import Finding, Log, contradiction, notice
from ifthen.evidence.metrics import metadata_keys
from ifthen.evidence.samples import SampleTable
from ifthen.evidence.source import Source, read_whole
from ifthen.evidence.strict_json import check_keys


def read(source: Source, request: Request) -> Log:
    """Return the log in a ``.json`` file.

    Raises:
        Error: ``log.too-large``, ``log.not-json``, ``log.wrong-shape``, ``log.unknown-version``.
    """
    data, name = read_whole(source), source.name
    findings: list[Finding] = []
    versioned = check_version(data, where=name, known=(FIRST, VERSION))
    is_first = versioned.version == FIRST
    if versioned.status == "started":
        message = "the log has status started: the run is still going, or it crashed"
        findings.append(contradiction("log.unfinished", message, name))
    content = _decode(data, name)
    if is_first:
        content.results = read_first_results(data, where=name)
        content.eval.config.epochs_reducer = []  # its metrics run over single answers
    keep = request.keep | metadata_keys(to_scorers(content), to_results(content))
    share = Share(SampleTable(place="samples[{row}]", keep=keep), findings)
    decoder, add = SampleDecoder(name), adder(share, keep)
    for index, raw in enumerate(content.samples or ()):
        place = f"samples[{index}]"
        sample = decoder.decode(raw, place)
        if is_first:
            add_first_score(sample, bytes(raw), content.results, where=f"{name}:{place}")
        add(sample, place, hashlib.sha256(raw).digest())
    share.table.places = {row: f"samples[{row}]" for row in range(len(share.table))}
    if share.retried:
        message = f"{share.retried} samples were tried again after an error"
        findings.append(notice("log.retried", message, "samples"))
    return to_log(
        content,
        format="inspect-json",
        sha256=digest_bytes(data),
        size=len(data),
        where=name,
        samples=share.table,
        summaries={},
        reductions=to_reductions(content.reductions or (), place="reductions"),
        findings=findings,
    )


def _decode(data: bytes, name: str) -> LogJson:
    """Return the log with its samples as raw JSON, also where bare NaN stand in it."""
    try:
        content = _DECODE(data)
        _check_parts(_PARTS.decode(data), name)
        return content
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError):
        check_keys(data, where=name)
        tree = decode(data, dict[str, object], where=name)
    samples = tree.pop("samples", None)
    raw = samples
    try:
        if isinstance(samples, list):
            raw = [msgspec.Raw(json.dumps(sample).encode()) for sample in samples]
            samples = []
        tree["samples"] = samples
        content = decode(json.dumps(tree).encode(), LogJson, where=name)
    except RecursionError as error:
        raise Error("log.not-json", "nested too deep", where=name) from error
    content.samples = raw if isinstance(raw, list) else None
    return content


def _check_parts(parts: dict["_Key", msgspec.Raw], name: str) -> None:
    """Refuse a key that stands twice in the log, or in a part of its header."""
    seen: set[str] = set()
    for key, part in parts.items():
        if key.name in seen:
            message = f"not JSON: the key {key.name[:80]!r} stands twice in an object"
            raise Error("log.not-json", message, where=name)
        seen.add(key.name)
        if key.name in _HEADER:  # what is not read takes no memory
            check_keys(bytes(part), where=name)


class _Key:
    """A key of an object, unlike every other, so that none gets lost."""

    def __init__(self, _kind: type, name: str) -> None:
        self.name = name


_HEADER = frozenset(field.name for field in msgspec.structs.fields(HeaderJson)) | {"version"}
_PARTS = msgspec.json.Decoder(dict[_Key, msgspec.Raw], dec_hook=_Key)
_DECODE = msgspec.json.Decoder(LogJson).decode
