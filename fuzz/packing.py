"""Several files as one string of bytes, so that a fuzzer can change all of them.

Any bytes are a pack: what stands before the first mark is the main file without a name.
"""

from collections.abc import Mapping

MARK = b"\n\x1e=file="


def pack_files(files: Mapping[str, bytes]) -> bytes:
    """Return files as one string, the first one being the main file."""
    return b"".join(MARK + name.encode() + b"\n" + data for name, data in files.items())


def unpack_files(data: bytes) -> dict[str, bytes]:
    """Return the files by name; of two with one name, the last."""
    first, *rest = data.split(MARK)
    files = {"main": first} if first else {}
    for part in rest:
        name, _, content = part.partition(b"\n")
        files[name.decode("utf-8", "replace")] = content
    return files
