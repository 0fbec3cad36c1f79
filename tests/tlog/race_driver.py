"""One of several writers that append to one log until each has its entries in.

python -m tests.tlog.race_driver FOLDER NAME COUNT
"""

import sys
from datetime import UTC, datetime
from pathlib import Path

from tests.tlog.world import LOG

from ifthen.errors import Error
from ifthen.tlog.sequencer import Sequencer
from ifthen.tlog.stores import DirectoryStore


def main():
    folder, name, count = Path(sys.argv[1]), sys.argv[2], int(sys.argv[3])
    with Sequencer.open(folder / "log.db", DirectoryStore(folder / "log"), signers=[LOG]) as log:
        done = moved = 0
        while done < count:
            batch = [f"{name} {n}".encode() for n in range(done, min(count, done + 7))]
            try:
                now = datetime.now(UTC)  # noqa: TID251 - this is a whole program
                first = log.append(batch, now=now).first
            except Error as error:
                if error.code not in {"tlog.head-moved", "tlog.clock-stuck"}:
                    raise
                moved += 1
                continue
            done += len(batch)
            sys.stdout.write(f"{first} {len(batch)}\n")
        sys.stdout.write(f"moved {moved}\n")


if __name__ == "__main__":
    main()
