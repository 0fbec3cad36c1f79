"""Reading an evaluation log: the file's content, not its name, says which reader reads it."""

from collections.abc import Callable
from pathlib import Path

from ifthen.errors import Error
from ifthen.evidence.inspect_eval import SIGNATURES, read_eval
from ifthen.evidence.inspect_json import read_json
from ifthen.evidence.log import Log

MAX_BYTES = 1 << 31

FORMATS: dict[str, Callable[..., Log]] = {"inspect-eval": read_eval, "inspect-json": read_json}
"""Reader by format name; each takes the bytes and ``name``, the file's name for error places."""


def read_log(path: Path) -> Log:
    """Return the log in the file ``path``, with its digest and its structural findings.

    The file is read once, so that the digest is that of the bytes that were understood.

    Raises:
        Error: ``log.missing``, ``log.unreadable``, ``log.empty``, ``log.too-large``,
            ``log.not-a-log``, and those of the reader; nothing else, whatever the file holds.
    """
    name = path.name
    return FORMATS[_format_of(data := _read_bytes(path), name)](data, name=name)


def _read_bytes(path: Path) -> bytes:
    name = path.name
    if path.exists() and not path.is_file():  # a named pipe would wait for ever
        raise Error(
            "log.unreadable", "is no regular file", where=name, hint="give the log files one by one"
        )
    try:
        with path.open("rb") as file:
            data = file.read(MAX_BYTES + 1)
    except FileNotFoundError as error:
        raise Error(
            "log.missing", "there is no such file", where=str(path), hint="check the path"
        ) from error
    except OSError as error:
        reason = error.strerror or "not readable"
        raise Error("log.unreadable", f"cannot read the file: {reason}", where=name) from error
    if len(data) > MAX_BYTES:
        raise Error("log.too-large", f"more than {MAX_BYTES:,} bytes", where=name)
    return data


def _format_of(data: bytes, name: str) -> str:
    if not data:
        raise Error("log.empty", "the file is empty", where=name, hint="get the log again")
    if data.startswith(SIGNATURES):
        return "inspect-eval"
    if data.lstrip(b" \t\r\n")[:1] == b"{":
        return "inspect-json"
    raise Error(
        "log.not-a-log",
        "the file is neither a zip archive nor a JSON object",
        where=name,
        hint="give an .eval or .json log of Inspect",
    )
