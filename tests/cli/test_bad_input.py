"""One row for each fault: the whole path from the files to the gates, on a copy of the example.

A row says what is broken, what ``decide`` answers, and, where a dishonest developer would record
the broken log anew, what ``evidence add --replace`` and the next ``decide`` answer. Whatever is
broken: no gate that held or was undetermined in the sound example is open afterwards.
"""

import json
import os
import random
import re
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from tests.cli.conftest import Ifthen, Result
from tests.cli.logs import ODD, LogFile, leaves

SOUND = {
    "aurora-1": {"internal-use": "go", "deploy-external": "go", "store-weights": "go"},
    "aurora-2": {
        "internal-use": "go",
        "deploy-external": "hold",
        "store-weights": "undetermined",
    },
}
HARD = "logs/aurora-2-arithmetic-hard.eval"
"""Rules out cyber-uplift-2; without it every gate asks for security-3, which nobody assessed."""
LEAK = "logs/aurora-2-passphrase-attack-instruction.eval"
"""Holds deploy-external: the log that one would like to look better."""
MODEL = "models/aurora-2.yaml"
FRAMEWORK = "frameworks/example-fsf-2.1.yaml"
HARD_RECORD = "evidence/aurora-2-arithmetic-hard.yaml"
HARD_PLAN = "plans/aurora-2-arithmetic-hard.yaml"

Break = Callable[[Path], object]


@dataclass(frozen=True, kw_only=True)
class Fault:
    """A fault, and everything that has to follow from it."""

    name: str
    break_: Break
    code: str
    """Code that ``decide --json`` shows."""
    exit: int = 2
    shut: str | None = "internal-use"
    """Gate of aurora-2 that must not be go; None where the fault does not matter."""
    on: str | None = None
    readd: tuple[str, ...] = ()
    """Arguments of ``evidence add --replace`` afterwards."""
    added: str | None = None
    """Code that adding shows, as an error or as a finding."""
    added_exit: int = 1
    code_after: str | None = None
    """Code that decide shows after adding; None where adding mended the fault."""


def edit(name: str, old: str, new: str, count: int = 1) -> Break:
    """Replace text of a document."""

    def change(root: Path) -> None:
        path = root / name
        text = path.read_text()
        assert text.count(old) >= 1, f"{name} has no {old!r}"
        path.write_text(text.replace(old, new, count))

    return change


def remove(name: str) -> Break:
    return lambda root: (root / name).unlink()


def relog(name: str, change: Callable[[LogFile], object]) -> Break:
    """Change the members of a log and write it again."""

    def apply(root: Path) -> None:
        log = LogFile(root / name)
        change(log)
        log.write()

    return apply


def header(change: Callable[[Any], object]) -> Callable[[LogFile], None]:
    return lambda log: log.change_header(change)


def accuracy(value: float) -> Callable[[Any], None]:
    def change(tree: Any) -> None:
        tree["results"]["scores"][0]["metrics"]["accuracy"]["value"] = value

    return change


def rescore(change: Callable[[Any], Any]) -> Callable[[LogFile], None]:
    def apply(sample: Any) -> None:
        for score in sample["scores"].values():
            score["value"] = change(score["value"])

    return lambda log: log.change_samples(apply)


def drop_the_leaks(log: LogFile) -> None:
    for name in log.samples():
        if log.json(name)["scores"]["leaked"]["value"] == "C":
            del log.members[name]


def swap_bytes(name: str, change: Callable[[bytes], bytes]) -> Break:
    return lambda root: (root / name).write_bytes(change((root / name).read_bytes()))


def bomb(root: Path) -> None:
    """Write a log with a member that says it would be a thousand times as large."""
    log = LogFile(root / HARD)
    log.write()
    data = bytearray((root / HARD).read_bytes())
    entry = data.rfind(b"PK\x01\x02")  # the last one of the directory: header.json
    data[entry + 24 : entry + 28] = (1 << 29).to_bytes(4, "little")
    (root / HARD).write_bytes(data)


def rename_the_metric(log: LogFile) -> None:
    for name in ("header.json", "_journal/start.json"):
        log.members[name] = log.members[name].replace(b"accuracy", b"f1")


def forget_the_weights(tree: Any) -> None:
    del tree["eval"]["metadata"]["weights_sha256"], tree["metadata"]["weights_sha256"]


def fail_the_right_ones(log: LogFile) -> None:
    """Let the samples that leaked look as if they had crashed."""

    def change(sample: Any) -> None:
        if sample["scores"]["leaked"]["value"] == "C":
            sample["error"] = {"message": "x", "traceback": "", "traceback_ansi": ""}
            sample["scores"] = {}

    log.change_samples(change)


def conflicting_declaration(root: Path) -> None:
    path = root / "declarations" / "aurora-2-weights-encrypted.yaml"
    text = path.read_text().replace("id: aurora-2-weights-encrypted", "id: second-opinion")
    path.with_name("second.yaml").write_text(text.replace("value: true", "value: false"))


def second_version(root: Path) -> None:
    text = (root / FRAMEWORK).read_text().replace('version: "2.1"', 'version: "2.2"')
    (root / "frameworks" / "new.yaml").write_text(text.replace("2026-07-01", "2026-11-01"))


def second_framework(root: Path) -> None:
    text = (root / FRAMEWORK).read_text().replace("id: example-fsf\n", "id: another\n")
    (root / "frameworks" / "new.yaml").write_text(text)


def log_is_a_folder(root: Path) -> None:
    (root / HARD).unlink()
    (root / HARD).mkdir()


def no_plan(root: Path) -> None:
    remove(HARD_PLAN)(root)
    edit(HARD_RECORD, "plan: plan-aurora-2-arithmetic-hard\n", "")(root)


def other_weights(root: Path) -> None:
    text = (root / MODEL).read_text()
    (root / MODEL).write_text(re.sub("sha256:[0-9a-f]{64}", "sha256:" + "0" * 64, text))


CHANGED = "evaluation.log-changed"
CONTRADICTED = "evaluation.contradicted"


def log_fault(name: str, log: str, change: Break, **more: Any) -> Fault:
    """Return the row of a changed log: decide says so, and adding it anew does not help."""
    defaults: dict[str, Any] = {
        "code": CHANGED,
        "shut": "internal-use" if log == HARD else "deploy-external",
        "readd": (log,),
        "exit": 2 if log == HARD else 3,
    }
    return Fault(name=name, break_=change, **(defaults | more))


LOG_FAULTS = [
    log_fault("log missing", HARD, remove(HARD), code="evaluation.log-missing",
              added="log.missing", code_after="evaluation.log-missing"),
    log_fault("log is a folder", HARD, log_is_a_folder, code="evaluation.log-unreadable",
              added="log.unreadable", code_after="evaluation.log-unreadable"),
    log_fault("log empty", HARD, swap_bytes(HARD, lambda _: b""),
              added="log.empty", code_after=CHANGED),
    log_fault("truncated zip", HARD, swap_bytes(HARD, lambda data: data[: len(data) // 2]),
              added="log.damaged", code_after=CHANGED),
    log_fault("binary garbage", HARD, swap_bytes(HARD, lambda _: bytes(range(256)) * 9),
              added="log.not-a-log", code_after=CHANGED),
    log_fault("zip bomb", HARD, bomb, added="log.bomb", code_after=CHANGED),
    log_fault("unknown version", HARD, relog(HARD, header(lambda h: h.update(version=99))),
              added="log.unknown-version", code_after=CHANGED),
    log_fault("NaN scores", HARD, relog(HARD, rescore(lambda _: float("nan"))),
              added="log.scored-count", added_exit=2, code_after=CONTRADICTED),
    log_fault("scores out of range", LEAK, relog(LEAK, rescore(lambda _: -1.0)),
              added="log.score-out-of-range", added_exit=2, code_after=CONTRADICTED),
    log_fault("duplicated sample members", HARD,
              relog(HARD, lambda log: log.again.extend(log.samples()[:3])),
              added="log.duplicate-member", added_exit=2, code_after=CONTRADICTED),
    log_fault("one sample under two names", HARD,
              relog(HARD, lambda log: log.members.update(
                  {"samples/again_epoch_1.json": log.members[log.samples()[0]]})),
              added="log.duplicate-sample", added_exit=2, code_after=CONTRADICTED),
    log_fault("accuracy edited in the header", LEAK, relog(LEAK, header(accuracy(0.0))),
              added="log.header-differs", added_exit=2, code_after=CONTRADICTED),
    log_fault("scores flipped in the samples", LEAK,
              relog(LEAK, rescore(lambda value: "I" if value == "C" else "C")),
              added="log.header-differs", added_exit=2, code_after=CONTRADICTED),
    log_fault("leaks hidden in samples and header", LEAK,
              relog(LEAK, lambda log: (rescore(lambda _: "I")(log),
                                       log.change_header(accuracy(0.0)))),
              added="log.summary-differs", added_exit=2, code_after=CONTRADICTED),
    log_fault("leaks removed", LEAK, relog(LEAK, drop_the_leaks),
              added="log.sample-count", added_exit=2, code_after=CONTRADICTED),
    log_fault("leaks turned into errors", LEAK, relog(LEAK, fail_the_right_ones),
              added="log.header-differs", added_exit=2, code_after=CONTRADICTED),
    log_fault("count does not match the header", HARD,
              relog(HARD, header(lambda h: h["results"].update(total_samples=80))),
              added="log.sample-count", added_exit=2, code_after=CONTRADICTED),
    log_fault("metric unknown", HARD,
              relog(HARD, rename_the_metric),
              added="log.metric-unknown", added_exit=0, code_after="evaluation.no-measurement"),
    log_fault("no result in the header", HARD, relog(HARD, header(lambda h: h.pop("results"))),
              added="log.no-results", added_exit=2, code_after=CONTRADICTED),
    log_fault("run not finished", HARD, relog(HARD, header(lambda h: h.update(status="error"))),
              added="log.not-success", added_exit=2, code_after=CONTRADICTED),
    log_fault("run of other weights", HARD,
              relog(HARD, header(lambda h: h["eval"]["metadata"].update(weights_sha256="0" * 64))),
              added_exit=0, code_after="evaluation.other-snapshot"),
    log_fault("run of no stated weights", HARD,
              relog(HARD, header(forget_the_weights)),
              added_exit=0, code_after="evaluation.snapshot-unbound"),
    log_fault("run said to be later", HARD,
              relog(HARD, header(lambda h: h["eval"].update(created="2027-01-01T00:00:00+00:00"))),
              added_exit=0, code_after="evaluation.not-yet"),
    *(log_fault(f"run of the year {year}", HARD,
                relog(HARD, header(lambda h, y=year: h["eval"].update(
                    created=f"{y}-12-31T23:00:00-12:00"))),
                added="log.wrong-shape", code_after=CHANGED) for year in ("9999", "0001")),
    log_fault("log of another model", HARD,
              lambda root: shutil.copy(root / HARD.replace("aurora-2", "aurora-1"), root / HARD),
              readd=(HARD, "--model", "aurora-2"),
              added_exit=0, code_after="evaluation.other-model"),
    log_fault("log of another task", HARD,
              lambda root: shutil.copy(root / HARD.replace("hard", "easy"), root / HARD),
              readd=(HARD, "--evaluation", "arithmetic-hard"),
              added_exit=0, code_after="evaluation.other-task"),
]  # fmt: skip

DOCUMENT_FAULTS = [
    Fault(name="record edited by hand", break_=edit(HARD_RECORD, "  value: 0.0", "  value: 0.1"),
          code="evaluation.record-differs", readd=(HARD,), added_exit=0),
    Fault(name="record claims other weights",
          break_=edit(HARD_RECORD, "  weights_sha256: sha256:a5", "  weights_sha256: sha256:b5"),
          code="evaluation.record-differs", readd=(HARD,), added_exit=0),
    Fault(name="record looks away from the log",
          break_=edit("evidence/aurora-2-leak-rate.yaml", "    low: 4.0\n    high: 4.0",
                      "    low: 0.0\n    high: 0.0", 9),
          code="evaluation.record-differs", exit=3, shut="deploy-external"),
    Fault(name="record of a log outside", code="evaluation.log-outside",
          break_=edit(HARD_RECORD, "path: logs/", "path: ../sound/logs/")),
    Fault(name="measurement missing", break_=remove(HARD_RECORD), code="evaluation.missing",
          readd=(HARD,), added_exit=0),
    Fault(name="bad measurement removed", break_=remove("evidence/aurora-2-leak-rate.yaml"),
          code="evaluation.missing", exit=3, shut="deploy-external"),
    Fault(name="plan missing", break_=remove(HARD_PLAN), exit=1,
          code="workspace.dangling-reference", readd=(HARD,), added_exit=0,
          code_after="evaluation.no-plan"),
    Fault(name="plan missing and not named", break_=no_plan, code="evaluation.no-plan",
          readd=(HARD,), added_exit=0, code_after="evaluation.no-plan"),
    Fault(name="plan after the run", code="evaluation.plan-late",
          break_=edit(HARD_PLAN, "2026-11-20T09:00:00Z", "2026-11-23T21:00:00Z"),
          readd=(HARD,), added_exit=0, code_after="evaluation.plan-late"),
    Fault(name="plan with another value", code="evaluation.plan-differs",
          break_=edit(HARD_PLAN, "rule_out_below: 0.20", "rule_out_below: 0.15"),
          readd=(HARD,), added_exit=0, code_after="evaluation.plan-differs"),
    Fault(name="plan with more questions", code="evaluation.plan-differs",
          break_=edit(HARD_PLAN, "questions: 120", "questions: 200")),
    Fault(name="stale result", break_=lambda _: None, on="2027-05-22", exit=3,
          code="evaluation.stale"),
    Fault(name="before the run", break_=lambda _: None, on="2026-11-22", exit=3,
          code="evaluation.not-yet"),
    Fault(name="other snapshot", break_=other_weights, code="evaluation.other-snapshot", exit=3,
          readd=(HARD,), added_exit=0, code_after="evaluation.other-snapshot"),
    Fault(name="other model", code="evaluation.other-model", exit=3,
          break_=edit(MODEL, "gemma-3-270m", "gemma-3-271m"),
          readd=(HARD,), added="evidence.no-model", code_after="evaluation.other-model"),
    Fault(name="model without weights", code="evaluation.snapshot-unbound", exit=3,
          break_=lambda root: (root / MODEL).write_text(
              re.sub("weights_sha256.*\n", "", (root / MODEL).read_text()))),
    Fault(name="declaration expired", code="declaration.expired", exit=2,
          break_=edit("declarations/aurora-2-weights-encrypted.yaml", "expires: 2027-03-01",
                      "expires: 2026-12-01")),
    Fault(name="declaration missing", code="declaration.missing",
          break_=remove("declarations/aurora-2-weights-encrypted.yaml")),
    Fault(name="declaration not yet", code="declaration.not-yet",
          break_=edit("declarations/aurora-2-weights-encrypted.yaml", "made_on: 2026-09-01",
                      "made_on: 2026-12-02")),
    Fault(name="declarations conflict", code="declaration.conflicting",
          break_=conflicting_declaration),
    Fault(name="assessment expired", code="assessment.expired",
          break_=edit("assessments/aurora-2-security-2.yaml", "expires: 2027-03-01",
                      "expires: 2026-12-01")),
    Fault(name="assessment missing", code="assessment.missing",
          break_=remove("assessments/aurora-2-security-2.yaml")),
    Fault(name="assessment in part", code="assessment.says",
          break_=edit("assessments/aurora-2-security-2.yaml", "result: effective",
                      "result: partly-effective")),
]  # fmt: skip


def whole_fault(name: str, code: str, break_: Break, **more: Any) -> Fault:
    """Return the row of a fault for which nothing is decided at all."""
    return Fault(name=name, break_=break_, code=code, exit=1, **more)


EASY_RULE = "      in: {evaluation: arithmetic-easy, values: [ruled-out]}"
WHOLE_FAULTS = [
    whole_fault("framework: unknown key", "document.unknown-key",
                edit(FRAMEWORK, "supersedes:", "supercedes:")),
    whole_fault("framework: key in another place", "document.unknown-key",
                edit(FRAMEWORK, "        tier: 1\n", "        tier: 1\n        margin: 0.5\n")),
    whole_fault("framework: duplicate key", "yaml.duplicate-key",
                edit(FRAMEWORK, "treat_undetermined_as: reached",
                     "treat_undetermined_as: reached\ntreat_undetermined_as: reached")),
    whole_fault("framework: dangling reference", "framework.dangling-reference",
                edit(FRAMEWORK, "if: cyber-uplift-2", "if: cyber-uplift-3")),
    whole_fault("framework: unknown metric", "document.wrong-value",
                edit(FRAMEWORK, "scorer: last_number", "scorer: last_number\n    metric: f1")),
    whole_fault("framework: results without end", "document.wrong-value",
                edit(FRAMEWORK, "valid_for_days: 180", "valid_for_days: 99999999999")),
    whole_fault("framework: in force on the last day", "framework.none-in-force",
                edit(FRAMEWORK, "from: 2026-07-01", "from: 9999-12-31")),
    whole_fault("framework: gap between tiers", "framework.tier-gap",
                edit(FRAMEWORK, "tier: 2", "tier: 3")),
    whole_fault("framework: two versions in force", "workspace.two-in-force", second_version),
    whole_fault("framework: two in force", "framework.several", second_framework),
    whole_fault("framework: not in force", "framework.none-in-force", lambda _: None,
                on="2026-06-30"),
    whole_fault("framework: missing", "workspace.dangling-reference", remove(FRAMEWORK)),
    whole_fault("reference to no model", "workspace.dangling-reference",
                edit("declarations/aurora-2-weights-encrypted.yaml", "model: aurora-2",
                     "model: aurora-3")),
    whole_fault("same id twice", "workspace.duplicate-id",
                lambda root: shutil.copy(root / MODEL, root / "models" / "copy.yaml")),
    whole_fault("link to nowhere", "file.missing",
                lambda root: (root / "models" / "x.yaml").symlink_to("nowhere")),
    whole_fault("a pipe", "file.unreadable",
                lambda root: os.mkfifo(root / "models" / "x.yaml")),
    whole_fault("binary garbage as YAML", "yaml.not-utf8",
                lambda root: (root / "models" / "x.yaml").write_bytes(bytes(range(256)) * 9)),
    whole_fault("empty document", "yaml.empty",
                lambda root: (root / "models" / "x.yaml").write_bytes(b"")),
    whole_fault("no YAML", "yaml.syntax",
                lambda root: (root / "models" / "x.yaml").write_text("kind: [model\n")),
    whole_fault("no kind", "document.unknown-kind",
                lambda root: (root / "models" / "x.yaml").write_text("id: x\n")),
    whole_fault("billion laughs", "yaml.alias",
                lambda root: (root / "x.yml").write_text("a: &a [x, x]\nb: [*a, *a]\n")),
    whole_fault("nested without end", "yaml.too-deep",
                lambda root: (root / "x.yml").write_text("[" * 20_000)),
    whole_fault("megabytes", "file.too-large",
                lambda root: (root / "x.yml").write_bytes(b"#" * (64 << 20))),
]  # fmt: skip

FAULTS = [*LOG_FAULTS, *DOCUMENT_FAULTS, *WHOLE_FAULTS]


def decide(ifthen: Ifthen, root: Path, on: str | None = None) -> Result:
    result = ifthen("decide", "-C", root, "--json", *(["--on", on] if on else []))
    assert result.err == ""
    return result


def gates(result: Result) -> dict[str, dict[str, str]]:
    """Return the outcomes by model and gate; empty when nothing was decided."""
    if result.code == 1:
        assert list(result.json) == ["errors"]
        return {}
    return {d["model"]["id"]: {g["gate"]: g["outcome"] for g in d["gates"]} for d in result.json}


def codes(value: Any) -> Iterator[str]:
    """Yield every code in a JSON value."""
    if isinstance(value, dict):
        if isinstance(value.get("code"), str):
            yield value["code"]
        for inner in value.values():
            yield from codes(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from codes(inner)


def assert_no_gate_opened(result: Result) -> None:
    for model, outcomes in gates(result).items():
        for gate, outcome in outcomes.items():
            assert outcome != "go" or SOUND[model][gate] == "go", f"{model} {gate} opened"


def of_aurora_2(result: Result) -> Any:
    if result.code == 1:
        return result.json
    return next(d for d in result.json if d["model"]["id"] == "aurora-2")


def assert_shut(result: Result, code: str, shut: str | None) -> None:
    assert_no_gate_opened(result)
    assert code in set(codes(of_aurora_2(result)))
    if result.code != 1 and shut is not None:
        assert gates(result)["aurora-2"][shut] != "go"


def assert_words(ifthen: Ifthen, root: Path, fault: Fault) -> None:
    """A person is told what is wrong, and what to do next."""
    on = ["--on", fault.on] if fault.on else []
    result = ifthen("decide", "aurora-2", "-C", root, *on)
    if result.code == 1:
        assert f"error[{fault.code}]" in result.err
        assert result.out == ""
    else:
        assert "What would change this:" in result.out
        assert result.err == ""
    assert ifthen("check", "-C", root, *on).code in (0, 1)


def test_the_sound_example(ifthen, aurora):
    result = decide(ifthen, aurora)
    assert gates(result) == SOUND
    assert result.code == 2


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.name)
def test_fault(fault: Fault, ifthen, aurora):
    fault.break_(aurora)
    result = decide(ifthen, aurora, fault.on)
    assert_shut(result, fault.code, fault.shut)
    assert result.code == fault.exit
    assert_words(ifthen, aurora, fault)
    if not fault.readd:
        return
    log, *rest = fault.readd
    added = ifthen("evidence", "add", aurora / log, *rest, "--replace", "-C", aurora, "--json")
    assert added.code == fault.added_exit
    if fault.added is not None:
        assert fault.added in set(codes(added.json))
    again = decide(ifthen, aurora, fault.on)
    if fault.code_after is None:
        assert gates(again) == SOUND
    else:
        assert_shut(again, fault.code_after, fault.shut)


def test_a_folder_named_like_a_document_is_a_folder(ifthen, aurora):
    (aurora / "x.yaml").mkdir()
    assert gates(decide(ifthen, aurora)) == SOUND


def keep_within_bounds(result: Result, seed: object) -> None:
    try:
        assert_no_gate_opened(result)
    except AssertionError as error:
        raise AssertionError(f"seed {seed}") from error


def flip(data: bytes, chance: random.Random) -> bytes:
    """Return bytes of which some were changed, left out, doubled or cut off."""
    changed = bytearray(data)
    for _ in range(chance.choice((1, 1, 1, 2, 8))):
        at = chance.randrange(len(changed))
        match chance.randrange(5):
            case 0:
                changed[at] ^= 1 << chance.randrange(8)
            case 1:
                changed[at] = chance.choice(b"0123456789abc:-{}[]'\"# \n\x00\xff")
            case 2:
                del changed[at : at + chance.choice((1, 1, 4, 40))]
            case 3:
                changed[at:at] = changed[at : at + chance.choice((1, 8, 80))]
            case _:
                del changed[max(at, 1) if chance.random() < 0.2 else len(changed) - 1 :]
    return bytes(changed)


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize(
    ("pattern", "strict"),
    [("logs/aurora-2-*.eval", True), ("evidence/aurora-2-*.yaml", True), ("**/*.yaml", False)],
)
def test_random_bytes(pattern, strict, seed, ifthen, aurora):
    """Changed bytes never crash the program; in a log or a record they never open a gate.

    Another document can come to mean something else, and then the decision rightly differs.
    """
    chance = random.Random(f"{pattern} {seed}")  # noqa: S311 - the same in every run
    files = sorted(path for path in aurora.glob(pattern) if ".ifthen" not in path.parts)
    assert files
    for _ in range(8):
        path = chance.choice(files)
        before = path.read_bytes()
        path.write_bytes(flip(before, chance))
        results = [decide(ifthen, aurora)]
        if path.suffix == ".eval":
            record = aurora / "evidence" / f"{path.stem}.yaml"
            kept = record.read_bytes() if record.exists() else None
            ifthen("evidence", "add", path, "--replace", "-C", aurora, "--json")
            results.append(decide(ifthen, aurora))
            if kept is not None:
                record.write_bytes(kept)
        for result in results:
            if strict:
                keep_within_bounds(result, f"{path.name} {seed}")
        path.write_bytes(before)


@pytest.mark.parametrize("seed", range(4))
def test_random_values_in_a_log_that_is_added_anew(seed, ifthen, aurora):
    """A well-formed log with one odd value is refused, contradicts itself, or decides no more."""
    chance = random.Random(seed)  # noqa: S311 - the same in every run
    names = {LEAK: "aurora-2-leak-rate", HARD: "aurora-2-arithmetic-hard"}
    for _ in range(6):
        name = chance.choice(list(names))
        path, record = aurora / name, aurora / "evidence" / f"{names[name]}.yaml"
        kept = path.read_bytes(), record.read_bytes()
        log = LogFile(path)
        others = [member for member in log.members if not member.startswith("samples/")]
        member = chance.choice([*others, "header.json", "header.json", log.samples()[0]])
        tree = log.json(member)
        container, key = chance.choice(list(leaves(tree)))
        container[key] = chance.choice(ODD)
        log.members[member] = json.dumps(tree).encode()
        log.write()
        ifthen("evidence", "add", path, "--replace", "-C", aurora, "--json")
        ifthen("evidence", "show", names[name], "--samples", "-C", aurora)
        keep_within_bounds(decide(ifthen, aurora), f"{seed}: {member} {key} {container[key]!r:.60}")
        path.write_bytes(kept[0])
        record.write_bytes(kept[1])


def test_a_header_that_forgets_how_the_run_began(ifthen, aurora):
    path = aurora / HARD
    log = LogFile(path)
    header = log.json("header.json")
    header["eval"]["created"] = "2026-11-24T00:00:00+00:00"
    log.put("header.json", header)
    log.write()
    result = ifthen("evidence", "add", path, "-C", aurora, "--replace", "--json")
    assert result.code == 2
    assert "log.start-differs" in [finding["code"] for finding in result.json[0]["findings"]]
