"""A comparison of two framework versions as lines, as Markdown, and as a page side by side."""

from collections.abc import Iterator
from html import escape

from ifthen.framework.diff import IMMATERIAL, MATERIAL, ClauseChange
from ifthen.framework.disclosure import Disclosure
from ifthen.workspace.versions import Comparison

SIGNS = {
    "added": "+", "removed": "-", "relocated": ">", "strengthened": "^", "weakened": "v",
    "changed": "~", "undetermined": "?", "reworded": "=", "retained": " ",
}  # fmt: skip
"""One character for each outcome, so that nothing hangs on colour."""
SHOWN = MATERIAL | {"undetermined"}
"""Outcomes that a reader has to see: what matters, and what may."""
_STATUS = {
    "announced": "announced",
    "partly-announced": "partly announced",
    "silent": "not in the change log",
    "no-changelog": "no change log",
}


def select(comparison: Comparison, *, everything: bool) -> tuple[ClauseChange, ...]:
    """Return the clauses to show: what is or may be material, or all of them."""
    clauses = comparison.diff.clauses
    return clauses if everything else tuple(x for x in clauses if x.outcome in SHOWN)


def format_counts(comparison: Comparison) -> str:
    """Return how many clauses had each outcome, in one line."""
    counts = comparison.diff.counts()
    return ", ".join(f"{counts[name]} {name}" for name in SIGNS if name in counts)


def format_disclosure(comparison: Comparison) -> str:
    """Return what the change log accounts for, strictly and leniently."""
    return _disclosed(comparison.disclosure) + _unread(comparison.disclosure.unread)


def _unread(count: int) -> str:
    if not count:
        return ""
    noun, verb = ("clause", "is") if count == 1 else ("clauses", "are")
    return f"; {count} {noun} changed in words alone {verb} in no change log, and {verb} not coded"


def _disclosed(found: Disclosure) -> str:
    if not found.material:
        return "change log: nothing known to be material to account for"
    if all(x.status == "no-changelog" for x in found.announcements):
        return f"change log: none since the earlier version; {_changes(found.material)}"
    strict, lenient = found.material - found.silent_strict, found.material - found.silent_lenient
    return (
        f"change log: accounts for {strict} of {_changes(found.material)} strictly,"
        f" {lenient} leniently; {found.weaker_silent} weaker ones are not in it"
    )


def format_lines(comparison: Comparison, *, everything: bool) -> Iterator[str]:
    """Yield the comparison as lines: sign, outcome, clause, why, disclosure."""
    diff = comparison.diff
    yield f"{diff.before.id} {diff.before.version} → {diff.after.version}"
    status = _statuses(comparison)
    for change in select(comparison, everything=everything):
        said = status.get((change.kind, change.clause))
        note = f"  [{said}]" if said else ""
        yield (f"{SIGNS[change.outcome]} {change.outcome:<12} {change.kind} {change.clause}{note}")
        material = [x for x in change.changes if x.dimension not in IMMATERIAL]
        if change.coded_by is not None or not material:
            yield f"    {_why(change)}"
        for each in material:
            arrow = f"{each.before or 'nothing'} → {each.after or 'nothing'}"
            yield f"    {each.field}: {arrow} ({each.dimension}, {each.direction})"
    yield format_counts(comparison)
    yield format_disclosure(comparison)


def format_markdown(comparison: Comparison, *, everything: bool) -> str:
    """Return the comparison as Markdown: a table of clauses."""
    diff = comparison.diff
    rows = [
        f"# {diff.before.id}: {diff.before.version} → {diff.after.version}",
        "",
        f"{format_counts(comparison)}. {format_disclosure(comparison)}.",
        "",
        "| outcome | clause | why | change log |",
        "|---|---|---|---|",
    ]
    status = _statuses(comparison)
    for change in select(comparison, everything=everything):
        said = status.get((change.kind, change.clause), "")
        cells = (change.outcome, f"{change.kind} {change.clause}", _why(change), said)
        rows.append("| " + " | ".join(_cell(cell) for cell in cells) + " |")
    return "\n".join(rows) + "\n"


def format_page(comparison: Comparison) -> str:
    """Return one HTML page without script: every clause, the two versions side by side."""
    diff = comparison.diff
    status = _statuses(comparison)
    title = f"{diff.before.id}: {diff.before.version} → {diff.after.version}"
    rows = "".join(_page_row(change, status) for change in diff.clauses)
    return (
        '<!doctype html><html lang="en"><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width">'
        f"<title>{escape(title)}</title><style>{_STYLE}</style><h1>{escape(title)}</h1>"
        f"<p>{escape(format_counts(comparison))}.<br>{escape(format_disclosure(comparison))}.</p>"
        "<table><thead><tr><th>outcome</th><th>clause</th>"
        f"<th>{escape(diff.before.version)}</th><th>{escape(diff.after.version)}</th>"
        f"<th>change log</th></tr></thead><tbody>{rows}</tbody></table>"
        f"<p><small>{escape(diff.before.digest)}<br>{escape(diff.after.digest)}</small></p></html>\n"
    )


def _page_row(change: ClauseChange, status: dict[tuple[str, str], str]) -> str:
    before = "".join(f"<p><b>{escape(x.field)}</b> {_text(x.before)}</p>" for x in change.changes)
    after = "".join(
        f"<p><b>{escape(x.field)}</b> {_text(x.after)} <i>{escape(x.direction)}</i></p>"
        for x in change.changes
    )
    said = status.get((change.kind, change.clause), "")
    return (
        f'<tr class="{change.outcome}"><td>{SIGNS[change.outcome]} {change.outcome}</td>'
        f"<td>{escape(change.kind)} <b>{escape(change.clause)}</b><br>"
        f"<small>{escape(_why(change))}</small></td>"
        f"<td>{before or _text(change.before)}</td><td>{after or _text(change.after)}</td>"
        f"<td>{escape(said)}</td></tr>"
    )


_STYLE = """
body { font: 16px/1.45 system-ui, sans-serif; margin: 2em auto; max-width: 75em; padding: 0 1em;
  color: #1a1a1a; background: #fff; }
table { border-collapse: collapse; width: 100%; }
th, td { border-bottom: 1px solid #ccc; padding: .4em .6em; text-align: left; vertical-align: top; }
td p { margin: 0 0 .3em; } .retained { color: #666; }
.weakened td:first-child, .removed td:first-child, .relocated td:first-child { background: #fbe3e0; }
.strengthened td:first-child, .added td:first-child { background: #dff1e4; }
@media (prefers-color-scheme: dark) { body { color: #e6e6e6; background: #1b1d21; }
  th, td { border-color: #444; } .retained { color: #aaa; }
  .weakened td:first-child, .removed td:first-child, .relocated td:first-child { background: #55231f; }
  .strengthened td:first-child, .added td:first-child { background: #1f4a2e; } }
"""  # noqa: E501 - a style sheet reads better by rule


def _statuses(comparison: Comparison) -> dict[tuple[str, str], str]:
    found = comparison.disclosure.announcements
    return {(x.kind, x.clause): _STATUS[x.status] for x in found}


def _why(change: ClauseChange) -> str:
    if change.coded_by is None:
        return change.reason
    return f"{change.reason} (coded by {change.coded_by}; computed: {change.computed})"


def _changes(count: int) -> str:
    return f"{count} material change" + ("" if count == 1 else "s")


def _text(value: str | None) -> str:
    return "<i>nothing</i>" if value is None else escape(value)


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")
