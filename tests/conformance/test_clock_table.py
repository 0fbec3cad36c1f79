"""The clock table: every time that a law sets, by what starts it, in one engine.

The rows are those of the reference: event, law, duration. Each clock of the data is in a row.
"""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.conformance.test_law_due import LAWS, reported, text_of
from tests.conformance.test_law_due import load as load_incident

from ifthen.conformance.law_clock import Happened
from ifthen.conformance.law_due import OF_INCIDENTS, list_law_due
from ifthen.dossier.developer import Developer
from ifthen.encoding.calendar import add_business_days
from ifthen.encoding.document import load_document
from ifthen.encoding.tree import format_tree, parse_tree
from ifthen.workspace.instruments import find_instrument, load_calendars
from ifthen.workspace.library import find_version, load_library

CALENDARS = load_calendars()
CLOCKS = {
    (x.document.id, c.id): (p, c) for x in LAWS for p in x.document.provisions for c in p.clocks
}
STATES = ("ca-sb53", "ny-raise", "il-430-ilcs-185")
CODE, CALIFORNIA, ILLINOIS = "eu-code-of-practice", "ca-sb53", "il-430-ilcs-185"

TABLE = {
    # material framework change
    **{(x, "modification"): (30, "days", "modification") for x in STATES},
    # framework review
    **{(x, "yearly-review"): (1, "years", "last-document") for x in STATES},
    (CODE, "framework-assessment"): (12, "months", "deployment"),
    # framework confirmed, and told to the AI Office
    (CODE, "framework-to-office"): (5, "business-days", "framework-confirmed"),
    (CODE, "confirmation"): (4, "weeks", "notified-commission"),
    ("eu-ai-act", "notification"): (2, "weeks", "high-impact-condition"),
    # model reports
    (CODE, "model-report-refresh"): (6, "months", "last-document"),
    (CODE, "model-report-update"): (5, "business-days", "model-report-confirmed"),
    (CODE, "model-report-delay"): (15, "business-days", "model-report-due"),
    (CODE, "model-report-first"): (0, "days", "deployment"),
    (CODE, "model-report-before-change"): (0, "days", "model-change"),
    (CODE, "full-process"): (0, "days", "deployment"),
    **{(x, "transparency-report"): (0, "days", "deployment") for x in STATES},
    # internal use
    **{(x, "internal-use-summary"): (3, "months", "last-document") for x in STATES},
    # incidents
    (CALIFORNIA, "incident"): (15, "days", "discovery"),
    ("ny-raise", "incident"): (72, "hours", "determination"),
    ("ny-raise", "incident-belief"): (72, "hours", "learning"),
    (ILLINOIS, "incident"): (72, "hours", "learning"),
    ("ca-sb1047", "incident"): (72, "hours", "learning"),
    **{(x, "imminent-danger"): (24, "hours", "imminent") for x in STATES},
    (CODE, "incident-infrastructure"): (2, "days", "awareness"),
    (CODE, "incident-cyber"): (5, "days", "awareness"),
    (CODE, "incident-death"): (10, "days", "awareness"),
    (CODE, "incident-harm"): (15, "days", "awareness"),
    (CODE, "incident-intermediate"): (4, "weeks", "last-incident-report"),
    (CODE, "incident-final"): (60, "days", "incident-resolved"),
    # evaluators
    (CODE, "evaluator-publication"): (30, "business-days", "findings-told"),
    (CODE, "evaluation-time"): (20, "business-days", "evaluation-began"),
    (CODE, "evaluator-search"): (20, "business-days", "evaluator-call"),
    (CODE, "reference-lost"): (6, "months", "reference-lost"),
    (CODE, "interface-access-review"): (6, "months", "last-document"),
    # audits, registrations, statements
    (ILLINOIS, "audit-yearly"): (1, "years", "last-document"),
    (ILLINOIS, "audit-first"): (90, "days", "first-qualifying"),
    (ILLINOIS, "audit-publication"): (30, "days", "audit-received"),
    (ILLINOIS, "disclosure-renewal"): (1, "years", "last-document"),
    ("ny-raise", "disclosure-renewal"): (2, "years", "last-document"),
    ("ca-sb1047", "audit-yearly"): (1, "years", "last-document"),
    ("ca-sb1047", "statement-yearly"): (1, "years", "last-document"),
    ("eu-ai-act", "representative"): (0, "days", "deployment"),
    # workers
    (CODE, "whistleblower-notice"): (1, "years", "last-document"),
    **{
        (x, id): row
        for x in (CALIFORNIA, ILLINOIS)
        for id, row in {
            "rights-notice": (1, "years", "last-document"),
            "discloser-update": (1, "months", "employee-disclosure"),
            "disclosures-to-directors": (3, "months", "last-document"),
        }.items()
    },
    # retention
    **{(x, "redaction-retention"): (5, "years", "redaction") for x in STATES},
    (ILLINOIS, "audit-retention"): (5, "years", "no-longer-deployed"),
    ("ca-sb1047", "protocol-retention"): (5, "years", "no-longer-deployed"),
    (CODE, "incident-retention"): (5, "years", "incident-record"),
    (CODE, "documentation-retention"): (10, "years", "deployment"),
    ("eu-ai-act", "representative-retention"): (10, "years", "deployment"),
}
KEPT = {x for x, (_, unit, _) in TABLE.items() if x[1].endswith("-retention") and unit == "years"}


def test_every_clock_of_the_data_is_a_row_and_every_row_a_clock():
    found = {key: (c.amount, c.unit, c.starts) for key, (_, c) in CLOCKS.items()}
    assert found == TABLE
    assert {key for key, (_, c) in CLOCKS.items() if c.asks == "keep"} == KEPT


SENT = list(dict.fromkeys(law for law, _ in TABLE))
"""A document of these tests went to the authority of every law, unless it says otherwise."""


def developer(documents=(), events=(), models=(), **more):
    tree = {
        "kind": "developer", "id": "d", "title": "D", "all_models": True,
        "signed": [CODE],
        "revenue": [{"year": x, "low": 1e9, "high": 1e9} for x in range(2023, 2040)],
        "models": [
            {"id": "m", "compute": {"low": 1e27, "high": 1e27}, "places": ["us-ny", "eu"]} | x
            for x in (models or [{}])
        ],
        "documents": [
            {"id": f"d{i}", "instruments": SENT} | x for i, x in enumerate(documents)
        ],
        "events": [{"id": f"e{i}"} | x for i, x in enumerate(events)],
    } | more  # fmt: skip
    return load_document(parse_tree(format_tree(tree).encode(), name="d.yaml"), Developer)


def due(law, clock, on, given=None, incidents=(), calendars=CALENDARS):
    happened = Happened(on=on, developer=given, incidents=incidents, calendars=calendars)
    found = list_law_due([find_instrument(LAWS, law)], happened)
    return [x for x in found if x.id.startswith(f"law/{law}/{clock}/")]


def start(key, day):
    """Return documents in which a clock began on a day, whatever starts it."""
    provision, clock = CLOCKS[key]
    moment = f"{day}T12:00:00Z"
    if clock.starts in OF_INCIDENTS:
        kind = clock.harms[0] if clock.harms else "death"
        more = f"harm: {{kinds: [{kind}], imminent: 'yes'}}\n"
        if clock.starts == "last-incident-report":
            more += reported((clock.recipient, moment))
        if clock.starts == "incident-resolved":
            more += f"resolved_at: {moment}\n"
        text = text_of(more=more).replace("2027-03-01T11:00:00Z", moment)
        text = text.replace("2027-03-01T12:00:00Z", moment).replace("2027-03-01T18:00:00Z", moment)
        return {"incidents": [load_incident(text)], "given": developer()}
    answer = provision.answered_by
    if clock.starts in ("last-document", "redaction"):
        kind = "redaction-manifest" if clock.starts == "redaction" else answer.document
        field = getattr(answer, "field", None)
        document = {"document": kind, "on": str(day), "holds": [field] if field else []}
        return {"given": developer([document])}
    if clock.starts == "deployment":
        return {"given": developer(models=[{"deployed": str(day)}])}
    if clock.starts == "no-longer-deployed":
        gone = {"deployed": "2027-01-05", "withdrawn": str(day)}
        return {"given": developer(models=[gone])}
    return {"given": developer(events=[{"event": clock.starts, "at": moment}])}


RUN = [x for x in TABLE if x[0] != "ca-sb1047" and x[1] != "modification"]
"""Clocks that can run: SB 1047 was never in force; new versions are tried elsewhere."""


@pytest.mark.parametrize("key", RUN, ids="-".join)
def test_each_clock_runs_from_what_starts_it_to_the_day_of_the_table(key):
    day, (amount, unit, starts) = date(2028, 1, 31), TABLE[key]
    (entry,) = due(*key, day, **start(key, day))
    if unit in ("months", "years"):
        months = amount * (12 if unit == "years" else 1)
        ends = {1: date(2028, 2, 29), 3: date(2028, 4, 30), 6: date(2028, 7, 31)}
        last = ends.get(months) or date(2028 + months // 12, 1, 31)
    else:
        days = {"hours": 1 / 24, "weeks": 7}.get(unit, 1)
        last = day + timedelta(days=amount * days)
    if unit == "business-days":  # the 31st is a Monday; no holiday of the institutions until April
        assert not any(
            x.month in (2, 3) for x in CALENDARS["eu-institutions"].document.days
            if x.year == 2028
        )  # fmt: skip
        last = day + timedelta(days=amount // 5 * 7)
    assert (entry.last_day, entry.since) == (last, day), starts
    assert entry.standing in ("due", "met")
    assert entry.source.endswith(f"clock {key[1]}")


NOT_BEFORE = date(2027, 1, 1)
DAYS = st.dates(date(2028, 1, 1), date(2035, 12, 31))


@settings(max_examples=60, deadline=None)
@given(day=DAYS, key=st.sampled_from([x for x in RUN if TABLE[x][1] in ("months", "years")]))
def test_months_and_years_end_on_the_same_day_or_the_last_of_the_month(day, key):
    amount, unit, _ = TABLE[key]
    (entry,) = [x for x in due(*key, day, **start(key, day)) if x.since == day]
    months = amount * (12 if unit == "years" else 1)
    last = entry.last_day
    assert (last.year * 12 + last.month) - (day.year * 12 + day.month) == months
    assert last.day == day.day or (
        last.day < day.day and (last + timedelta(days=1)).month != last.month
    )


@settings(max_examples=60, deadline=None)
@given(day=DAYS, key=st.sampled_from([x for x in RUN if TABLE[x][1] == "business-days"]))
def test_business_days_skip_the_holidays_of_the_place_or_say_that_they_do_not(day, key):
    calendar = CALENDARS["eu-institutions"].document
    amount = TABLE[key][0]
    found = due(*key, day, **start(key, day))
    (entry,) = found
    end, left = day, amount
    while left:  # where the holidays themselves lead out of the years, they are not counted
        end += timedelta(days=1)
        left -= end.weekday() < 5 and end not in calendar.days
    whole = calendar.covers(day, end)
    days = calendar.days if whole else frozenset()
    between = [day + timedelta(days=i) for i in range(1, (entry.last_day - day).days + 1)]
    assert sum(x.weekday() < 5 and x not in days for x in between) == amount
    assert ("counted without holidays" in entry.reason) == (not whole)
    if whole:  # not every year was compared: the earlier day stands beside it
        bare = add_business_days(day, amount)
        assert f"without holidays {bare}. {calendar.notice}" in entry.reason
    (bare,) = due(*key, day, calendars={}, **start(key, day))
    assert bare.last_day <= entry.last_day  # can only be too early


@settings(max_examples=40, deadline=None)
@given(
    hour=st.integers(0, 23),
    day=st.sampled_from([date(2028, 3, 11), date(2028, 3, 12), date(2028, 11, 4),
                         date(2028, 11, 5), date(2028, 2, 28), date(2028, 12, 30)]),
    key=st.sampled_from([("ny-raise", "incident"), (ILLINOIS, "incident"),
                         (CALIFORNIA, "imminent-danger")]),
)  # fmt: skip
def test_hours_are_hours_when_the_clocks_are_changed(hour, day, key):
    at = datetime(day.year, day.month, day.day, hour, tzinfo=UTC)
    more = "harm: {kinds: [injury], imminent: 'yes'}\n"
    text = text_of(more=more)
    for old in ("2027-03-01T11:00:00Z", "2027-03-01T12:00:00Z", "2027-03-01T18:00:00Z"):
        text = text.replace(old, f"{at:%Y-%m-%dT%H:%M:%SZ}")
    (entry,) = due(*key, day, developer(), [load_incident(text)])
    end = at + timedelta(hours=TABLE[key][0])
    assert f"before {end:%Y-%m-%d %H:%M} UTC" in entry.title
    zone = ZoneInfo(find_instrument(LAWS, key[0]).document.time_zone)
    assert entry.last_day == end.astimezone(zone).date()


def chain(*days, kind="framework-review"):
    return developer([{"document": kind, "on": x} for x in days])


def stand(found):
    return [(x.standing, str(x.last_day), x.done_on and str(x.done_on)) for x in found]


def test_each_document_ends_one_time_and_begins_the_next():
    given = chain("2027-02-01", "2028-01-31", "2029-02-02")
    found = due(CALIFORNIA, "yearly-review", date(2029, 6, 1), given)
    assert stand(found) == [
        ("met", "2028-02-01", "2028-01-31"),
        ("late", "2029-01-31", "2029-02-02"),
        ("due", "2030-02-02", None),
    ]
    over = due(CALIFORNIA, "yearly-review", date(2030, 2, 3), given)
    assert stand(over)[-1] == ("missed", "2030-02-02", None)
    # What was made later was not there on an earlier day.
    assert stand(due(CALIFORNIA, "yearly-review", date(2028, 3, 1), given)) == [
        ("met", "2028-02-01", "2028-01-31"),
        ("due", "2029-01-31", None),
    ]


def test_reports_on_two_models_are_two_chains():
    models = [{"id": x, "deployed": "2027-03-01"} for x in ("m", "n")]
    documents = [
        {"document": "model-report", "on": on, "model": m, "holds": ["update"]}
        for m, on in (("m", "2028-01-10"), ("n", "2028-02-10"), ("m", "2028-07-01"))
    ]
    given = developer(documents, models=models)
    found = due(CODE, "model-report-refresh", date(2028, 9, 1), given)
    assert stand(found) == [
        ("met", "2028-07-10", "2028-07-01"),
        ("due", "2029-01-01", None),
        ("undetermined", "2028-08-10", None),  # not where nothing changed
    ]


def test_a_summary_that_is_called_for_only_if_there_was_something_is_never_missed():
    given = chain("2027-02-01", kind="internal-use-summary")
    (entry,) = due(CALIFORNIA, "internal-use-summary", date(2027, 5, 2), given)
    assert entry.standing == "undetermined"
    assert "only if there was an assessment" in entry.reason


@pytest.mark.parametrize(
    ("said", "standing"),
    [
        ({"instruments": []}, "undetermined"),
        ({"instruments": [CALIFORNIA]}, "undetermined"),  # for what need not happen
        ({"instruments": [], "to": ["Cal OES"]}, "undetermined"),
        ({"instruments": [], "to": ["IEMA-OHS"]}, "met"),
        ({"instruments": [ILLINOIS]}, "met"),
        ({"instruments": [ILLINOIS], "to": ["the governor"]}, "undetermined"),
    ],
)
def test_a_summary_sent_to_another_authority_restarts_no_clock(said, standing):
    kind = {"document": "internal-use-summary"}
    first = kind | {"on": "2027-02-01"}
    given = developer([first, kind | {"on": "2027-04-01"} | said])
    found = due(ILLINOIS, "internal-use-summary", date(2027, 6, 2), given)
    assert found[0].standing == standing
    assert ("write 'instruments: [il-430-ilcs-185]'" in (found[0].reason or "")) == (
        standing == "undetermined" and said["instruments"] != [CALIFORNIA]
    )
    assert len(found) == (2 if standing == "met" else 1)


@pytest.mark.parametrize(
    ("qualified", "on", "day", "standing"),
    [
        ("2027-01-01", "2027-06-01", "2028-01-01", "due"),  # before the provision is in force
        ("2027-10-03", "2027-12-01", "2028-01-01", "due"),  # 90 days end on the same day
        ("2027-10-04", "2027-12-01", "2028-01-02", "due"),  # and here a day later
        ("2028-05-01", "2028-07-30", "2028-07-30", "due"),  # on the day itself nothing is missed
        ("2028-05-01", "2028-07-31", "2028-07-30", "undetermined"),
    ],
)
def test_the_first_audit_of_illinois_begins_on_the_later_of_two_days(qualified, on, day, standing):
    given = developer(events=[{"event": "first-qualifying", "at": f"{qualified}T18:00:00Z"}])
    (entry,) = due(ILLINOIS, "audit-first", date.fromisoformat(on), given)
    assert (str(entry.last_day), entry.standing) == (day, standing)
    assert "from that day on" in entry.title
    assert "audit report" not in entry.title


def test_a_first_audit_without_a_day_of_qualifying_is_undetermined_and_a_report_ends_it():
    (entry,) = due(ILLINOIS, "audit-first", NOT_BEFORE, developer())
    assert (entry.standing, entry.last_day) == ("undetermined", None)
    assert "first-qualifying" in entry.reason
    assert due(ILLINOIS, "audit-first", date(2026, 12, 31), developer()) == []
    event = {"event": "first-qualifying", "at": "2027-01-01T18:00:00Z"}
    audited = developer([{"document": "audit-report", "on": "2028-11-01"}], [event])
    assert due(ILLINOIS, "audit-first", date(2028, 12, 1), audited) == []
    (yearly,) = due(ILLINOIS, "audit-yearly", date(2028, 12, 1), audited)
    assert (yearly.standing, yearly.last_day) == ("due", date(2029, 11, 1))


def test_what_began_before_the_law_is_undetermined_and_nothing_is_lost():
    (entry,) = due("ny-raise", "disclosure-renewal", NOT_BEFORE, chain(
        "2026-12-01", kind="disclosure-statement"))  # fmt: skip
    assert entry.standing == "undetermined"
    assert "before the provision was in force" in entry.reason
    (none,) = due("ny-raise", "disclosure-renewal", NOT_BEFORE, developer())
    assert "nothing says from when" in none.reason
    assert due("ny-raise", "disclosure-renewal", date(2026, 12, 31), developer()) == []


def test_a_disclosure_asks_for_a_word_every_month_until_there_is_one():
    event = {"event": "employee-disclosure", "at": "2027-01-31T12:00:00Z"}
    on = date(2027, 4, 1)
    (silent,) = due(CALIFORNIA, "discloser-update", on, developer(events=[event]))
    assert (silent.standing, silent.last_day) == ("missed", date(2027, 2, 28))
    update = {"document": "discloser-update", "on": "2027-02-27"}
    found = due(CALIFORNIA, "discloser-update", on, developer([update], [event]))
    assert stand(found) == [("met", "2027-02-28", "2027-02-27"), ("missed", "2027-03-27", None)]
    assert due(CALIFORNIA, "discloser-update", on, developer([update])) == []


def test_an_incident_that_is_over_asks_for_the_last_report_and_for_no_other():
    office, more = "AI Office", "harm: {kinds: [death]}\n"
    told = reported((office, "2027-03-05T12:00:00Z"))
    on = date(2027, 4, 20)
    open_ = load_incident(text_of(more=more + told))
    (entry,) = due(CODE, "incident-intermediate", on, developer(), [open_])
    assert (entry.standing, entry.last_day) == ("missed", date(2027, 4, 2))
    over = load_incident(text_of(more=more + told + "resolved_at: 2027-03-20T12:00:00Z\n"))
    assert due(CODE, "incident-intermediate", on, developer(), [over]) == []
    (last,) = due(CODE, "incident-final", on, developer(), [over])
    assert (last.standing, last.last_day) == ("due", date(2027, 5, 19))


def test_of_a_subject_that_is_none_no_clock_runs():
    review = [{"id": "d", "document": "framework-review", "on": "2028-02-01"}]
    low = [{"year": 2027, "low": 1.0, "high": 1.0}]
    small, unknown = (developer(revenue=x, documents=review) for x in (low, []))
    assert due(CALIFORNIA, "yearly-review", date(2028, 3, 1), small) == []
    assert len(due(CALIFORNIA, "yearly-review", date(2028, 3, 1), unknown)) == 1


def test_a_small_model_needs_no_report():
    models = [{"deployed": "2028-02-01", "compute": {"low": 1e20, "high": 1e20}},
              {"id": "n", "deployed": "2028-02-01"}]  # fmt: skip
    found = due(CALIFORNIA, "transparency-report", date(2028, 3, 1), developer(models=models))
    assert [x.model for x in found] == ["n"]


def test_the_first_review_is_due_a_year_after_the_framework_or_the_law_began():
    fcf = find_version(load_library(), "anthropic/frontier-compliance-framework@2")
    begins = fcf.document.in_force.from_
    on = begins + timedelta(days=500)

    def reviews(*documents):
        happened = Happened(on=on, frameworks=[fcf], developer=chain(*documents))
        found = list_law_due([find_instrument(LAWS, CALIFORNIA)], happened)
        return stand([x for x in found if "/yearly-review/" in x.id])

    year = begins.replace(year=begins.year + 1)
    assert reviews() == [("missed", str(year), None)]
    done = str(year - timedelta(days=3))
    assert reviews(done)[0] == ("met", str(year), done)
    assert reviews(done)[1][0] == "due"
