"""Play the history of three fictional model generations, step by step, with the commands of a user.

    python examples/borealis/play.py TARGET [--until STEP]

TARGET is a directory that is not there yet. Each step copies the documents of its folder in
``steps/`` into the workspace and runs what people would run on that day. The keys are made from
known numbers, so that anybody can play it again: they protect nothing.
"""

import argparse
import io
import shutil
from collections.abc import Callable, Iterator
from contextlib import redirect_stdout
from dataclasses import dataclass
from pathlib import Path

from ifthen.attestation.keyfile import format_key, write_key_file
from ifthen.attestation.keys import FileSigner, format_public_key, make_signer
from ifthen.cli.main import run
from ifthen.encoding.tree import format_tree

HERE = Path(__file__).parent
SCREENED = HERE.parent / "screened"
FIRST = "smollm2"
LOG = "smollm2-products.eval"
PLAN = "plan-products.yaml"
PEOPLE = {
    "vega": ("chief-executive", 1),
    "lund": ("safety-lead", 2),
    "moe": ("security-lead", 3),
    "chair": ("board", 4),
}
LUND_AGAIN = 12
KEEPERS = {"ida": 21, "jo": 22, "kim": 23}


def make_key(number: int) -> FileSigner:
    """Return a key that anybody could make."""
    return make_signer(bytes([number]) * 32)


@dataclass
class Play:
    """A workspace that is played, and the folder of everybody's keys beside it."""

    root: Path

    @property
    def keys(self) -> Path:
        """Folder of the private keys and public lines."""
        return self.root.parent / "keys"

    def ifthen(self, *arguments: object, codes: tuple[int, ...] = (0,)) -> str:
        """Run a command in the workspace and return what it printed."""
        printed = io.StringIO()
        with redirect_stdout(printed):
            code = run([*map(str, arguments), "-C", str(self.root)])
        if code not in codes:
            raise SystemExit(
                f"ifthen {' '.join(map(str, arguments))} ended with {code}\n{printed.getvalue()}"
            )
        return printed.getvalue()

    def sign(self, model: str, gate: str, day: str, *people: str, **more: str) -> None:
        """Let people sign today's decision; ``more`` are their words where they do not approve."""
        file = self.root.parent / "decision.json"
        self.ifthen("decide", model, "--on", day, "--made-on", day, "-o", file, codes=(0, 2, 3))
        for person in (*people, *more):
            role, _ = PEOPLE[person]
            says = ["--dissent", "--reason", more[person]] if person in more else []
            key = self.keys / ("lund-2" if person == "lund" and day >= "2027-01-10" else person)
            self.ifthen(
                "sign", file, "--gate", gate, "--role", role, "--key", key, "--made-on", day, *says
            )

    def release(self, day: str, *keepers: str, first: bool = False) -> None:
        """Let keepers sign the next version of the trust file."""
        named = [x for name in KEEPERS for x in ("--keeper", f"{name}={self.keys / name}.pub")]
        more = [*named, "--threshold", "2"] if first else []
        self.ifthen("keys", "release", "--expires", "2027-12-01", "--made-on", day, *more)
        (pending,) = (self.root / "trust").glob("*.unsigned")
        for name in keepers:
            self.ifthen("keys", "sign", pending, "--key", self.keys / name)


def trained(play: Play) -> None:
    """Generation 1 is trained; who signs is stated, and the trust file is signed."""
    numbers = {name: number for name, (_, number) in PEOPLE.items()} | KEEPERS
    play.keys.mkdir()
    for name, number in (numbers | {"lund-2": LUND_AGAIN}).items():
        write_key_file(play.keys / name, format_key(make_key(number)))
        line = format_public_key(make_key(number).public)
        (play.keys / f"{name}.pub").write_text(line + "\n")
    people = [
        {
            "id": name,
            "name": f"{name.title()} (fictional)",
            "keys": [{"public": format_public_key(make_key(number).public), "from": "2026-11-01"}],
            "roles": [{"role": role, "from": "2026-11-01"}],
        }
        for name, (role, number) in PEOPLE.items()
    ]
    (play.root / "people.yaml").write_text(
        "# Who decides. Changes count when the keepers have signed them: ifthen keys release\n"
        + format_tree({"kind": "people", "id": "people", "people": people})
    )
    (play.root / "plans").mkdir()
    shutil.copyfile(SCREENED / "plans" / PLAN, play.root / "plans" / PLAN)
    play.release("2026-11-22", "ida", "jo", first=True)


def screened(play: Play) -> None:
    """The registered screening ended early, and rules the capability out."""
    (play.root / "logs").mkdir()
    shutil.copyfile(SCREENED / "logs" / LOG, play.root / "logs" / LOG)
    play.ifthen(
        "evidence", "add", play.root / "logs" / LOG, "--evaluation", "products",
        "--model", FIRST, "--plan", "plan-products", "--id", "borealis-1-products",
        "--by", "R. Marsh",
    )  # fmt: skip


def internal(play: Play) -> None:
    """The head of safety signs; generation 1 is used inside."""
    play.sign(FIRST, "internal-use", "2026-12-02", "lund")


def external(play: Play) -> None:
    """What was released inside is written down; two of three roles sign, and customers get it."""
    released = "[{channel: internal, from: 2026-12-03}]"
    play.ifthen("set", f"model/{FIRST}", "releases", released)
    play.sign(FIRST, "deploy-external", "2026-12-10", "vega", "lund")


def precaution(play: Play) -> None:
    """Generation 2 is not measured: its safeguards open the gates, and one person dissents."""
    released = "[{channel: internal, from: 2026-12-03}, {channel: external-api, from: 2026-12-11}]"
    play.ifthen("set", f"model/{FIRST}", "releases", released)
    play.sign(FIRST, "deploy-external", "2027-01-05", "vega", "lund")
    play.sign("borealis-2", "internal-use", "2027-01-06", "lund")
    play.sign(
        "borealis-2", "deploy-external", "2027-01-06", "vega", "lund", moe="No result at all."
    )


def rotated(play: Play) -> None:
    """The head of safety has a new key; the keepers sign the change."""
    play.ifthen("keys", "rotate", "lund", play.keys / "lund-2.pub", "--from", "2027-01-10")
    play.release("2027-01-08", "jo", "kim")


def lapsed(play: Play) -> None:
    """Nobody renewed the assessment of the filter; one open item was done late."""
    play.ifthen("close", "assessment/borealis-2-vault", "second-lock", "--on", "2027-02-03")


def renewed(play: Play) -> None:
    """The filter is examined again, and the decision is signed anew."""
    play.ifthen(
        "renew", "assessment/borealis-2-filter", "--made-on", "2027-02-20",
        "--expires", "2027-08-20", "--id", "borealis-2-filter-r2",
    )  # fmt: skip
    released = "[{channel: internal, from: 2027-01-07}, {channel: external-api, from: 2027-01-12}]"
    play.ifthen("set", "model/borealis-2", "releases", released)
    play.sign("borealis-2", "deploy-external", "2027-02-21", "vega", "lund", moe="Still no result.")


def incident(play: Play) -> None:
    """The filter was off for an hour: what rests on it is open again."""


def reviewed(play: Play) -> None:
    """The filter is examined again, the review says that it stands, and people sign anew."""
    review = (
        "[{by: {name: S. Lund (fictional), role: head of safety}, on: 2027-03-06,"
        " conclusion: stands, reasons: Examined again with restarts.}]"
    )
    play.ifthen("set", "incident/filter-off", "reviews", review)
    play.sign("borealis-2", "deploy-external", "2027-03-08", "vega", "lund", moe="Still no result.")


def fine_tune(play: Play) -> None:
    """Generation 3 is used inside; its weights are not released, whoever signs."""
    play.ifthen("set", "model/borealis-3", "releases", "[{channel: internal, from: 2027-03-26}]")
    play.sign("borealis-3", "internal-use", "2027-03-25", "lund")
    play.sign("borealis-3", "release-weights", "2027-03-25", "vega", "lund")


def erratum(play: Play) -> None:
    """A number on a published card was wrong; both stay in sight, and people sign anew."""
    play.sign(FIRST, "deploy-external", "2027-04-02", "vega", "lund")


STEPS: dict[str, Callable[[Play], None]] = {
    "01-trained": trained,
    "02-screened": screened,
    "03-internal": internal,
    "04-external": external,
    "05-precaution": precaution,
    "06-rotated": rotated,
    "07-lapsed": lapsed,
    "08-renewed": renewed,
    "09-incident": incident,
    "10-reviewed": reviewed,
    "11-fine-tune": fine_tune,
    "12-erratum": erratum,
}


def play_steps(root: Path, *, until: str | None = None) -> Iterator[tuple[str, Play]]:
    """Yield each step after it was played."""
    root.mkdir(parents=True)
    play = Play(root)
    for name, step in STEPS.items():
        folder = HERE / "steps" / name
        if folder.is_dir():
            shutil.copytree(folder, root, dirs_exist_ok=True)
        step(play)
        yield name, play
        if name == until:
            return


def main() -> None:
    """Play the history and show where it leads."""
    parser = argparse.ArgumentParser(description="Play the history of the Borealis example.")
    parser.add_argument("target", type=Path, help="Directory to make.")
    parser.add_argument("--until", choices=STEPS, help="Last step.")
    given = parser.parse_args()
    for name, _ in play_steps(given.target / "borealis", until=given.until):
        print(f"{name}: {' '.join((STEPS[name].__doc__ or '').split())}")


if __name__ == "__main__":
    main()
