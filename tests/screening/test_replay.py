"""The shipped log of a real run that ended itself, and every way to tamper with it."""

import json
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest

from ifthen.errors import Error, Problems
from ifthen.evidence.log import SampleScore
from ifthen.evidence.question import group_questions
from ifthen.evidence.reading import read_log
from ifthen.screening.outcome import Verdict, conclude, to_plain
from ifthen.screening.plan import design_of, parse_plan
from ifthen.screening.replay import find_trail, screen_log
from ifthen.screening.trail import Trail, parse_trail

EXAMPLE = Path(__file__).parents[2] / "examples" / "screening"
LOG = EXAMPLE / "smollm2-two-digit-sums.eval"
AURORA = Path(__file__).parents[2] / "examples" / "aurora" / "logs"
TEXT = (EXAMPLE / "plan.yaml").read_text("utf-8")


def plan(*changes: tuple[str, str]):
    text = TEXT
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    return parse_plan(text.encode(), name="plan.yaml")


@pytest.fixture(scope="module")
def log():
    return read_log(LOG)


def codes(outcome, severity="contradiction"):
    return {finding.code for finding in outcome.findings if finding.severity == severity}


class TestTheShippedLog:
    def test_replays_to_the_same_decision(self, log):
        outcome = screen_log(log, plan())
        assert (outcome.verdict, outcome.agrees) == (Verdict.RULED_OUT, True)
        assert codes(outcome) == set()
        decision = outcome.decision
        assert (decision.place, decision.question, decision.against) == (28, "sum-053", 1)
        assert len(log.samples) == 31

    def test_replays_without_the_plan_and_says_what_that_lacks(self, log):
        outcome = screen_log(log, None)
        assert outcome.agrees is True
        assert "screening.plan-unseen" in codes(outcome, "notice")

    def test_is_small_and_its_digest_is_the_one_stated(self, log):
        assert LOG.stat().st_size < 100_000
        assert log.sha256.removeprefix("sha256:") in (EXAMPLE / "PROVENANCE.md").read_text("utf-8")

    def test_as_plain_data(self, log):
        found = json.loads(json.dumps(to_plain(screen_log(log, plan()))))
        assert found["verdict"] == "ruled-out"
        assert found["replay_agrees"] is True
        assert found["decision"]["needed"] == 28
        assert found["table"][:3] == [16, 28, 37]


class TestTampering:
    def test_a_decision_of_answers_by_another_model(self, log):
        """The run counted them as its own: what follows from them is another decision."""
        samples = [replace(sample, fallbacks=("large by small",)) for sample in log.samples]
        outcome = screen_log(replace(log, samples=samples), plan())
        assert "screening.replay-differs" in codes(outcome)
        assert (outcome.verdict, outcome.agrees) == (Verdict.UNDECIDED, False)

    def trail(self, log, **changes):
        stopping = log.run.stopping
        trail = find_trail(log)
        metadata = {"screening": replace(trail, **changes).to_dict()}
        return replace(log, run=replace(log.run, stopping=replace(stopping, metadata=metadata)))

    def test_another_decision(self, log):
        decision = replace(find_trail(log).decision, place=27)
        outcome = screen_log(self.trail(log, decision=decision), None)
        assert codes(outcome) == {"screening.replay-differs"}
        assert outcome.agrees is False
        assert outcome.verdict is Verdict.UNDECIDED
        assert conclude(outcome).startswith("nothing")

    def test_no_decision(self, log):
        assert "screening.replay-differs" in codes(screen_log(self.trail(log, decision=None), None))

    def test_another_seed(self, log):
        design = replace(find_trail(log).design, seed="one that suits better")
        changed = self.trail(log, design=design)
        assert "screening.replay-differs" in codes(screen_log(changed, None))
        assert "screening.design-differs" in codes(screen_log(changed, plan()))

    def test_another_table(self, log):
        changed = self.trail(log, table_sha256=f"sha256:{'0' * 64}")
        assert "screening.replay-differs" in codes(screen_log(changed, None))

    def test_a_sample_that_was_taken_out(self, tmp_path):
        path = rewritten(tmp_path, drop="samples/sum-053_epoch_1.json")
        outcome = screen_log(read_log(path), plan())
        assert {"log.sample-missing", "screening.replay-differs"} <= codes(outcome)
        assert outcome.verdict is Verdict.UNDECIDED

    def test_a_score_that_was_turned(self, log):
        samples = [
            replace(s, scores={k: replace(v, value="I") for k, v in s.scores.items()})
            for s in log.samples
        ]
        outcome = screen_log(replace(log, samples=samples), plan())
        assert {"log.header-differs", "screening.replay-differs"} <= codes(outcome)

    def test_metadata_that_is_no_trail(self, log):
        stopping = replace(log.run.stopping, metadata={})
        with pytest.raises(Error) as caught:
            screen_log(replace(log, run=replace(log.run, stopping=stopping)), None)
        assert caught.value.code == "screening.trail"


def rewritten(folder: Path, *, drop: str) -> Path:
    """Return a copy of the log without a member."""
    path = folder / "changed.eval"
    with zipfile.ZipFile(LOG) as old:
        import zstandard  # noqa: PLC0415 - only here

        with zipfile.ZipFile(path, "w") as new:
            raw = LOG.read_bytes()
            for member in old.infolist():
                if member.filename == drop:
                    continue
                at = member.header_offset
                start = at + 30 + int.from_bytes(raw[at + 26 : at + 28], "little")
                start += int.from_bytes(raw[at + 28 : at + 30], "little")
                data = raw[start : start + member.compress_size]
                if member.compress_type == 93:
                    data = zstandard.ZstdDecompressor().decompressobj().decompress(data)
                new.writestr(member.filename, data)
    return path


class TestThePlan:
    @pytest.mark.parametrize(
        ("change", "code"),
        [
            (("2026-11-24T", "2026-11-25T"), "screening.plan-late"),
            (("alpha: 0.05", "alpha: 0.01"), "screening.design-differs"),
            (("R. Marsh", "R. March"), "screening.plan-differs"),
            (("sha256:3127", "sha256:3128"), "screening.order-differs"),
        ],
    )
    def test_one_that_does_not_fit(self, log, change, code):
        outcome = screen_log(log, plan(change))
        assert code in codes(outcome)
        assert outcome.verdict is Verdict.UNDECIDED

    def test_one_without_screening(self):
        text = TEXT[: TEXT.index("screening:")]
        with pytest.raises(Error) as caught:
            parse_plan(text.encode(), name="plan.yaml")
        assert caught.value.code == "screening.no-block"

    def test_something_else(self):
        with pytest.raises(Problems):
            parse_plan(b"kind: plan\n", name="plan.yaml")

    @pytest.mark.parametrize(
        ("changes", "code"),
        [
            (
                [("questions: 198", "questions: 197"), ("population: 198", "population: 197")],
                "screening.questions",
            ),
            ([("screening:\n", "screening:\n  scorer: another\n")], "screening.scorer"),
            (
                [("questions: 198", "questions: 198\nepochs: 2"),
                 ("screening:\n", "screening:\n  scores: fraction\n")],
                "screening.epochs",
            ),
        ],
    )  # fmt: skip
    def test_one_of_another_run(self, log, changes, code):
        with pytest.raises(Error) as caught:
            screen_log(log, plan(*changes))
        assert caught.value.code == code


class TestFinishedLogs:
    """Logs in which every question was asked, screened afterwards."""

    def aurora(self, name: str):
        log = read_log(AURORA / name)
        size = len(log.sample_ids)
        document = plan(
            ("198", str(size)),
            ("2026-11-24T", "2026-11-20T"),
            (TEXT[TEXT.index("  order_sha256") :], ""),
        )
        return screen_log(log, document)

    def test_an_incapable_model(self):
        outcome = self.aurora("aurora-2-arithmetic-hard.eval")
        assert (outcome.verdict, outcome.agrees) == (Verdict.RULED_OUT, None)
        assert outcome.decision.place == outcome.design.table.questions_for(0) == 15
        assert not outcome.ended_early

    def test_a_capable_one(self):
        outcome = self.aurora("aurora-2-arithmetic-easy.eval")
        assert outcome.verdict is Verdict.UNDECIDED
        assert outcome.hopeless
        assert len(outcome.steps) == 120

    def test_without_a_plan(self):
        with pytest.raises(Error) as caught:
            screen_log(read_log(AURORA / "aurora-2-arithmetic-hard.eval"), None)
        assert caught.value.code == "screening.no-plan"

    def test_errors_and_missing_scores_count_as_passes(self, log):
        base = read_log(AURORA / "aurora-2-arithmetic-hard.eval")
        document = plan(
            ("198", "120"),
            ("2026-11-24T", "2026-11-20T"),
            (TEXT[TEXT.index("  order_sha256") :], ""),
        )
        first, second = screen_log(base, document).order[:2]
        samples = [
            replace(s, error=s.id == first, scores={} if s.id == second else s.scores)
            for s in base.samples
        ]
        outcome = screen_log(replace(base, samples=samples), document)
        assert [step.why for step in outcome.steps[:3]] == ["error", "no score", None]
        assert outcome.decision.against == 2

    @pytest.mark.parametrize(
        ("doubt", "why"),
        [
            ({"fallbacks": ("large by small",)}, "another model answered"),
            ({"told_end": "limit"}, "its events tell of another end"),
            ({"told_end": "error"}, "its events tell of another end"),
            ({"told_end": "neither"}, "its events tell of another end"),
            ({"told": "C"}, "the score was changed"),
            ({"invalidated": True}, "invalidated"),
        ],
    )
    def test_a_sample_that_may_be_a_pass_counts_as_one(self, doubt, why):
        """What the bounds count from 0 to 1, a screening counts at its worst."""
        base = read_log(AURORA / "aurora-2-arithmetic-hard.eval")
        document = plan(
            ("198", "120"),
            ("2026-11-24T", "2026-11-20T"),
            (TEXT[TEXT.index("  order_sha256") :], ""),
        )
        (scorer,) = base.samples[0].scores
        if "told" in doubt:
            doubt = {"told": {scorer: SampleScore(value="C")}}
        before = screen_log(base, document)
        first = before.order[0]
        samples = [replace(s, **doubt) if s.id == first else s for s in base.samples]
        changed = replace(base, samples=samples)
        row = next(row for row, sample in enumerate(samples) if sample.id == first)
        assert group_questions(changed, scorer, None).sample_bounds(row) == (0.0, 1.0)
        outcome = screen_log(changed, document)
        assert (before.steps[0].score, before.decision.against) == (0.0, 0)
        assert (outcome.steps[0].score, outcome.steps[0].why) == (1.0, why)
        assert outcome.steps[1].why is None
        assert outcome.decision is None or outcome.decision.against == 1

    def test_a_run_that_a_weaker_model_answered_rules_nothing_out(self):
        base = read_log(AURORA / "aurora-2-arithmetic-hard.eval")
        document = plan(
            ("198", "120"),
            ("2026-11-24T", "2026-11-20T"),
            (TEXT[TEXT.index("  order_sha256") :], ""),
        )
        assert screen_log(base, document).verdict is Verdict.RULED_OUT
        samples = [replace(sample, fallbacks=("large by small",)) for sample in base.samples]
        outcome = screen_log(replace(base, samples=samples), document)
        assert (outcome.verdict, outcome.decision) == (Verdict.UNDECIDED, None)

    def test_counts_are_not_samples(self, log):
        with pytest.raises(Error) as caught:
            screen_log(replace(log, claim="counts"), plan())
        assert caught.value.code == "screening.no-samples"


class TestTrail:
    def test_written_and_read_again(self, log):
        trail = find_trail(log)
        assert parse_trail(json.loads(json.dumps(trail.to_dict()))) == trail
        assert isinstance(trail, Trail)
        assert trail.design == design_of(plan().document)

    @pytest.mark.parametrize(
        ("key", "value"),
        [
            ("format", 2),
            ("format", True),
            ("plan", 3),
            ("plan", {"id": "x"}),
            ("plan", {"id": "x", "sha256": 3}),
            ("decision", {}),
            ("decision", {"question": "q", "place": True, "against": 1}),
            ("decision", {"question": "q", "place": 10**400, "against": 1}),
            ("order_sha256", None),
            ("table_sha256", 3),
            ("in_order", 1),
            ("more", 1),
        ],
    )
    def test_one_that_cannot_be(self, log, key, value):
        with pytest.raises(Error) as caught:
            parse_trail(find_trail(log).to_dict() | {key: value})
        assert caught.value.code == "screening.trail"
