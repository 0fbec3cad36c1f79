"""One harness: ``python -m fuzz HARNESS CORPUS [libFuzzer options]``.

With ``IFTHEN_FUZZ_COLLECT=FOLDER`` it goes on after a fault, and writes the first input of each
kind there with its traceback.
"""

import os
import sys
import traceback
from pathlib import Path

import atheris

OF_RECORDS = ("tlog-", "record-", "verifier-", "anchor-")
"""How names of harnesses begin that need no reader of evidence."""
_TRACED = ["ifthen.attestation", "ifthen.encoding", "ifthen.tlog", "ifthen.verification"]
"""What they trace: to trace all of the program takes longer than to fuzz a reader."""

with atheris.instrument_imports(
    include=_TRACED if sys.argv[1:] and sys.argv[1].startswith(OF_RECORDS) else ["ifthen"]
):
    from fuzz.oracle import check_files, zip_stored
    from fuzz.parsers import READERS, check_bytes
    from fuzz.seeds import HARNESSES, MEMBERS
    from ifthen.evidence.formats import FORMATS

    for _entry in FORMATS.values():
        _entry._module()  # readers are imported when they are first used; here, with tracing

from fuzz.mutating import mutate_pack
from fuzz.packing import unpack_files


def main() -> None:
    """Fuzz until libFuzzer's limits are reached."""
    harness, arguments = sys.argv[1], [sys.argv[0], *sys.argv[2:]]
    if harness not in HARNESSES:
        raise SystemExit(f"one of: {', '.join(HARNESSES)}")
    collect = os.environ.get("IFTHEN_FUZZ_COLLECT")

    def try_one(data: bytes) -> None:
        try:
            if harness in READERS:
                check_bytes(harness, data)
                return
            files = unpack_files(data)
            check_files({"x.eval": zip_stored(files)} if harness == MEMBERS else files)
        except Exception as error:
            if collect is None:
                raise
            collect_fault(Path(collect), harness, data, error)

    def mutate(data: bytes, most: int, seed: int) -> bytes:
        changed = mutate_pack(data, seed) if seed % 3 else None
        if changed is None or len(changed) > most:
            changed = atheris.Mutate(data, most)
        return bytes(changed)

    atheris.Setup(arguments, try_one, custom_mutator=mutate)
    atheris.Fuzz()


def collect_fault(folder: Path, harness: str, data: bytes, error: Exception) -> None:
    """Write an input and its traceback, unless one of the same kind is there."""
    frames = traceback.extract_tb(error.__traceback__)
    own = next((f for f in reversed(frames) if "ifthen" in f.filename), frames[-1])
    kind = f"{harness}-{type(error).__name__}-{Path(own.filename).stem}-{own.lineno}"
    if not (folder / kind).exists():
        folder.mkdir(parents=True, exist_ok=True)
        (folder / kind).write_bytes(data)
        text = "".join(traceback.format_exception(error))
        (folder / f"{kind}.txt").write_text(text, "utf-8", "backslashreplace")


main()
