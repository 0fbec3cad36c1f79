"""What regimes ask of a model as one HTML page without script: bars, then tables."""

from collections.abc import Iterator
from html import escape

from ifthen.conformance.burden import Burden, RegimeBurden

_STYLE = """
body { font: 16px/1.45 system-ui, sans-serif; margin: 2em auto; max-width: 70em; padding: 0 1em;
  color: #1a1a1a; background: #fff; }
table { border-collapse: collapse; width: 100%; margin-bottom: 2em; }
th, td { border-bottom: 1px solid #ccc; padding: .4em .6em; text-align: left; vertical-align: top; }
td.n { text-align: right; } .bar { display: flex; height: 1.2em; background: #eee; }
.new { background: #3a5fcd; } .part { background: #93a8e3; } .old { background: #c9c9c9; }
@media (prefers-color-scheme: dark) { body { color: #e6e6e6; background: #1b1d21; }
  th, td { border-color: #444; } .bar { background: #333; } .old { background: #777; } }
"""


def format_burden_page(burden: Burden) -> str:
    """Return the counts as a page: how much of each regime is new, in part or asked already."""
    title = f"What laws and codes ask of {burden.model}, {burden.on}"
    most = max((x.provisions for x in burden.regimes), default=0) or 1
    parts = [
        '<!doctype html><html lang="en"><meta charset="utf-8">',
        '<meta name="viewport" content="width=device-width">',
        f"<title>{escape(title)}</title><style>{_STYLE}</style><h1>{escape(title)}</h1>",
        *(f"<p>{escape(x)}</p>" for x in burden.notices),
        "<table><thead><tr><th>regime</th><th>provisions: new, in part, asked already</th>"
        "<th>documents (added)</th><th>fields (added)</th><th>deadlines</th></tr></thead><tbody>",
        *(_row(x, most) for x in burden.regimes),
        "</tbody></table>",
        *_list_clocks(burden),
        *_list_spared(burden),
        "</html>\n",
    ]
    return "".join(parts)


def _row(x: RegimeBurden, most: int) -> str:
    already = x.provisions - x.adds.provisions
    counts = (("new", x.adds.provisions - x.adds.in_part), ("part", x.adds.in_part))
    segments = "".join(
        f'<span class="{name}" style="width:{100 * count / most:.2f}%"></span>'
        for name, count in (*counts, ("old", already))
    )
    told = f"{counts[0][1]}, {x.adds.in_part}, {already}"
    return (
        f"<tr><td>{escape(x.instrument)}<br><small>{escape(x.title)}</small></td>"
        f'<td><div class="bar" role="img" aria-label="{told}">{segments}</div>{told}</td>'
        f'<td class="n">{len(x.documents)} (+{x.adds.documents})</td>'
        f'<td class="n">{x.fields} (+{x.adds.fields})</td>'
        f'<td class="n">{len(x.clocks)}</td></tr>'
    )


def _list_clocks(burden: Burden) -> Iterator[str]:
    yield "<h2>Deadlines</h2><table><thead><tr><th>regime</th><th>place</th><th>from</th>"
    yield "<th>time</th><th>hours</th><th>a year</th></tr></thead><tbody>"
    for x in burden.regimes:
        for clock in x.clocks:
            hours = "" if clock.hours is None else str(clock.hours)
            yearly = "" if clock.times_a_year is None else f"{clock.times_a_year:g}"
            yield f"<tr><td>{escape(x.instrument)}</td><td>{escape(clock.citation)}</td>"
            yield f"<td>{escape(clock.event)}</td><td>{clock.amount} {escape(clock.unit)}</td>"
            yield f'<td class="n">{hours}</td><td class="n">{yearly}</td></tr>'
    yield "</tbody></table>"


def _list_spared(burden: Burden) -> Iterator[str]:
    rows = [
        f"<li>{escape(x.instrument)}, {escape(y.citation)}: {escape(y.title)} ({escape(y.when)})"
        "</li>"
        for x in burden.regimes
        for y in x.spared
    ]
    rows += [
        f"<li>framework, {escape(y.commitment)}: {escape(', '.join(y.safeguards) or 'nothing')} "
        f"({escape(y.because)})</li>"
        for y in burden.commitments
    ]
    if rows:
        yield "<h2>What a cleared model is spared</h2><ul>"
        yield from rows
        yield "</ul>"
