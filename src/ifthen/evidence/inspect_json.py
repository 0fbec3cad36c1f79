"""Reader of Inspect's ``.json`` logs: one JSON object with the samples inside."""

from ifthen.errors import Error
from ifthen.evidence.formats import Request
from ifthen.evidence.inspect_format import LogJson, check_version, decode
from ifthen.evidence.inspect_log import to_log, to_reductions, to_sample
from ifthen.evidence.log import Log
from ifthen.evidence.source import Source, read_whole


def read(source: Source, request: Request) -> Log:  # noqa: ARG001
    """Return the log in a source; see :func:`read_json`."""
    return read_json(read_whole(source), name=source.name)


def read_json(data: bytes, *, name: str) -> Log:
    """Return the log in the bytes of a ``.json`` file.

    Raises:
        Error: ``log.not-json``, ``log.wrong-shape``, ``log.unknown-version``, ``log.unfinished``.
    """
    if check_version(data, where=name).status == "started":
        raise Error(
            "log.unfinished",
            "the log has status started: the run is still going, or it crashed",
            where=name,
            hint="wait for the run to end, or repeat it; an unfinished run is no evidence",
        )
    content = decode(data, LogJson, where=name)
    return to_log(
        data,
        content,
        format="inspect-json",
        where=name,
        samples=[
            to_sample(sample, place=f"samples[{index}]")
            for index, sample in enumerate(content.samples or ())
        ],
        reductions=to_reductions(content.reductions or (), place="reductions"),
    )
