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
    yield f"# {format_plain(filing.title)}"
    yield ""
    yield f"{filing.instrument} · {format_plain(filing.about)} · drafted for {filing.on}"
    yield from format_notices(filing.notices)
    if filing.deadlines:
        yield from ("", "## Deadlines", "")
        for x in filing.deadlines:
            day = f"last day {x.last_day}" if x.last_day else "no day can be told"
            why = f"; {x.reason}" if x.reason else ""
            yield f"- {format_plain(x.title)}: {day}, {x.standing}{format_plain(why)}"
    for field in filing.fields:
        yield from _list_field(field)
    left = filing.unwritten()
    yield ""
    yield f"To be written by a person: {len(left)} of {len(filing.fields)} fields."


def format_notices(notices: Sequence[str]) -> Iterator[str]:
    """Yield notices as quotations."""
    for text in notices:
        yield ""
        yield f"> {format_plain(text)}"


def _list_field(field: FilingField) -> Iterator[str]:
    yield ""
    yield f"## {format_plain(field.title)}"
    yield ""
    yield f"*{format_plain(field.citation)}, binds {field.binds}.* {format_plain(field.asks)}"
    yield ""
    yield from format_entries(field.entries)
    if field.write:
        yield f"- **{format_plain(field.write)}**"
    if field.judgement:
        yield ""
        yield f"To judge: {format_plain(field.judgement)}"


def format_entries(entries: Sequence[Entry]) -> Iterator[str]:
    """Yield entries as a list, each with its basis."""
    for entry in entries:
        basis = ", ".join(
            f"{x.document}{f' {x.path}' if x.path else ''} `{x.sha256[:19]}`" for x in entry.basis
        )
        yield f"- {format_plain(entry.text)}"
        yield f"  ({format_plain(basis)})"


def format_plain(text: str) -> str:
    """Return a text on one line, in which no HTML begins."""
    return " ".join(text.replace("<", "&lt;").split())


def format_summaries(draft: ModelSummaries) -> str:
    """Return the four summaries as Markdown, for reading; the JSON is what is filed."""
    lines = [
        f"# Summaries: {format_plain(draft.model.title)}",
        "",
        f"{draft.instrument} · framework {draft.framework.id} {draft.framework.version} · "
        f"drafted for {draft.on}",
        *format_notices(draft.notices),
    ]
    for name in type(draft.summaries).model_fields:
        summary = getattr(draft.summaries, name)
        title = name.replace("_", " ").capitalize()
        lines += ["", f"## {title} ({format_plain(summary.citation)})", ""]
        lines += format_entries(summary.statements)
        if summary.write:
            lines.append(f"- **{format_plain(summary.write)}**")
    return "\n".join(lines) + "\n"
