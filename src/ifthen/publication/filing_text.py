"""Drafts of filings as Markdown and JSON."""

from collections.abc import Iterator, Sequence
from typing import Any

from ifthen.conformance.filing import Entry, Filing, FilingField
from ifthen.conformance.summaries import ModelSummaries
from ifthen.encoding.document import Document


def dump_draft(draft: Document) -> dict[str, Any]:
    """Return a draft as plain data for JSON, without keys that have no value."""
    return draft.model_dump(mode="json", by_alias=True, exclude_none=True)


def format_filing(filing: Filing) -> str:
    """Return a filing as Markdown: notices, deadlines, then each field with its basis."""
    return "\n".join(_list_filing(filing)) + "\n"


def _list_filing(filing: Filing) -> Iterator[str]:
    yield f"# {_plain(filing.title)}"
    yield ""
    yield f"{filing.instrument} · {_plain(filing.about)} · drafted for {filing.on}"
    yield from _list_notices(filing.notices)
    if filing.deadlines:
        yield from ("", "## Deadlines", "")
        for x in filing.deadlines:
            day = f"last day {x.last_day}" if x.last_day else "no day can be told"
            why = f"; {x.reason}" if x.reason else ""
            yield f"- {_plain(x.title)}: {day}, {x.standing}{_plain(why)}"
    for field in filing.fields:
        yield from _list_field(field)
    left = filing.unwritten()
    yield ""
    yield f"To be written by a person: {len(left)} of {len(filing.fields)} fields."


def _list_notices(notices: Sequence[str]) -> Iterator[str]:
    for text in notices:
        yield ""
        yield f"> {_plain(text)}"


def _list_field(field: FilingField) -> Iterator[str]:
    yield ""
    yield f"## {_plain(field.title)}"
    yield ""
    yield f"*{_plain(field.citation)}, binds {field.binds}.* {_plain(field.asks)}"
    yield ""
    yield from _list_entries(field.entries)
    if field.write:
        yield f"- **{_plain(field.write)}**"
    if field.judgement:
        yield ""
        yield f"To judge: {_plain(field.judgement)}"


def _list_entries(entries: Sequence[Entry]) -> Iterator[str]:
    for entry in entries:
        basis = ", ".join(
            f"{x.document}{f' {x.path}' if x.path else ''} `{x.sha256[:19]}`" for x in entry.basis
        )
        yield f"- {_plain(entry.text)}"
        yield f"  ({_plain(basis)})"


def _plain(text: str) -> str:
    """Return a text on one line that Markdown shows as it is, but for code spans of our own."""
    return " ".join(text.replace("<", "&lt;").split())


def format_summaries(draft: ModelSummaries) -> str:
    """Return the four summaries as Markdown, for reading; the JSON is what is filed."""
    lines = [
        f"# Summaries: {_plain(draft.model.title)}",
        "",
        f"{draft.instrument} · framework {draft.framework.id} {draft.framework.version} · "
        f"drafted for {draft.on}",
        *_list_notices(draft.notices),
    ]
    for name in type(draft.summaries).model_fields:
        summary = getattr(draft.summaries, name)
        title = name.replace("_", " ").capitalize()
        lines += ["", f"## {title} ({_plain(summary.citation)})", ""]
        lines += _list_entries(summary.statements)
        if summary.write:
            lines.append(f"- **{_plain(summary.write)}**")
    return "\n".join(lines) + "\n"
