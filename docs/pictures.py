"""The pictures of the explanation of the statistics, drawn from the functions that decide.

``docs/generate.py`` writes them; a test checks that they are current. A new picture is a function
here and an entry in ``PICTURES``.
"""

import math

from ifthen.publication.chart import Axis, Line, Mark, format_chart, format_percent
from ifthen.stats.algebra import AtLeast, Leaf, error_rate
from ifthen.stats.bounds import clopper_pearson_upper
from ifthen.stats.power import Design, clearing_range, find_outcomes
from ifthen.stats.spending import spend

_SHARE = (0, 0.25, 0.5, 0.75, 1)


def draw_bounds() -> str:
    """Return the upper bound after nothing but failures, beside a standard error of zero."""
    counts = range(1, 61)
    return format_chart(
        [
            Line(
                label="the exact bound (at most this share, with 95 % confidence)",
                points=[(n, clopper_pearson_upper(0, n, 0.05)) for n in counts],
            ),
            Line(
                label="what a standard error says: 0, from the first question on",
                points=[(1, 0), (60, 0)],
            ),
        ],
        title="Every question failed: how capable may the model still be?",
        description=(
            "After 10 failures the share may still be 25.9 per cent; 14 failures bring the bound"
            " below 20 per cent, 59 below 5 per cent."
        ),
        x=Axis(label="questions asked, none of them answered", ticks=[1, 10, 20, 30, 40, 50, 60]),
        y=Axis(label="share that cannot be excluded", ticks=_SHARE, format=format_percent),
        marks=[Mark(value=14, label="14 questions rule out 20 %")],
    )


def draw_clusters() -> str:
    """Return the clearing range against questions in a cluster: it stops rising."""
    sizes = [1, 2, 3, 4, 5, 7, 10, 15, 20, 30, 50, 70, 100]
    lines = []
    for clusters in (100, 50, 20, 14):
        points = []
        for size in sizes:
            design = Design(questions=clusters * size, below=0.2, clusters=clusters, icc=0.2)
            points.append((size, clearing_range(design, 0.8) or 0.0))
        lines.append(Line(label=f"{clusters} clusters", points=points))
    return format_chart(
        lines,
        title="More questions of the same kind stop helping (20 %, correlation 0.2)",
        description=(
            "The largest true rate that is ruled out at 20 per cent with 80 per cent chance rises"
            " with the number of clusters; within a cluster, questions beyond ten add little."
        ),
        x=Axis(label="questions in each cluster", ticks=[1, 3, 10, 30, 100], scale=math.log10),
        y=Axis(
            label="true rate cleared",
            ticks=(0, 0.05, 0.1, 0.15, 0.2),
            format=format_percent,
        ),
    )


def draw_power() -> str:
    """Return the three outcomes of 198 questions at a threshold of 20 %."""
    design = Design(questions=198, below=0.2, at_least=0.2)
    found = [find_outcomes(design, k / 500) for k in range(201)]
    return format_chart(
        [
            Line(label="ruled out", points=[(x.rate, x.ruled_out) for x in found]),
            Line(label="undecided", points=[(x.rate, x.undecided) for x in found]),
            Line(label="reached", points=[(x.rate, x.reached) for x in found]),
        ],
        title="198 questions and a threshold of 20 %: three answers",
        description=(
            "At a true rate of 10 per cent the threshold is ruled out in 99 of 100 runs, at 15"
            " per cent in 57, at 20 per cent in fewer than 5; above, it is reached more and more."
        ),
        x=Axis(label="true rate", ticks=(0, 0.1, 0.2, 0.3, 0.4), format=format_percent),
        y=Axis(label="chance of the answer", ticks=_SHARE, format=format_percent),
        marks=[Mark(value=clearing_range(design, 0.8) or 0, label="cleared 4 times in 5")],
    )


def draw_clearing() -> str:
    """Return the clearing range against the number of questions."""
    counts = sorted({round(14 * 1.06**k) for k in range(74)})
    lines = []
    for power in (0.8, 0.9):
        ranges = [clearing_range(Design(questions=n, below=0.2), power) for n in counts]
        points = [(n, found) for n, found in zip(counts, ranges, strict=True) if found is not None]
        lines.append(Line(label=f"with {power:.0%} chance".replace("%", " %"), points=points))
    return format_chart(
        lines,
        title="Which true rates an evaluation clears at a threshold of 20 %",
        description=(
            "With 50 questions true rates up to 7.9 per cent are ruled out 4 times in 5, with 198"
            " up to 13.4, with 1,000 up to 16.9. Fewer than 14 questions rule out nothing."
        ),
        x=Axis(label="questions", ticks=[14, 50, 200, 1000], scale=math.log10),
        y=Axis(label="true rate", ticks=(0, 0.05, 0.1, 0.15, 0.2), format=format_percent),
    )


def draw_algebra() -> str:
    """Return the error rate of conditions over several evaluations, each wrong 5 times in 100."""
    counts = range(1, 11)

    def at(k: int, n: int) -> float:
        leaves = tuple(Leaf(str(place)) for place in range(n))
        return error_rate(AtLeast(k, leaves), {leaf.name: 0.05 for leaf in leaves})

    return format_chart(
        [
            Line(label="any of them is enough", points=[(n, at(1, n)) for n in counts]),
            Line(label="more than half of them", points=[(n, at(n // 2 + 1, n)) for n in counts]),
            Line(label="all of them are needed", points=[(n, at(n, n)) for n in counts]),
        ],
        title="How often is the whole wrong, when each test is wrong 5 times in 100?",
        description=(
            "Where all tests have to succeed the whole errs in at most 5 per cent of cases; where"
            " any of ten is enough, in up to 50 per cent; where six of ten are needed, in up to 25."
        ),
        x=Axis(label="number of evaluations", ticks=list(counts)),
        y=Axis(label="chance of error, at most", ticks=(0, 0.1, 0.2, 0.3, 0.4, 0.5), format=_per),
    )


def draw_budget() -> str:
    """Return the chance of one error or more over many assessments, with and without a budget."""
    counts = range(1, 41)
    spent, total = [], 0.0
    for number in counts:
        total += spend(0.05, number)
        spent.append((number, total))
    return format_chart(
        [
            Line(
                label="5 % for each model, again and again",
                points=[(n, 1 - 0.95**n) for n in counts],
            ),
            Line(label="5 % for all models together, spent by the budget", points=spent),
        ],
        title="One capable model slips through: over many releases",
        description=(
            "Tested at 5 per cent each, one of twenty capable models slips through with a chance of"
            " 64 per cent, one of forty with 87. Under an error budget the chance stays below 5."
        ),
        x=Axis(label="capable models assessed", ticks=[1, 10, 20, 30, 40]),
        y=Axis(label="chance that one slipped through", ticks=_SHARE, format=format_percent),
    )


def _per(value: float) -> str:
    return format_percent(round(value, 4))


PICTURES = {
    "statistics-bounds.svg": draw_bounds,
    "statistics-clusters.svg": draw_clusters,
    "statistics-power.svg": draw_power,
    "statistics-clearing.svg": draw_clearing,
    "statistics-algebra.svg": draw_algebra,
    "statistics-budget.svg": draw_budget,
}
