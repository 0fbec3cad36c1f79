"""Where a log is read from: a folder, or an address that serves one over HTTP.

What comes over the network is bounded in bytes, as sent and as unpacked, and in time. Of a log no
redirect is followed: the address that was named is the one that is read. Of a record one is, within
the host (:func:`read_following`).
"""

import http.client
import time
import urllib.error
import urllib.request
import zlib
from collections.abc import Callable
from email.message import Message
from pathlib import Path
from typing import Any
from urllib.parse import urljoin, urlsplit

from ifthen.errors import Error
from ifthen.tlog.growing import Read
from ifthen.tlog.note import MAX_NOTE_BYTES
from ifthen.tlog.stores import DirectoryStore, check_path
from ifthen.tlog.tiles import CHECKPOINT_PATH

WAIT_SECONDS = 30
"""Longest time that one file may take, however slowly it drips."""
REDIRECTS = 3
_CHUNK = 1 << 16
_AGENT = "ifthen"


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    """Leaves a redirect an error."""

    def redirect_request(self, *_: Any) -> None:
        """Return no request to follow."""


_OPENER = urllib.request.OpenerDirector()
for _handler in (
    urllib.request.HTTPHandler,
    urllib.request.HTTPSHandler,
    urllib.request.HTTPErrorProcessor,
    urllib.request.HTTPDefaultErrorHandler,
    _NoRedirect,
):
    _OPENER.add_handler(_handler())


def open_source(source: str) -> Read:
    """Return what reads the files of a log in a folder, or at an http or https address.

    Raises:
        Error: ``portal.address``, ``portal.source-missing``.
    """
    if source.startswith(("http://", "https://")):
        prefix = check_address(source)
        return lambda path, most: read_address(prefix, path, most)
    if not Path(source).is_dir():
        raise Error(
            "portal.source-missing",
            "there is no such folder",
            where=source,
            hint="name the folder that holds the file 'checkpoint', or its http(s) address",
        )
    return DirectoryStore(Path(source)).read


def check_address(address: str) -> str:
    """Return an http or https address without its last slash.

    Raises:
        Error: ``portal.address``.
    """
    try:
        parts = urlsplit(address)
        sound = bool(parts.hostname) and (parts.port is None or parts.port > 0)
    except ValueError:
        sound = False
    plain = all("!" <= character <= "~" for character in address)
    if not sound or not plain or parts.query or parts.fragment or "@" in parts.netloc:
        raise Error(
            "portal.address",
            f"{address[:80]!r} is no address that is read",
            hint="write it as https://host/folder, without a user, a query and a fragment",
        )
    return address.rstrip("/")


def read_address(prefix: str, path: str, most: int) -> bytes | None:
    """Return the bytes of one file of a log over HTTP, None where there is none (404, 410).

    Raises:
        Error: ``tlog.too-large`` for more than ``most`` bytes, before or after they are unpacked,
            ``portal.unreachable``, ``portal.status``, ``portal.encoding``, ``tlog.path``.
    """
    check_path(path, changes=path == CHECKPOINT_PATH)
    url = f"{prefix}/{path}"
    headers = {"User-Agent": _AGENT, "Accept-Encoding": "gzip"}
    if path == CHECKPOINT_PATH:
        headers["Cache-Control"] = "no-cache"
    status, data, _ = exchange(url, headers=headers, most=most, only=200)
    if status in (404, 410):
        return None
    if status != 200:
        raise Error("portal.status", f"the server answered {status}, expected 200", where=url)
    return data


def read_following(url: str, most: int) -> bytes | None:
    """Return the bytes at an address, None where there are none (404, 410).

    A redirect is followed three times at most, and only within the host: to the same port, or from
    http to https on the ports of their own.

    Raises:
        Error: ``portal.redirect`` for one that leads elsewhere, those of :func:`read_address`.
    """
    headers = {"User-Agent": _AGENT, "Accept-Encoding": "gzip"}
    for _ in range(REDIRECTS + 1):
        status, data, answered = _ask(url, headers=headers, most=most, body=None, only=200)
        if status == 200:
            return data
        if status in (404, 410):
            return None
        if status not in (301, 302, 303, 307, 308):
            raise Error("portal.status", f"the server answered {status}, expected 200", where=url)
        url = _follow(url, answered.get("Location", ""))
    raise Error("portal.redirect", f"more than {REDIRECTS} redirects", where=url)


def _follow(url: str, to: str) -> str:
    """Return where a redirect leads, if that is within the host."""
    try:
        new = urljoin(url, to)
        one, other = urlsplit(url), urlsplit(new)
        own = {"http": 80, "https": 443}
        ports = [x.port or own.get(x.scheme) for x in (one, other)]
        up = (one.scheme, other.scheme, *ports) == ("http", "https", 80, 443)
        within = one.hostname == other.hostname and "@" not in other.netloc
        same = one.scheme == other.scheme and ports[0] == ports[1]
    except ValueError:
        within = same = up = False
    if not within or not (same or up) or not all("!" <= x <= "~" for x in new):
        raise Error(
            "portal.redirect",
            f"the server sends elsewhere: {to[:80]!r}",
            where=url,
            hint="see whether the record moved, and name its new address yourself",
        )
    return new


def post(url: str, body: bytes, most: int = MAX_NOTE_BYTES) -> tuple[int, bytes, str]:
    """Return status, body and content type of the answer to a POST.

    Raises:
        Error: ``portal.unreachable``, ``portal.encoding``, ``tlog.too-large``.
    """
    headers = {"User-Agent": _AGENT, "Content-Type": "text/plain; charset=utf-8"}
    return exchange(url, headers=headers, most=most, body=body)


def exchange(
    url: str,
    *,
    headers: dict[str, str],
    most: int,
    body: bytes | None = None,
    only: int | None = None,
) -> tuple[int, bytes, str]:
    """Return status, unpacked body and content type of one answer, whatever its status.

    The body of an answer of another status than ``only``, if given, is not read.

    Raises:
        Error: ``portal.unreachable``, ``portal.encoding``, ``tlog.too-large``.
    """
    status, data, answered = _ask(url, headers=headers, most=most, body=body, only=only)
    return status, data, answered.get("Content-Type", "") if only in (None, status) else ""


def _ask(
    url: str, *, headers: dict[str, str], most: int, body: bytes | None, only: int | None
) -> tuple[int, bytes, Message]:
    """Return status, unpacked body and headers of one answer."""
    deadline = time.monotonic() + WAIT_SECONDS
    request = urllib.request.Request(url, data=body, headers=headers)  # noqa: S310 - http(s) alone
    try:
        try:
            answer = _OPENER.open(request, timeout=WAIT_SECONDS)
        except urllib.error.HTTPError as error:
            answer = error
        with answer:
            if only not in (None, answer.status):
                return int(answer.status), b"", answer.headers
            packed = answer.headers.get("Content-Encoding", "identity").strip().lower()
            if packed not in ("identity", "gzip"):
                raise Error(
                    "portal.encoding", f"the answer is packed as {packed[:20]!r}", where=url
                )
            unpack = _gunzip if packed == "gzip" else _keep
            data = unpack(answer.read1, most, deadline, url)
            if answer.length:  # bytes that were announced and did not come
                raise Error("portal.unreachable", "the answer ended early", where=url)
            return int(answer.status), data, answer.headers
    except (OSError, http.client.HTTPException, ValueError) as error:
        raise Error(
            "portal.unreachable",
            f"the server could not be read: {type(error).__name__}",
            where=url,
            hint="see whether the address is right and the server runs, then try again",
        ) from error


def _keep(read: Callable[[int], bytes], most: int, deadline: float, url: str) -> bytes:
    data = b""
    while chunk := _next(read, deadline, url):
        data += chunk
        if len(data) > most:
            raise _too_large(url, most)
    return data


def _gunzip(read: Callable[[int], bytes], most: int, deadline: float, url: str) -> bytes:
    """Return unpacked bytes; a small answer that unpacks to a large one is stopped on the way."""
    machine, data, raw = zlib.decompressobj(wbits=31), b"", 0
    while chunk := _next(read, deadline, url):
        raw += len(chunk)
        if raw > most + most // 100 + 1024:
            raise _too_large(url, most)
        try:
            data += machine.decompress(chunk, most + 1 - len(data))
        except zlib.error as error:
            raise Error("portal.encoding", "the answer is no sound gzip", where=url) from error
        if len(data) > most:
            raise _too_large(url, most)
        if machine.unused_data:
            break
    if not machine.eof or machine.unused_data:
        raise Error("portal.encoding", "the answer is no sound gzip", where=url)
    return data


def _next(read: Callable[[int], bytes], deadline: float, url: str) -> bytes:
    if time.monotonic() > deadline:
        raise Error(
            "portal.unreachable", f"the answer took more than {WAIT_SECONDS} seconds", where=url
        )
    return read(_CHUNK)


def _too_large(url: str, most: int) -> Error:
    return Error("tlog.too-large", f"the answer has more than {most} bytes", where=url)
