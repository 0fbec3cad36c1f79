"""A log's or a record's folder over HTTP (extra ``server``): static files, nothing else.

Tiles, bundles and blobs never change and may be kept for ever by whoever reads them; all else for a
few seconds. Only names that a log or a record has are looked up, and no link is followed.
"""

import re
from typing import TYPE_CHECKING

from ifthen.attestation.stated import MAX_BLOB_BYTES
from ifthen.errors import Error
from ifthen.portal.running import server_missing
from ifthen.tlog.growing import Read
from ifthen.tlog.note import MAX_NOTE_BYTES
from ifthen.tlog.policy import MAX_POLICY_BYTES
from ifthen.tlog.tiles import (
    CHECKPOINT_PATH,
    ENTRIES,
    MAX_BUNDLE_BYTES,
    MAX_TILE_BYTES,
    parse_tile_path,
)
from ifthen.verification.files import (
    ANCHOR_NAME,
    ANCHORS_INDEX_PATH,
    ANCHORS_PATH,
    HISTORY_INDEX_PATH,
    HISTORY_PATH,
    MAX_ANCHOR_BYTES,
    POLICY_PATH,
    blob_path,
)

if TYPE_CHECKING:
    from starlette.applications import Starlette
    from starlette.requests import Request
    from starlette.responses import Response

FOR_EVER = "public, max-age=31536000, immutable"
FOR_MOMENTS = "public, max-age=5"
_HISTORY = re.compile(rf"{HISTORY_PATH}/[0-9]{{1,19}}", re.ASCII)
_BLOB = re.compile(blob_path("[0-9a-f]{64}"))
_HEADERS = {"X-Content-Type-Options": "nosniff", "Access-Control-Allow-Origin": "*"}


def make_log_app(read: Read) -> "Starlette":
    """Return the ASGI application that serves the files which ``read`` gives.

    Raises:
        Error: ``portal.extra``.
    """
    try:
        from starlette.applications import Starlette  # noqa: PLC0415 - an extra
        from starlette.responses import Response  # noqa: PLC0415
        from starlette.routing import Route  # noqa: PLC0415
    except ImportError as error:
        raise server_missing() from error

    def serve(request: "Request") -> "Response":
        path = request.path_params["path"]
        try:
            data, kind, cache = _look_up(read, path)
        except Error as error:
            known = error.code in {"tlog.path", "tlog.tile-name"}
            return _plain(Response, 404 if known else 500, "not found" if known else "unreadable")
        if data is None:
            return _plain(Response, 404, "not found")
        return Response(data, media_type=kind, headers=_HEADERS | {"Cache-Control": cache})

    return Starlette(routes=[Route("/{path:path}", serve, methods=["GET"])])


def _look_up(read: Read, path: str) -> tuple[bytes | None, str, str]:
    """Return bytes, content type and what may be kept how long.

    Raises:
        Error: ``tlog.tile-name``, and whatever ``read`` raises.
    """
    if path == CHECKPOINT_PATH:
        return read(path, MAX_NOTE_BYTES), "text/plain; charset=utf-8", FOR_MOMENTS
    folder, _, name = path.rpartition("/")
    if folder == ANCHORS_PATH and ANCHOR_NAME.fullmatch(name):
        return read(path, MAX_ANCHOR_BYTES), "application/octet-stream", FOR_EVER
    if path in {POLICY_PATH, HISTORY_INDEX_PATH, ANCHORS_INDEX_PATH} or _HISTORY.fullmatch(path):
        return read(path, MAX_POLICY_BYTES), "text/plain; charset=utf-8", FOR_MOMENTS
    if _BLOB.fullmatch(path):
        return read(path, MAX_BLOB_BYTES), "application/octet-stream", FOR_EVER
    tile = parse_tile_path(path)
    most = MAX_BUNDLE_BYTES if tile.level == ENTRIES else MAX_TILE_BYTES
    return read(path, most), "application/octet-stream", FOR_EVER


def _plain(response: type["Response"], status: int, text: str) -> "Response":
    headers = _HEADERS | {"Cache-Control": "no-store"}
    return response(f"{text}\n", status, headers, "text/plain; charset=utf-8")
