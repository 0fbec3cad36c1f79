"""How far the computed outcomes of a diff agree with a published coding of the same revisions.

``python docs/agreement/measure.py`` prints the tables of ``docs/explanation/agreement.md``; a test
checks that the page shows them. The CSV files beside this one hold facts only: the id of a row of
the coding, what was coded, and the clause of ours that says the same, if there is one.
"""

import csv
import random
import sys
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from ifthen.framework.diff import ClauseChange, FrameworkDiff
from ifthen.framework.disclosure import Disclosure
from ifthen.workspace.library import LIBRARY
from ifthen.workspace.versions import compare_files

HERE = Path(__file__).parent
SEED = 20261124
RESAMPLES = 10_000


@dataclass(frozen=True, slots=True)
class Pair:
    """Two versions of one framework, and the file of the rows that were coded for them."""

    title: str
    """What readers call the pair."""
    rows: str
    """Name of the CSV file."""
    before: str
    """The earlier framework file, inside the library's folder of frameworks."""
    after: str
    """The later one."""


RSP = "anthropic/responsible-scaling-policy"
PREPAREDNESS = "openai/preparedness-framework"
PAIRS = (
    Pair(
        title="Anthropic, Responsible Scaling Policy 2.2 to 3.0",
        rows="rsp-2.2-3.0.csv",
        before=f"{RSP}/2.2.yaml",
        after=f"{RSP}/3.0.yaml",
    ),
    Pair(
        title="OpenAI, Preparedness Framework beta to 2",
        rows="preparedness-beta-2.csv",
        before=f"{PREPAREDNESS}/beta.yaml",
        after=f"{PREPAREDNESS}/2.yaml",
    ),
)

CODED = ("weakened", "removed", "relocated", "strengthened", "retained")
COMPUTED = (
    "weakened", "removed", "relocated", "strengthened", "changed", "undetermined", "reworded",
    "retained",
)  # fmt: skip
COLLAPSED = {
    "weakened": "weaker", "removed": "weaker", "relocated": "weaker", "strengthened": "stronger",
    "retained": "same", "reworded": "same", "changed": "other", "added": "other",
    "undetermined": "other",
}  # fmt: skip
GROUPS = ("weaker", "stronger", "same", "other")
STATUSES = ("announced", "partly-announced", "silent")


@dataclass(frozen=True, slots=True)
class Row:
    """One row of the human coding."""

    row: str
    """Its id in the published file."""
    outcome: str
    """The adjudicated outcome, in the words of ``ifthen diff``."""
    announcement: str
    """The adjudicated announcement, empty where nothing material changed."""
    kind: str
    """Kind of the clause that says the same; empty where there is none."""
    clause: str
    """Its id; of the later version where the outcome is ``added``, else of the earlier one."""

    @property
    def key(self) -> tuple[str, str]:
        """Return kind and id of the clause."""
        return self.kind, self.clause

    @property
    def traced(self) -> bool:
        """Return whether the row stands for a commitment of the earlier version."""
        return self.outcome != "added"


def read_rows(pair: Pair) -> list[Row]:
    """Return the rows of a pair, in the order of the published coding."""
    with (HERE / pair.rows).open(encoding="utf-8", newline="") as file:
        return [
            Row(
                each["row"],
                each["human_outcome"],
                each["human_announcement"],
                each["kind"],
                each["clause"],
            )
            for each in csv.DictReader(file)
        ]


def compare(pair: Pair) -> tuple[FrameworkDiff, Disclosure]:
    """Return the computed diff of a pair without any human coding, and its disclosure."""
    folder = LIBRARY / "frameworks"
    comparison = compare_files(folder / pair.before, folder / pair.after)
    return comparison.diff, comparison.disclosure


def find_changes(diff: FrameworkDiff) -> dict[tuple[str, str], ClauseChange]:
    """Return the changes of a diff by kind and id."""
    return {(change.kind, change.clause): change for change in diff.clauses}


def kappa(pairs: Sequence[tuple[str, str]]) -> float | None:
    """Return Cohen's kappa of pairs of categories; ``None`` where chance alone agrees always."""
    n = len(pairs)
    one, other = Counter(a for a, _ in pairs), Counter(b for _, b in pairs)
    by_chance = sum(one[each] * other[each] for each in one) / n**2
    observed = sum(a == b for a, b in pairs) / n
    return None if by_chance == 1 else (observed - by_chance) / (1 - by_chance)


def bootstrap_kappa(pairs: Sequence[tuple[str, str]]) -> tuple[float, float]:
    """Return the 2.5 and 97.5 per cent points of kappa when rows are drawn again, seed fixed."""
    rng = random.Random(SEED)  # noqa: S311 - a resampling, no secret
    drawn = (kappa(rng.choices(pairs, k=len(pairs))) for _ in range(RESAMPLES))
    found = sorted(each for each in drawn if each is not None)
    return found[round(0.025 * (len(found) - 1))], found[round(0.975 * (len(found) - 1))]


def format_table(
    pairs: Iterable[tuple[str, str]], rows: Sequence[str], columns: Sequence[str], corner: str
) -> str:
    """Return a confusion table in Markdown, with sums; a row or column of nothing is left out."""
    counts = Counter(pairs)
    rows = [a for a in rows if any(counts[a, b] for b in columns)]
    columns = [b for b in columns if any(counts[a, b] for a in rows)]
    lines = [
        f"| {corner} | {' | '.join(columns)} | sum |",
        f"|---|{'---:|' * (len(columns) + 1)}",
    ]
    for a in rows:
        cells = [counts[a, b] for b in columns]
        lines.append(f"| {a} | {' | '.join(map(str, cells))} | {sum(cells)} |")
    sums = [sum(counts[a, b] for a in rows) for b in columns]
    lines.append(f"| sum | {' | '.join(map(str, sums))} | {sum(sums)} |")
    return "\n".join(lines)


def format_kappa(pairs: Sequence[tuple[str, str]]) -> str:
    """Return observed agreement and kappa with its interval, in words."""
    same, value = sum(a == b for a, b in pairs), kappa(pairs)
    if value is None:
        return f"Agreement: {same} of {len(pairs)}; kappa is undefined."
    low, high = bootstrap_kappa(pairs)
    return (
        f"Agreement: {same} of {len(pairs)} ({same / len(pairs):.0%}); Cohen's kappa"
        f" {value:.2f}, 95 % interval {low:.2f} to {high:.2f}."
    )


def collapse(pairs: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    """Return pairs of outcomes as weaker, stronger, same or other."""
    return [(COLLAPSED[a], COLLAPSED[b]) for a, b in pairs]


def take_decided(pairs: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    """Return the collapsed pairs in which the computed side is weaker, stronger or same."""
    return [(a, b) for a, b in collapse(pairs) if b != "other"]


def pair_outcomes(rows: Iterable[Row], diff: FrameworkDiff) -> list[tuple[str, str]]:
    """Return the human and the computed outcome of each traced row that has a clause."""
    changes = find_changes(diff)
    return [(row.outcome, changes[row.key].outcome) for row in rows if row.traced and row.kind]


def pair_surviving(rows: Iterable[Row], diff: FrameworkDiff) -> list[tuple[str, str]]:
    """Return the outcomes of each traced row whose clause both versions have."""
    both = {key for key, x in find_changes(diff).items() if x.before and x.after}
    return pair_outcomes((row for row in rows if row.key in both), diff)


def pair_announcements(rows: Iterable[Row], disclosure: Disclosure) -> list[tuple[str, str]]:
    """Return both announcements of each matched row whose change both sides call material."""
    computed = {(x.kind, x.clause): x.status for x in disclosure.announcements}
    return [
        (row.announcement, computed[row.key])
        for row in rows
        if row.announcement and row.key in computed
    ]


def format_unmatched(rows: Sequence[Row], diff: FrameworkDiff) -> str:
    """Return which rows have no clause and how many clauses have no row, as a Markdown list."""
    changes = find_changes(diff)
    traced, added = ([x for x in rows if x.traced is side] for side in (True, False))
    before = {key for key, change in changes.items() if change.before}
    after = {key for key, change in changes.items() if not change.before}
    used = {x.key for x in traced}
    alone = [changes[key].outcome for key in sorted(before - used)]
    found = [changes[x.key].outcome for x in added if x.kind]
    return "\n".join(
        [
            f"- {len(traced)} rows of the earlier version, {_without(traced)}.",
            f"- {len(before)} clauses of the earlier version, {len(before - used)} without a row:"
            f" {_format_counts(alone)}.",
            f"- {len(added)} rows of additions, {_without(added)}; of the others, computed"
            f" {_format_counts(found)}.",
            f"- {len(after)} clauses that only the later version has,"
            f" {len(after - {x.key for x in added})} without a row.",
        ]
    )


def _without(rows: Sequence[Row]) -> str:
    missing = [row.row for row in rows if not row.kind]
    return f"{len(missing)} without a clause" + (f" ({', '.join(missing)})" if missing else "")


def _format_counts(names: Iterable[str]) -> str:
    return ", ".join(f"{n} {name}" for name, n in Counter(names).most_common()) or "none"


def _format_agreement(
    outcomes: Sequence[tuple[str, str]],
    surviving: Sequence[tuple[str, str]],
    announcements: Sequence[tuple[str, str]],
) -> list[str]:
    return [
        format_table(collapse(outcomes), GROUPS, GROUPS, "coded ↓ computed →"),
        format_kappa(collapse(outcomes)),
        "Only clauses that both versions have: " + format_kappa(collapse(surviving)),
        "Only rows for which a direction is computed: " + format_kappa(take_decided(outcomes)),
        "Announcements, where both call the change material:",
        format_table(announcements, STATUSES, STATUSES, "coded ↓ computed →"),
        format_kappa(announcements),
    ]


def measure(pair: Pair) -> str:
    """Return everything that is measured of one pair, in Markdown."""
    rows, (diff, disclosure) = read_rows(pair), compare(pair)
    outcomes = pair_outcomes(rows, diff)
    return "\n\n".join(
        [
            f"### {pair.title}",
            format_unmatched(rows, diff),
            format_table(outcomes, CODED, COMPUTED, "coded ↓ computed →"),
            *_format_agreement(
                outcomes, pair_surviving(rows, diff), pair_announcements(rows, disclosure)
            ),
        ]
    )


def measure_all() -> str:
    """Return what is measured of both pairs taken together, in Markdown."""
    outcomes: list[tuple[str, str]] = []
    surviving: list[tuple[str, str]] = []
    announcements: list[tuple[str, str]] = []
    for pair in PAIRS:
        rows, (diff, disclosure) = read_rows(pair), compare(pair)
        outcomes += pair_outcomes(rows, diff)
        surviving += pair_surviving(rows, diff)
        announcements += pair_announcements(rows, disclosure)
    parts = _format_agreement(outcomes, surviving, announcements)
    return "\n\n".join(["### Both pairs together", *parts])


if __name__ == "__main__":
    parts = [measure(pair) for pair in PAIRS] + [measure_all()]
    if "--rows" in sys.argv:
        for each in PAIRS:
            known = find_changes(compare(each)[0])
            parts += [
                f"{row.row} {row.outcome} {row.kind} {row.clause}:"
                f" {known[row.key].outcome}; {known[row.key].reason}"
                for row in read_rows(each)
                if row.kind
            ]
    sys.stdout.write("\n\n".join(parts) + "\n")
