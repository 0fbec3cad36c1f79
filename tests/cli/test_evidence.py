"""``ifthen evidence``: add, read, show."""

import shutil
import tomllib
from dataclasses import replace
from pathlib import Path

import pytest
from tests.cli.logs import LogFile
from tests.evidence import bundle

from ifthen.cli import evidence
from ifthen.evidence.formats import FORMATS
from ifthen.evidence.reading import read_log

HARD = "aurora-2-arithmetic-hard"


def rerun(aurora, name: str = HARD, to: str = "second") -> object:
    """Write a log that differs in a byte that does not matter: another run."""
    log = LogFile(aurora / "logs" / f"{name}.eval")
    log.change_header(lambda tree: tree["eval"].update(run_id=to))
    log.path = aurora / "logs" / f"{to}.eval"
    log.write()
    return log.path


def test_add_finds_evaluation_model_and_plan(ifthen, aurora):
    for record in (aurora / "evidence").iterdir():
        record.unlink()
    logs = sorted(
        path
        for path in (aurora / "logs").iterdir()
        if path.name != "aurora-1-passphrase-attack-instruction.eval"
    )
    result = ifthen("evidence", "add", *logs, "-C", aurora, "--json")
    assert (result.code, result.err) == (0, "")
    found = {(x["path"], x["model"], x["evaluation"], x["plan"]) for x in result.json}
    pairs = [
        *(("aurora-1", x) for x in ("arithmetic-easy", "arithmetic-hard")),
        *(("aurora-1", x) for x in ("popularity", "theory-of-mind")),
        *(("aurora-2", x) for x in ("arithmetic-easy", "arithmetic-hard", "leak-rate")),
        *(("aurora-2", x) for x in ("leak-rate-filtered", "popularity", "theory-of-mind")),
    ]
    assert found == {(f"evidence/{m}-{e}.yaml", m, e, f"plan-{m}-{e}") for m, e in pairs}
    assert {x["recorded_by"] for x in result.json} == {"R. Marsh"}
    assert ifthen("decide", "-C", aurora).code == 2
    assert ifthen("decide", "aurora-1", "-C", aurora).code == 0


def test_add_in_words(ifthen, aurora):
    log = aurora / "logs" / f"{HARD}.eval"
    result = ifthen("evidence", "add", log, "--replace", "-C", aurora)
    assert (result.code, result.err) == (0, "")
    assert result.out.splitlines()[0] == f"evidence/{HARD}.yaml"
    assert "measured  last_number/accuracy 0, stated 0 over 120 questions in 24" in result.out


def test_an_exclusion_is_shown_with_its_reason_and_effect(ifthen, aurora):
    log = aurora / "logs" / "aurora-2-arithmetic-easy.eval"
    right = [x.id for x in read_log(log).samples if x.scores["last_number"].value == "C"][:20]
    exclude = [part for x in right for part in ("--exclude", f"{x}=two answers are right")]
    shown = ifthen("evidence", "add", log, "--replace", "-C", aurora, *exclude)
    assert (shown.code, shown.err) == (0, "")
    for printed in (shown.out, ifthen("evidence", "show", log.stem, "-C", aurora).out):
        text = " ".join(printed.split())
        assert "last_number/accuracy 0.65, stated 0.65 over 120 questions in 24 clusters; " in text
        assert "clusters; 0.58 over 100 without the excluded" in text
        assert all(f"excluded {x}: two answers are right" in text for x in right)
    unknown = ifthen("evidence", "add", log, "--replace", "-C", aurora, "--exclude", "x=y")
    assert unknown.code == 2
    assert "contradiction [log.exclusion-unknown]" in unknown.out
    plain = ifthen("evidence", "show", "aurora-2-popularity", "-C", aurora).out
    assert "excluded" not in plain


def test_add_replaces_only_on_request(ifthen, aurora):
    log, record = aurora / "logs" / f"{HARD}.eval", aurora / "evidence" / f"{HARD}.yaml"
    before = record.read_bytes()
    result = ifthen("evidence", "add", log, "-C", aurora, "--by", "Ada", "--json")
    assert result.error_codes == ["file.exists"]
    assert "--replace" in result.json["errors"][0]["hint"]
    assert record.read_bytes() == before
    assert ifthen("evidence", "add", log, "-C", aurora, "--by", "Ada", "--replace").code == 0
    assert b"recorded_by: Ada\n" in record.read_bytes()


def test_add_replaces_a_record_where_it_stands(ifthen, aurora):
    log, record = aurora / "logs" / f"{HARD}.eval", aurora / "elsewhere.yml"
    (aurora / "evidence" / f"{HARD}.yaml").rename(record)
    arguments = ["evidence", "add", log, "-C", aurora, "--by", "Ada", "--json"]
    assert ifthen(*arguments).error_codes == ["file.exists"]
    assert [x["path"] for x in ifthen(*arguments, "--replace").json] == ["elsewhere.yml"]
    assert b"recorded_by: Ada\n" in record.read_bytes()
    assert ifthen("check", "-C", aurora).code == 0


def test_add_never_replaces_another_record(ifthen, aurora):
    (aurora / "evidence" / f"{HARD}.yaml").unlink()
    other = aurora / "evidence" / "aurora-2-popularity.yaml"
    before = other.read_bytes()
    other.rename(aurora / "evidence" / f"{HARD}.yaml")
    log = aurora / "logs" / f"{HARD}.eval"
    result = ifthen("evidence", "add", log, "-C", aurora, "--replace", "--json")
    assert result.error_codes == ["file.exists"]
    assert (aurora / "evidence" / f"{HARD}.yaml").read_bytes() == before


def test_a_second_run_needs_a_name_and_never_outweighs_the_first(ifthen, aurora):
    easy = aurora / "logs" / "aurora-2-arithmetic-easy.eval"
    before = ifthen("decide", "aurora-2", "-C", aurora, "--json").json
    path = rerun(aurora)
    assert ifthen("evidence", "add", path, "-C", aurora, "--json").error_codes == ["file.exists"]
    both = ["evidence", "add", easy, path, "-C", aurora, "--replace", "--json"]
    assert ifthen(*both, "--evaluation", "arithmetic-hard").error_codes == ["evidence.same-id"]
    result = ifthen("evidence", "add", path, "-C", aurora, "--id", "second-run", "--json")
    assert [x["path"] for x in result.json] == ["evidence/second-run.yaml"]
    after = ifthen("decide", "aurora-2", "-C", aurora, "--json").json
    hard = next(e for e in after["evaluations"] if e["evaluation"] == "arithmetic-hard")
    assert [m["evidence"]["id"] for m in hard["measured"]] == [HARD, "second-run"]
    assert [g["outcome"] for g in after["gates"]] == [g["outcome"] for g in before["gates"]]


def test_one_log_is_not_two_runs(ifthen, aurora):
    copy = aurora / "logs" / "copy.eval"
    shutil.copy(aurora / "logs" / f"{HARD}.eval", copy)
    result = ifthen("evidence", "add", copy, "-C", aurora, "--id", "second-run", "--json")
    assert result.error_codes == ["evidence.same-log"]


def test_all_logs_are_added_or_none(ifthen, aurora):
    record = aurora / "evidence" / f"{HARD}.yaml"
    record.unlink()
    broken = aurora / "logs" / "broken.eval"
    broken.write_bytes(b"x")
    arguments = ["evidence", "add", aurora / "logs" / f"{HARD}.eval", "-C", aurora, "--json"]
    assert ifthen(*arguments, broken).error_codes == ["log.not-a-log"]
    easy = aurora / "logs" / "aurora-2-arithmetic-easy.eval"
    assert ifthen(*arguments, easy).error_codes == ["file.exists"]
    assert not record.exists()


ATTACK = "aurora-1-passphrase-attack-instruction"


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["--model", "aurora-9"], "model.unknown"),
        (["--model", "../x"], "model.unknown"),
        (["--plan", "plan-aurora-9"], "plan.unknown"),
        (["--evaluation", "arithmetic-herd"], "evidence.no-evaluation"),
        (["--framework", "x"], "framework.unknown"),
        (["--by", "two\nlines"], "evidence.value"),
        (["--by", "x" * 301], "evidence.value"),
        (["--id", "../x"], "evidence.value"),
        (["--id", "Large"], "evidence.value"),
        (["--id", "x" * 81], "evidence.value"),
        (["--on", "2026-06-30"], "framework.none-in-force"),
    ],
)
def test_add_refuses_what_leads_nowhere(arguments, code, ifthen, aurora):
    before = sorted(aurora.rglob("*"))
    log = aurora / "logs" / f"{HARD}.eval"
    result = ifthen("evidence", "add", log, "-C", aurora, "--replace", *arguments, "--json")
    assert result.error_codes == [code]
    assert result.json["errors"][0]["hint"]
    assert sorted(aurora.rglob("*")) == before


def test_add_does_not_guess_between_models_or_evaluations(ifthen, aurora):
    model = aurora / "models" / "aurora-2.yaml"
    text = model.read_text().replace("id: aurora-2", "id: aurora-3")
    (aurora / "models" / "aurora-3.yaml").write_text(text)
    log = aurora / "logs" / f"{HARD}.eval"
    arguments = ["evidence", "add", log, "-C", aurora, "--json"]
    result = ifthen(*arguments)
    assert result.error_codes == ["evidence.several-models"]
    assert "--model" in result.json["errors"][0]["hint"]
    assert ifthen(*arguments, "--model", "aurora-3").json[0]["id"] == "aurora-3-arithmetic-hard"
    framework = aurora / "frameworks" / "example-fsf-2.1.yaml"
    text = framework.read_text()
    assert "task: arithmetic_easy" in text
    framework.write_text(text.replace("task: arithmetic_easy", "task: arithmetic_hard"))
    result = ifthen(*arguments, "--model", "aurora-3")
    assert result.error_codes == ["evidence.several-evaluations"]
    assert "--evaluation" in result.json["errors"][0]["hint"]


def test_add_of_an_unknown_task_or_model(ifthen, aurora):
    log = LogFile(aurora / "logs" / f"{HARD}.eval")
    log.change_header(lambda tree: tree["eval"].update(task="sudoku"))
    log.write()
    arguments = ["evidence", "add", log.path, "-C", aurora, "--replace", "--json"]
    assert ifthen(*arguments).error_codes == ["evidence.no-evaluation"]
    log.change_header(lambda tree: tree["eval"].update(task="arithmetic_hard", model="x/y"))
    log.write()
    result = ifthen(*arguments)
    assert result.error_codes == ["evidence.no-model"]
    assert "names_in_logs" in result.json["errors"][0]["hint"]


def test_add_outside_the_workspace(ifthen, aurora, tmp_path):
    log = tmp_path / "far.eval"
    shutil.copy(aurora / "logs" / f"{HARD}.eval", log)
    result = ifthen("evidence", "add", log, "-C", aurora, "--json")
    assert result.error_codes == ["evidence.outside"]


def test_add_of_a_file_whose_name_no_record_can_hold(ifthen, aurora):
    log = aurora / "logs" / "two\nlines.eval"
    shutil.copy(aurora / "logs" / f"{HARD}.eval", log)
    result = ifthen("evidence", "add", log, "-C", aurora, "--replace", "--json")
    assert result.error_codes == ["evidence.value"]
    assert ifthen("evidence", "read", log).code == 0


def test_who_adds_it(ifthen, aurora, monkeypatch):
    def add() -> object:
        log = aurora / "logs" / f"{HARD}.eval"
        return ifthen("evidence", "add", log, "-C", aurora, "--replace", "--json")

    monkeypatch.delenv("IFTHEN_BY")
    monkeypatch.setattr(evidence.getpass, "getuser", lambda: "ada")
    assert add().json[0]["recorded_by"] == "ada"

    def fail():
        raise OSError("no such user")

    monkeypatch.setattr(evidence.getpass, "getuser", fail)
    result = add()
    assert result.error_codes == ["command.usage"]
    assert "--by" in result.json["errors"][0]["message"]


def test_read(ifthen, aurora):
    log = aurora / "logs" / f"{HARD}.eval"
    result = ifthen("evidence", "read", log, "--cluster-by", "family")
    assert (result.code, result.err) == (0, "")
    assert result.out.startswith(str(log))
    result = ifthen("evidence", "read", log, "--json")
    assert list(result.json) == ["log", "run", "samples", "measurements"]
    assert result.json["samples"]["total"] == 120
    changed = LogFile(log)
    changed.change_header(lambda tree: tree["results"].update(total_samples=7))
    changed.write()
    result = ifthen("evidence", "read", log)
    assert result.code == 2
    assert "contradiction [log.sample-count]" in result.out
    result = ifthen("evidence", "read", log, "--json")
    assert result.code == 2
    assert result.json["findings"][0]["code"] == "log.sample-count"


@pytest.fixture
def bundled(aurora, monkeypatch):
    """Return a log of two results in a copy of the example."""
    bundle.register(monkeypatch)
    model = read_log(aurora / "logs" / f"{HARD}.eval").run.model
    return bundle.write_bundle(aurora / "runs", task="arithmetic_hard", model=model)


def test_a_part_is_read_added_confirmed_and_listed(ifthen, aurora, bundled):
    result = ifthen("evidence", "read", bundled, "--json")
    assert result.error_codes == ["log.several-parts"]
    assert result.json["errors"][0]["hint"] == "name one with --part: first, second"
    assert "\n  part      second\n" in ifthen("evidence", "read", bundled, "--part", "second").out
    part = ["--part", "second", "--json"]
    assert ifthen("evidence", "read", bundled, *part).json["log"]["part"] == "second"
    (record,) = ifthen("evidence", "add", bundled, "-C", aurora, "--id", "b", *part).json
    assert (record["log"]["part"], record["samples"]["total"]) == ("second", 5)
    assert ifthen("evidence", "show", "b", "-C", aurora, "--json").json["confirmed"]
    rows = ifthen("evidence", "show", "b", "--samples", "-C", aurora, "--json").json
    assert [row["id"] for row in rows] == ["q1", "q2", "q3", "q4", "q5"]
    (aurora / "runs" / "x" / "second-1.jsonl").write_text("")
    result = ifthen("evidence", "show", "b", "--samples", "-C", aurora, "--json")
    assert result.error_codes == ["evaluation.log-changed"]


def test_a_part_of_a_log_with_one_result(ifthen, aurora):
    log = aurora / "logs" / f"{HARD}.eval"
    for command in (["read", log], ["add", log, "-C", aurora]):
        result = ifthen("evidence", *command, "--part", "x", "--json")
        assert result.error_codes == ["log.part-unknown"]


@pytest.mark.parametrize(
    ("claim", "words"), [("counts", "not from samples"), ("stated", "nothing stands behind")]
)
def test_numbers_without_samples_are_said_to_be(claim, words, ifthen, bundled, monkeypatch):
    original = bundle.read
    monkeypatch.setattr(bundle, "read", lambda *a: replace(original(*a), claim=claim))
    assert words in ifthen("evidence", "read", bundled, "--part", "first").out


def test_formats(ifthen, monkeypatch):
    bundle.register(monkeypatch)
    result = ifthen("evidence", "formats")
    assert (result.code, result.err) == (0, "")
    paragraphs = result.out.split("\n\n")
    assert [text.split()[0] for text in paragraphs] == list(FORMATS)
    assert paragraphs[-1].splitlines() == [
        "bundle  Bundle of the tests",
        "  claim     samples: every number is recomputed from what each sample scored",
        "  files     one .bundle file and a folder of the same name",
        "  parts     result: name one with --part",
        "  supports  every score recomputed",
        "  lacks     a beginning",
        "  needs     pip install 'ifthen[arrow]'",
    ]
    assert "parts" not in paragraphs[0]
    assert "needs" not in paragraphs[0]


def test_formats_for_programs_say_everything(ifthen):
    entries = ifthen("evidence", "formats", "--json").json
    assert [entry["name"] for entry in entries] == list(FORMATS)
    for entry in entries:
        known = FORMATS[entry["name"]]
        for name in ("title", "claim", "files", "extra"):
            assert entry[name] == getattr(known, name)
        for name in ("supports", "lacks", "main"):
            assert entry[name] == list(getattr(known, name))
        assert entry["parts"] == dict(known.parts)
        assert entry["claim"] in {"samples", "counts", "stated"}
        assert entry["supports"]
        assert entry["lacks"]


def test_every_extra_that_a_format_needs_exists():
    root = Path(__file__).parents[2]
    extras = tomllib.loads((root / "pyproject.toml").read_text())["project"][
        "optional-dependencies"
    ]
    assert {entry.extra for entry in FORMATS.values() if entry.extra} <= set(extras)


@pytest.mark.parametrize("place", ["nowhere.eval", "."])
def test_read_of_what_is_no_log(place, ifthen):
    result = ifthen("evidence", "read", place, "--json")
    assert result.error_codes == ["log.missing" if place != "." else "log.unreadable"]


def test_show_all(ifthen, aurora):
    result = ifthen("evidence", "show", "-C", aurora)
    assert (result.code, result.err) == (0, "")
    head, *rows = result.out.splitlines()
    assert head.split() == ["evidence", "model", "evaluation", "run", "samples", "log"]
    assert len(rows) == 10
    assert all(row.endswith("confirmed") for row in rows)
    values = ifthen("evidence", "show", "-C", aurora, "--json").json
    assert [x["confirmed"] for x in values] == [True] * 10


def test_show_one(ifthen, aurora):
    result = ifthen("evidence", "show", HARD, "-C", aurora)
    assert (result.code, result.err) == (0, "")
    assert result.out.startswith(f"{HARD}\n  task      arithmetic_hard   model openai-api/")
    value = ifthen("evidence", "show", HARD, "-C", aurora, "--json").json
    assert (value["id"], value["confirmed"]) == (HARD, True)
    assert "fault" not in value


def test_show_what_is_not_confirmed(ifthen, aurora):
    record = aurora / "evidence" / f"{HARD}.yaml"
    record.write_text(record.read_text().replace("  value: 0.0", "  value: 0.1"))
    result = ifthen("evidence", "show", HARD, "-C", aurora)
    assert result.code == 2
    assert "not confirmed [evaluation.record-differs]" in result.out
    value = ifthen("evidence", "show", HARD, "-C", aurora, "--json").json
    assert (value["confirmed"], value["fault"]["code"]) == (False, "evaluation.record-differs")
    assert ifthen("evidence", "show", "-C", aurora).code == 2


def test_show_unknown(ifthen, aurora):
    result = ifthen("evidence", "show", "aurora-2-arithmetic", "-C", aurora, "--json")
    assert result.error_codes == ["evidence.unknown"]
    assert "did you mean 'aurora-" in result.json["errors"][0]["hint"]


def test_samples(ifthen, aurora):
    result = ifthen("evidence", "show", "aurora-2-arithmetic-easy", "--samples", "-C", aurora)
    assert (result.code, result.err) == (0, "")
    head, *rows = result.out.splitlines()
    assert head.split() == ["sample", "epoch", "status", "scores"]
    assert len(rows) == 120
    assert sum(row.endswith("last_number C") for row in rows) == 78  # 0.65 of them
    rows = ifthen(
        "evidence", "show", "aurora-2-arithmetic-easy", "--samples", "-C", aurora, "--json"
    ).json
    assert len(rows) == 120
    assert all(list(row) == ["id", "epoch", "status", "scores", "where"] for row in rows)


@pytest.mark.parametrize("fault", ["changed", "outside"])
def test_samples_are_those_that_were_recorded(fault, ifthen, aurora, tmp_path):
    record, log = aurora / "evidence" / f"{HARD}.yaml", aurora / "logs" / f"{HARD}.eval"
    if fault == "changed":
        shutil.copy(aurora / "logs" / "aurora-1-arithmetic-hard.eval", log)
    else:
        log.rename(tmp_path / log.name)
        record.write_text(record.read_text().replace("path: logs/", "path: ../"))
    result = ifthen("evidence", "show", HARD, "--samples", "-C", aurora, "--json")
    assert result.error_codes == [f"evaluation.log-{fault}"]


def test_what_a_log_says_cannot_steer_the_terminal(ifthen, aurora):
    log = LogFile(aurora / "logs" / f"{HARD}.eval")
    name = log.samples()[0]
    sample = log.json(name)
    sample["id"] = "\x1b[2J\nevil"
    sample["scores"]["\x1b]0;x\x07"] = {"value": "\x1b[31m", "history": []}
    log.put(name, sample)
    log.change_header(lambda tree: tree["eval"]["dataset"].update(name="\x1b[2J"))
    log.write()
    assert ifthen("evidence", "add", log.path, "--replace", "-C", aurora).code == 2
    for arguments in (["show", HARD], ["show", HARD, "--samples"], ["read", log.path]):
        place = [] if arguments[0] == "read" else ["-C", aurora]
        result = ifthen("evidence", *arguments, *place)
        assert "\x1b" not in result.out + result.err
        assert "\x07" not in result.out + result.err


def test_other_versions_than_another_run_or_the_plan(ifthen, aurora):
    """The scores may not be comparable: said when a run is added, shown, and checked."""
    log = LogFile(rerun(aurora))

    def change(tree):
        tree["eval"]["packages"] = {"inspect_ai": "0.3.300", "tasks": "1.2"}
        tree["eval"]["revision"]["dirty"] = True

    log.change_header(change)
    log.write()
    plan = next((aurora / "plans").glob("*aurora-2-arithmetic-hard.yaml"))
    plan.write_text(plan.read_text() + "packages: {tasks: '1.1'}\n")
    result = ifthen("evidence", "add", log.path, "-C", aurora, "--id", "second-run")
    assert result.code == 0
    assert "  packages  tasks 1.2, code with changes that no commit holds\n" in result.out
    between = (
        f"notice[evidence.versions-differ]: record {HARD} names inspect-ai 0.3.285;"
        " record second-run names inspect-ai 0.3.300: the code that scores may differ,"
        " so the scores may not be comparable"
    )
    planned = (
        "notice[plan.versions-differ]: plan plan-aurora-2-arithmetic-hard names tasks 1.1;"
        " record second-run names tasks 1.2"
    )
    assert between in result.err
    assert planned in result.err
    shown = ifthen("evidence", "show", HARD, "-C", aurora)
    assert (shown.code, between in shown.err, planned in shown.err) == (0, True, False)
    checked = ifthen("check", "-C", aurora, "--json").json
    codes = {warning["code"] for warning in checked["warnings"]}
    assert {"evidence.versions-differ", "plan.versions-differ"} <= codes
    first = aurora / "logs" / f"{HARD}.eval"
    both = ifthen("evidence", "read", first, log.path, "--json")
    run = both.json[1]["run"]
    assert (run["packages"], run["dirty"]) == ({"tasks": "1.2"}, True)
    assert f"{first} names inspect-ai 0.3.285; {log.path} names inspect-ai 0.3.300" in both.err
    assert "notice[log.versions-differ]" in both.err
