"""Decisions of any content, for properties that hold of every page."""

from hypothesis import strategies as st

from ifthen.decision.model import (
    Decision,
    EvaluationFinding,
    FactReference,
    FrameworkReference,
    GateFinding,
    Interval,
    Limit,
    Measured,
    ModelReference,
    Obligation,
    Outcome,
    Reason,
    SafeguardFinding,
    SetAside,
    Step,
    ThresholdFinding,
)
from ifthen.decision.truth import Truth

HOSTILE = [
    "</script><script>alert(1)</script>",
    "<!--",
    "]]>",
    "\\u003c",
    "\\\\u003c<",
    "&lt;&amp;&#60;",
    '" onload="x',
    "'; {{ 7 * 7 }} {% raw %}",
    "\u200bzero \ufeffwidth",
    "\u2028 \U0001f512 é ß 漢字",
]

# Control and direction characters are refused in documents, and so in decisions.
_characters = st.characters(
    exclude_categories=["Cs", "Cc"],
    exclude_characters="\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069",
)
texts = st.one_of(st.sampled_from(HOSTILE), st.text(_characters, min_size=1, max_size=30))
lines = texts.map(lambda text: text.replace("\n", " ").replace("\r", " "))
ids = st.from_regex(r"[a-z0-9][a-z0-9._-]{0,8}", fullmatch=True)
digests = st.integers(0, 2**256 - 1).map(lambda n: f"sha256:{n:064x}")
shares = st.floats(0, 1)
truths = st.sampled_from(Truth)


def many(strategy: st.SearchStrategy, *, at_most: int = 2) -> st.SearchStrategy:
    return st.lists(strategy, max_size=at_most).map(tuple)


facts = st.builds(FactReference, kind=lines, id=ids, digest=digests)
reasons = st.builds(Reason, code=lines, text=texts)
intervals = st.builds(
    Interval,
    lower=shares,
    upper=shares,
    point_low=shares,
    point_high=shares,
    method=lines,
    questions=st.integers(0, 10**6),
    clusters=st.none() | st.integers(0, 10**6),
    confidence=shares,
)
measurements = st.builds(
    Measured, evidence=facts, plan=st.none() | facts, log_sha256=digests, interval=intervals
)
limits = st.builds(
    Limit,
    kind=st.sampled_from(["rule-out", "rule-in", "at-most", "at-least"]),
    value=shares | st.sampled_from([1e-07, -1.0, 3.0, 1e300]),
)
evaluations = st.builds(
    EvaluationFinding,
    evaluation=ids,
    title=lines,
    outcome=st.sampled_from(["ruled-out", "reached", "undecided", "measured", "undetermined"]),
    lower=st.none() | shares,
    upper=st.none() | shares,
    asked=st.none() | lines,
    limits=many(limits, at_most=4),
    measured=many(measurements),
    set_aside=many(st.builds(SetAside, evidence=facts, reason=reasons)),
    reasons=many(reasons),
    change=many(texts),
)
steps: st.SearchStrategy[Step] = st.recursive(
    st.builds(
        Step,
        claim=texts,
        value=truths,
        reasons=many(reasons),
        facts=many(facts),
        change=many(texts),
        parts=st.just(()),
    ),
    lambda inner: st.builds(
        Step,
        claim=texts,
        value=truths,
        reasons=many(reasons),
        facts=many(facts),
        change=many(texts),
        parts=many(inner),
    ),
    max_leaves=4,
)
thresholds = st.builds(
    ThresholdFinding,
    threshold=ids,
    domain=ids,
    tier=st.integers(0, 9),
    title=lines,
    status=st.sampled_from(["ruled-out", "reached", "cannot-rule-out"]),
    treated_as=st.sampled_from(["below", "reached", "undetermined"]),
    reasons=many(reasons),
    evaluations=many(ids),
    ruled_out=steps,
    reached=st.none() | steps,
)
safeguards = st.builds(
    SafeguardFinding,
    safeguard=ids,
    kind=st.sampled_from(["security", "deployment"]),
    title=lines,
    in_place=truths,
    required_by=many(ids),
    reasons=many(reasons),
    condition=st.none() | steps,
)
obligations = st.builds(
    Obligation,
    commitment=ids,
    threshold=ids,
    because=st.sampled_from(["reached", "undetermined"]),
    safeguards=many(ids),
    binding=st.booleans(),
)
gates = st.builds(
    GateFinding,
    gate=ids,
    action=lines,
    outcome=st.sampled_from(Outcome),
    summary=texts,
    requires=many(ids),
    reasons=many(reasons),
    change=many(texts),
    decided_by=many(ids),
    condition=steps,
)
decisions = st.builds(
    Decision,
    kind=st.just("decision"),
    id=ids,
    framework=st.builds(
        FrameworkReference,
        id=ids,
        version=lines,
        title=lines,
        developer=lines,
        in_force_from=st.dates(),
        digest=digests,
        notice=st.none() | texts,
    ),
    model=st.builds(
        ModelReference, id=ids, title=lines, weights_sha256=st.none() | digests, digest=digests
    ),
    on=st.dates(),
    hypothetical=st.booleans(),
    evaluations=many(evaluations),
    thresholds=many(thresholds),
    obligations=many(obligations),
    safeguards=many(safeguards),
    gates=many(gates),
    inputs=many(facts),
)
