"""The report: whole, escaped, reproducible, and readable back."""

import itertools
import json
import re
import subprocess
import sys
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ifthen.decision.model import Decision, FactReference, Outcome, Reason, Step
from ifthen.encoding.canonical import digest_bytes, digest_value, format_canonical
from ifthen.encoding.document import dump_document
from ifthen.errors import Error
from ifthen.publication.figure import format_label
from ifthen.publication.report import format_report, parse_report, verify_report

from .decisions import make_decision, make_second
from .pages import Page
from .strategies import HOSTILE, decisions

PAGE = format_report([make_decision()])
BOTH = format_report([make_decision(hypothetical=True), make_second()])


def steps(decision: Decision) -> Iterator[Step]:
    def walk(step: Step) -> Iterator[Step]:
        yield step
        for part in step.parts:
            yield from walk(part)

    roots = [gate.condition for gate in decision.gates]
    roots += [threshold.ruled_out for threshold in decision.thresholds]
    roots += [t.reached for t in decision.thresholds if t.reached is not None]
    roots += [s.condition for s in decision.safeguards if s.condition is not None]
    for root in roots:
        yield from walk(root)


def leaves(tree: object) -> Iterator[str]:
    """Every text in plain data."""
    if isinstance(tree, dict):
        for value in tree.values():
            yield from leaves(value)
    elif isinstance(tree, list):
        for value in tree:
            yield from leaves(value)
    elif isinstance(tree, str):
        yield tree


def redigest(html: str) -> str:
    """Return the page with the digest of its data as they stand now, as a forger would."""
    data = re.search(r'id="ifthen-decisions">(.*?)</script>', html, re.S)[1]
    data = re.sub(r"\\(u003c|.)", lambda m: "<" if m[1] == "u003c" else m[0], data)
    found = digest_bytes(data.encode())
    return re.sub(r'(id="ifthen-decisions-sha256">)[^<]*', rf"\g<1>{found}", html)


class TestContents:
    def test_every_text_of_the_decision_is_in_the_page(self) -> None:
        codes = {"go", "hold", "yes", "no", "ruled-out", "cannot-rule-out", "undecided"}
        codes |= {"at-most", "at-least", "rule-out", "rule-in"}
        text = Page(PAGE).text
        missing = [
            leaf
            for leaf in leaves(dump_document(make_decision()))
            if leaf not in codes and leaf not in text
        ]
        assert missing == []

    def test_every_limit_of_the_decision_is_said_in_the_page(self) -> None:
        text = Page(PAGE).text
        limits = [x for e in make_decision().evaluations for x in e.limits]
        assert len(limits) == 9
        assert [x for x in limits if format_label(x).strip("◂▸ ") not in text] == []

    def test_gates_say_their_word_and_who_decides(self) -> None:
        page = Page(PAGE)
        decision = make_decision()
        assert {gate.outcome for gate in decision.gates} == set(Outcome)
        for gate in decision.gates:
            said = page.text_of(f"m1-gate-{gate.gate}")
            assert gate.outcome.value.upper() in said
            assert gate.summary in said
            assert "not a signature" in said
            for role in gate.decided_by:
                assert role in said
            for line in gate.change:
                assert line in said

    def test_thresholds_say_status_and_safeguards(self) -> None:
        page = Page(PAGE)
        row = " ".join(page.text_of("m1-threshold-bio-1").split())
        assert "cannot rule out" in row
        assert "NOT in place Classifiers and refusals" in row
        assert "0.09 (0.06 … 0.14), needs at most 0.05" in row
        assert "Not binding commitment secure-bio-1" in row
        assert "Nothing is called for" in page.text_of("m1-threshold-bio-2")

    def test_every_step_reason_and_fact_is_in_the_argument(self) -> None:
        text = Page(PAGE).text
        for step in steps(make_decision()):
            assert step.claim in text
            for fact in step.facts:
                assert f"{fact.digest[:19]}…" in text
            for reason in step.reasons:
                assert f"{reason.text} {reason.code}" in text

    def test_hypothetical_is_marked_only_where_it_is(self) -> None:
        assert "hypothetical" not in Page(PAGE).text.lower()
        assert "HYPOTHETICAL" in Page(BOTH).text

    def test_two_models_are_compared_first(self) -> None:
        page = Page(BOTH)
        assert page.text.index("All models at a glance") < page.text.index("Gates")
        assert "m2-gate-internal-use" in page.ids

    def test_two_frameworks_are_both_named(self) -> None:
        first = make_decision()
        other = first.framework.model_copy(update={"title": "Another framework", "notice": None})
        text = Page(format_report([first, make_decision(framework=other)])).text
        assert first.framework.title in text
        assert "Another framework" in text

    def test_empty_parts_read_well(self) -> None:
        nothing = dict.fromkeys(
            ("evaluations", "thresholds", "obligations", "safeguards", "gates"), ()
        )
        text = Page(format_report([make_decision(**nothing, inputs=())])).text
        assert "The framework has no gate." in text
        assert "The framework asks for no evaluation." in text
        assert "No evidence was used." in text

    def test_a_safeguard_without_a_finding_is_undetermined(self) -> None:
        page = Page(format_report([make_decision(safeguards=())]))
        assert "undetermined misuse-barrier" in " ".join(
            page.text_of("m1-gate-deploy-external").split()
        )

    def test_a_threshold_that_counts_without_commitment_is_pointed_out(self) -> None:
        text = Page(format_report([make_decision(obligations=())])).text
        assert "No commitment follows, although the threshold counts." in text

    def test_own_reasons_are_listed_where_the_summary_says_something_else(self) -> None:
        gate = make_decision().gates[1]
        changed = gate.model_copy(
            update={"reasons": (*gate.reasons, Reason(code="x.y", text="another reason"))}
        )
        said = Page(format_report([make_decision(gates=(changed,))])).text_of(
            "m1-gate-deploy-external"
        )
        assert "Reasons" in said
        assert "another reason" in said

    def test_the_word_compliant_is_not_used(self) -> None:
        assert "complian" not in PAGE.lower()


class TestStructure:
    @pytest.mark.parametrize("html", [PAGE, BOTH])
    def test_well_formed(self, html: str) -> None:
        page = Page(html)
        assert page.faults == []
        assert len(page.ids) == len(set(page.ids))
        assert ("html", {"lang": "en"}) in page.elements

    @pytest.mark.parametrize("html", [PAGE, BOTH])
    def test_headings_are_in_order(self, html: str) -> None:
        levels = Page(html).headings
        assert levels.count(1) == 1
        assert levels[0] == 1
        assert all(b <= a + 1 for a, b in itertools.pairwise(levels))

    @pytest.mark.parametrize("html", [PAGE, BOTH])
    def test_table_headers_have_a_scope(self, html: str) -> None:
        heads = [attrs for tag, attrs in Page(html).elements if tag == "th"]
        assert heads
        assert all(attrs.get("scope") in ("col", "row") for attrs in heads)

    @pytest.mark.parametrize("html", [PAGE, BOTH])
    def test_links_and_labels_lead_somewhere(self, html: str) -> None:
        page = Page(html)
        for _, attrs in page.elements:
            if (link := attrs.get("href")) is not None:
                assert link.startswith("#")
                assert link[1:] in page.ids
            for id in (attrs.get("aria-labelledby") or "").split():
                assert id in page.ids

    @pytest.mark.parametrize("html", [PAGE, BOTH])
    def test_nothing_comes_from_elsewhere(self, html: str) -> None:
        page = Page(html)
        assert "//" not in html
        assert "url(" not in html
        assert "@import" not in html
        for tag, attrs in page.elements:
            assert tag not in ("link", "img", "iframe", "object", "embed", "base", "form")
            assert not {"src", "srcset", "data", "action", "style"} & set(attrs)
            assert not [name for name in attrs if name.startswith("on")]
        scripts = [attrs for tag, attrs in page.elements if tag == "script"]
        assert scripts == [{"type": "application/json", "id": "ifthen-decisions"}]
        assert "default-src 'none'" in html


class TestEscaping:
    @pytest.mark.parametrize("text", HOSTILE)
    def test_hostile_text_stays_text(self, text: str) -> None:
        decision = make_decision()
        hostile = {
            "model": decision.model.model_copy(update={"title": text}),
            "framework": decision.framework.model_copy(update={"title": text, "notice": text}),
            "evaluations": tuple(
                e.model_copy(update={"title": text, "asked": text}) for e in decision.evaluations
            ),
            "thresholds": tuple(
                t.model_copy(update={"title": text, "reasons": (Reason(code=text, text=text),)})
                for t in decision.thresholds
            ),
            "gates": tuple(g.model_copy(update={"action": text}) for g in decision.gates),
        }
        changed = make_decision(**hostile)
        html = format_report([changed])
        page = Page(html)
        assert page.faults == []
        assert [tag for tag, _ in page.elements].count("script") == 1
        assert {tag for tag, _ in page.elements} == {tag for tag, _ in Page(PAGE).elements}
        assert verify_report(html) == (changed,)

    def test_direction_and_control_characters_are_shown(self) -> None:
        model = make_decision().model.model_copy(update={"title": "a\u202eb\u200b\x07c"})
        text = Page(format_report([make_decision(model=model)])).text
        assert "a⟨U+202E⟩b⟨U+200B⟩⟨U+0007⟩c" in text
        assert "\u202e" not in text

    def test_no_less_than_sign_is_left_in_the_data(self) -> None:
        model = make_decision().model.model_copy(update={"title": "</script><!--<script>"})
        data = Page(format_report([make_decision(model=model)])).text_of("ifthen-decisions")
        assert "<" not in data
        assert json.loads(data)[0]["model"]["title"] == "</script><!--<script>"


class TestRoundTrip:
    def test_same_decision_same_bytes(self) -> None:
        script = (
            "import sys; from ifthen.decision.model import Decision;"
            "from ifthen.publication.report import format_report;"
            "decision = Decision.model_validate_json(sys.stdin.buffer.read());"
            "sys.stdout.buffer.write(format_report([decision]).encode())"
        )
        made = subprocess.run(
            [sys.executable, "-c", script],
            input=make_decision().model_dump_json(by_alias=True).encode(),
            capture_output=True,
            check=True,
            env={"PYTHONPATH": ":".join(sys.path), "PYTHONHASHSEED": "7"},
        )
        assert made.stdout == PAGE.encode()

    @settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
    @given(st.lists(decisions, min_size=1, max_size=2))
    def test_the_data_come_back(self, found: list[Decision]) -> None:
        html = format_report(found)
        page = Page(html)
        assert verify_report(html) == tuple(found)  # which parses it
        assert page.faults == []
        assert len(page.ids) == len(set(page.ids))

    def test_printed_digests_are_those_of_the_canonical_data(self) -> None:
        tree = dump_document(make_decision())
        page = Page(PAGE)
        assert page.text_of("ifthen-decisions-sha256") == digest_bytes(format_canonical([tree]))
        assert digest_value(tree) in page.text

    @pytest.mark.parametrize("title", ["Aurora-2", *HOSTILE])
    def test_the_printed_check_prints_the_printed_digest(self, title: str, tmp_path) -> None:
        model = make_decision().model.model_copy(update={"title": title})
        html = format_report([make_decision(model=model)])
        page = Page(html)
        (tmp_path / "page.html").write_bytes(html.encode())
        (tmp_path / "check.py").write_text(page.text_of("check"), encoding="utf-8")
        made = subprocess.run(
            [sys.executable, "check.py", "page.html"],
            cwd=tmp_path,
            capture_output=True,
            text=True,
            check=True,
        )
        assert made.stdout.strip() == page.text_of("ifthen-decisions-sha256")


class TestRefused:
    @staticmethod
    def refuse(html: str, code: str) -> Error:
        with pytest.raises(Error) as caught:
            parse_report(html)
        assert caught.value.code == code
        return caught.value

    def test_no_decision(self) -> None:
        with pytest.raises(Error) as caught:
            format_report([])
        assert caught.value.code == "report.empty"

    def test_altered_data(self) -> None:
        data = Page(PAGE).text_of("ifthen-decisions")
        altered = data.replace('"outcome":"hold"', '"outcome":"go"')
        assert altered != data
        self.refuse(PAGE.replace(data, altered), "report.digest-mismatch")

    def test_altered_digest(self) -> None:
        digest = Page(PAGE).text_of("ifthen-decisions-sha256")
        self.refuse(PAGE.replace(digest, "sha256:" + "0" * 64), "report.digest-mismatch")

    def test_every_fiftieth_byte_of_the_data(self) -> None:
        """On a page of nothing but the data and their digest, which is read much faster."""
        script = r'<script[^>]*id="ifthen-decisions">.*?</script>'
        digest = r'<(\w+)[^>]*id="ifthen-decisions-sha256">[^<]*</\1>'
        page = "".join(re.search(x, PAGE, re.S)[0] for x in (digest, script))
        assert parse_report(page) == parse_report(PAGE)
        data = Page(PAGE).text_of("ifthen-decisions")
        start = page.index(data)
        for at in range(start, start + len(data), 50):
            other = "x" if page[at] != "x" else "y"
            with pytest.raises(Error):
                parse_report(page[:at] + other + page[at + 1 :])

    def test_no_data(self) -> None:
        self.refuse("<p>nothing</p>", "report.no-data")
        self.refuse("", "report.no-data")
        self.refuse(PAGE.replace('id="ifthen-decisions-sha256"', ""), "report.no-data")

    def test_data_twice(self) -> None:
        again = '<script type="application/json" id="ifthen-decisions">[]</script>'
        self.refuse(PAGE + again, "report.repeated-data")
        self.refuse(again + PAGE, "report.repeated-data")
        self.refuse(PAGE + '<i id="ifthen-decisions-sha256">', "report.repeated-data")

    def test_a_second_spelling_of_the_data(self) -> None:
        spaced = PAGE.replace('id="ifthen-decisions">[', 'id="ifthen-decisions">[ ')
        self.refuse(redigest(spaced), "report.not-canonical")

    @pytest.mark.parametrize("data", ["[]", "{}", "1", "[1]", '[{"kind":"decision"}]', '["a"]'])
    def test_something_else_than_decisions(self, data: str) -> None:
        old = Page(PAGE).text_of("ifthen-decisions")
        self.refuse(redigest(PAGE.replace(old, data)), "report.not-decisions")

    def test_another_format(self) -> None:
        old = Page(PAGE).text_of("ifthen-decisions")
        new = old.replace('"evaluations":', '"evaluations":', 1)
        tree = json.loads(new)
        tree[0]["format"] = 2
        newer = format_canonical(tree).decode().replace("<", "\\u003c")
        error = self.refuse(redigest(PAGE.replace(old, newer)), "report.not-decisions")
        assert error.where == "[0].format"

    def test_altered_words_are_found_only_by_making_the_page_again(self) -> None:
        altered = PAGE.replace("<span>HOLD</span>", "<span>GO</span>")
        assert altered != PAGE
        assert parse_report(altered) == (make_decision(),)
        with pytest.raises(Error) as caught:
            verify_report(altered)
        assert caught.value.code == "report.page-differs"

    def test_numbers_that_json_cannot_write(self) -> None:
        finding = make_decision().evaluations[0].model_copy(update={"lower": float("nan")})
        with pytest.raises(Error) as caught:
            format_report([make_decision(evaluations=(finding,))])
        assert caught.value.code == "canonical.unsupported"


def test_fact_reference_without_input_is_still_findable() -> None:
    fact = FactReference(kind="evidence", id="e", digest="sha256:" + "ab" * 32)
    gate = make_decision().gates[0]
    step = Step(claim="c", value=gate.condition.value, facts=(fact,))
    html = format_report(
        [make_decision(gates=(gate.model_copy(update={"condition": step}),), inputs=())]
    )
    assert f'title="{fact.digest}"' in html


def test_exceptions_incidents_and_dissents_are_on_the_page():
    from tests.decision.test_determinations import DISSENT  # noqa: PLC0415
    from tests.decision.world import INCIDENT, excepted, world  # noqa: PLC0415

    changed = excepted()
    changed.incidents.append(INCIDENT | {"concerns": [{"evaluation": "ctf"}]})
    changed.determinations.append(world().determinations[0] | {"dissents": [DISSENT]})
    page = format_report([changed.decide()])
    assert "Exceptions, incidents, and what does not count" in page
    assert "In effect: exception no-filter under marginal-risk" in page
    assert "Open incident leak (A leak)" in page
    assert "Di (red team) dissents in cyber-1-judged" in page
    assert "Exceptions, incidents, and what does not count" not in PAGE
