"""Work papers of an audit as Markdown, to be completed by the auditor."""

from collections.abc import Iterator, Sequence

from ifthen.conformance.work_papers import AuditorField, Candidate, PaperPart, WorkPapers
from ifthen.publication.filing_text import format_entries, format_notices, format_plain


def format_papers(papers: WorkPapers) -> str:
    """Return the papers as Markdown: parts A to G, then what may be a deviation, then questions."""
    return "\n".join(_list_papers(papers)) + "\n"


def _list_papers(papers: WorkPapers) -> Iterator[str]:
    yield f"# {format_plain(papers.title)}"
    yield ""
    yield f"{papers.instrument} · {papers.framework or 'no framework'} · {papers.on}"
    yield from format_notices(papers.notices)
    for part in papers.parts:
        yield from _list_part(part)
        if part.letter == "B":
            yield from _list_candidates("Possible deviations", papers.deviations)
            yield from _list_candidates("Not settled by documents", papers.questions)
    yield ""
    yield f"Prepared from findings `{papers.findings_sha256}`."


def _list_part(part: PaperPart) -> Iterator[str]:
    yield ""
    yield f"## {part.letter}. {format_plain(part.title)}"
    yield ""
    yield f"*{format_plain(part.citation)}.* {format_plain(part.asks)}"
    yield ""
    yield from format_entries(part.prepared)
    yield f"- {_say(part.auditor)}"


def _list_candidates(title: str, candidates: Sequence[Candidate]) -> Iterator[str]:
    yield ""
    yield f"### {title}: {len(candidates)}"
    for x in candidates:
        yield ""
        yield f"#### {format_plain(x.citation)} {format_plain(x.title)}"
        yield ""
        yield f"{format_plain(x.asks)} Found: **{x.state}**, {format_plain(x.why)}"
        yield ""
        for basis in x.basis:
            place = " ".join(filter(None, (basis.document, basis.path)))
            yield f"- {format_plain(place)}: {format_plain(basis.says)}"
        for name in ("material", "explanation", "rationale", "recommendation"):
            yield f"- {name.capitalize()}: {_say(getattr(x, name))}"


def _say(field: AuditorField) -> str:
    return format_plain(field.value) if field.value else f"**{format_plain(field.write or '')}**"
