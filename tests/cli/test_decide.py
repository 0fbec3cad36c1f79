"""``ifthen decide``: words, JSON, exit codes, and the same bytes whatever does not matter."""

import json
import random
from datetime import UTC, datetime

import pytest
from tests.cli.conftest import NOW

from ifthen.cli import options
from ifthen.decision.model import Decision
from ifthen.encoding.canonical import digest_bytes, format_canonical
from ifthen.encoding.document import load_document
from ifthen.encoding.tree import parse_tree


def test_words(ifthen, aurora):
    result = ifthen("decide", "aurora-2", "-C", aurora)
    assert (result.code, result.err) == (2, "")
    lines = result.out.splitlines()
    assert lines[0].startswith("Aurora-2   framework example-fsf 2.1, in force since 2026-07-01")
    assert all(len(line) <= 110 for line in lines)
    first = [line.split("  ")[0] for line in lines if line and not line.startswith(" ")]
    assert first[3:] == [
        *("IF", "THEN", "IF", "IF", "THEN", "IF"),
        "Wrongly ruled out with at most 5 % chance each, 20 % for any of the 4"
        " (nominal for clusters; statements given)",
        *("GO", "HOLD", "UNDETERMINED"),
    ]
    (easy,) = [line for line in lines if "cyber-uplift-1" in line]
    assert easy.split(maxsplit=3)[:3] == ["IF", "cyber-uplift-1", "reached"]
    assert easy.endswith("0.65 (0.53 … 0.76)   rule in from 0.5")
    assert "One-step arithmetic, 120 questions" in lines[lines.index(easy) + 1]
    assert "counts as reached" in result.out
    assert result.out.count("NOT IN PLACE") == 2
    assert "What would change this:" in result.out


def test_every_model_the_earlier_generation_first(ifthen, aurora):
    out = ifthen("decide", "-C", aurora).out
    assert 0 == out.index("Aurora-1") < out.index("Aurora-2")


@pytest.mark.parametrize(
    ("models", "on", "code"),
    [
        (["aurora-1"], None, 0),
        (["aurora-2"], None, 2),
        (["aurora-1", "aurora-2"], None, 2),
        ([], None, 2),
        (["aurora-1"], "2026-11-24", 3),
        ([], "2027-05-22", 3),
        (["aurora-3"], None, 1),
        ([], "2026-06-30", 1),
    ],
)
def test_exit_codes(models, on, code, ifthen, aurora):
    arguments = ["decide", *models, "-C", aurora, *(["--on", on] if on else [])]
    assert ifthen(*arguments).code == code
    assert ifthen(*arguments, "--json").code == code
    assert ifthen(*arguments, "--exit-zero").code == (1 if code == 1 else 0)


def test_undetermined_alone_is_3(ifthen, aurora):
    (aurora / "evidence" / "aurora-2-leak-rate.yaml").unlink()
    result = ifthen("decide", "aurora-2", "-C", aurora, "--json")
    assert {gate["outcome"] for gate in result.json["gates"]} == {"go", "undetermined"}
    assert result.code == 3


def test_json_of_one_model_is_a_decision_and_of_several_a_list(ifthen, aurora):
    one = ifthen("decide", "aurora-2", "-C", aurora, "--json").json
    assert {"kind", "on", "hypothetical", "framework", "model", "thresholds", "safeguards"} <= set(
        one
    )
    assert {"gates", "obligations", "evaluations"} <= set(one)
    several = ifthen("decide", "-C", aurora, "--json").json
    assert [decision["model"]["id"] for decision in several] == ["aurora-1", "aurora-2"]
    assert several[1] == one
    assert ifthen("decide", "aurora-2", "aurora-2", "-C", aurora, "--json").json == one


def test_the_same_bytes_twice_without_the_cache_and_in_files_of_other_names(ifthen, aurora):
    def decide(*more: str) -> str:
        return ifthen("decide", "-C", aurora, "--json", *more).out

    first = decide()
    assert first.encode().strip() == format_canonical(json.loads(first))
    assert decide() == first
    assert decide("--no-cache") == first
    for path in (aurora / ".ifthen" / "cache").iterdir():
        path.write_bytes(b"garbage")
    assert decide() == first
    chance = random.Random(1)  # noqa: S311 - the same in every run
    documents = [path for path in aurora.rglob("*.yaml") if path.name != "ifthen.yaml"]
    (aurora / "all").mkdir()
    for number, path in zip(chance.sample(range(99), len(documents)), documents, strict=True):
        path.rename(aurora / "all" / f"{number}.yml")
    assert decide() == first


def test_the_cache_is_filled_and_left_alone_on_request(ifthen, aurora):
    cache = aurora / ".ifthen" / "cache"
    for path in cache.iterdir():
        path.unlink()
    ifthen("decide", "-C", aurora, "--no-cache")
    assert list(cache.iterdir()) == []
    ifthen("decide", "aurora-1", "-C", aurora)
    names = [path.name for path in cache.iterdir()]
    assert len([n for n in names if n != "bounds.json" and not n.startswith("digest-")]) == 4


@pytest.mark.parametrize(
    "content", [b"", b"garbage", b"[" * 100_000, b"{}", b"[1, 2]", b'["", "{}"]']
)
def test_a_cache_that_is_not_whole_is_not_used(content, ifthen, aurora):
    before = ifthen("decide", "-C", aurora, "--json").out
    for path in (aurora / ".ifthen" / "cache").iterdir():
        path.write_bytes(content)
    assert ifthen("decide", "-C", aurora, "--json").out == before


@pytest.mark.parametrize(
    ("change", "believed"),
    [
        (lambda known: {"lower": known["point_low"], "upper": known["point_high"]}, True),
        (lambda _: {"lower": 0.9, "upper": 0.1}, False),  # no estimate at all: computed again
        (lambda _: {"upper": "0.1"}, False),
        (lambda _: {"more": 1}, False),
    ],
)
def test_without_the_cache_a_forged_one_does_nothing(change, believed, ifthen, aurora):
    """A cache can be made up, digests and all; ``--no-cache`` does not look at it."""
    before = ifthen("decide", "-C", aurora, "--json").out
    path = aurora / ".ifthen" / "cache" / "bounds.json"
    _, body = json.loads(path.read_bytes())
    known = json.loads(body)
    for value in known.values():
        if isinstance(value, dict):
            value.update(change(value))
    body = json.dumps(known, sort_keys=True)
    path.write_text(json.dumps([digest_bytes(body.encode()), body]))
    assert (ifthen("decide", "-C", aurora, "--json").out != before) == believed
    assert ifthen("decide", "-C", aurora, "--json", "--no-cache").out == before


def test_output_is_the_json_and_parses_back(ifthen, aurora, tmp_path):
    path = tmp_path / "new" / "decision.json"
    path.parent.mkdir()
    path.write_text("old")
    result = ifthen("decide", "aurora-2", "-C", aurora, "--json", "-o", path)
    assert result.code == 2
    assert path.read_bytes() == result.out.encode()
    loaded = load_document(parse_tree(path.read_bytes(), name=path.name), Decision)
    assert loaded.document.model.id == "aurora-2"
    assert loaded.document.model_dump(mode="json", by_alias=True) == result.json


def test_output_takes_one_model_and_a_place_to_write(ifthen, aurora, tmp_path):
    result = ifthen("decide", "-C", aurora, "-o", tmp_path / "x.json")
    assert result.code == 1
    assert "--output takes one model" in result.err
    assert not (tmp_path / "x.json").exists()
    (tmp_path / "file").write_text("")
    place = tmp_path / "file" / "x.json"
    result = ifthen("decide", "aurora-1", "-C", aurora, "-o", place, "--json")
    assert result.error_codes == ["file.unwritable"]


def test_hypothetical_only_on_another_day_than_today(ifthen, aurora, monkeypatch):
    def hypothetical(*more: str) -> bool:
        found: bool = ifthen("decide", "aurora-2", "-C", aurora, "--json", *more).json[
            "hypothetical"
        ]
        assert found == ("(hypothetical: not today)" in ifthen("decide", "-C", aurora, *more).out)
        return found

    assert NOW.date().isoformat() == "2026-12-01"
    assert not hypothetical()
    assert not hypothetical("--on", "2026-12-01")
    assert hypothetical("--on", "2026-12-02")
    assert hypothetical("--on", "2026-11-30")
    monkeypatch.setattr(options, "read_now", lambda: datetime(2026, 12, 2, 0, 0, 1, tzinfo=UTC))
    assert hypothetical("--on", "2026-12-01")
    assert not hypothetical("--on", "2026-12-02")


def test_the_last_and_the_first_day_there_is(ifthen, aurora):
    for day in ("0001-01-01", "9999-12-31"):
        assert ifthen("decide", "-C", aurora, "--on", day, "--json").code in (1, 3)
        assert ifthen("check", "-C", aurora, "--on", day).code == 0


def test_a_framework_of_the_last_day_there_is(ifthen, aurora):
    framework = aurora / "frameworks" / "example-fsf-2.1.yaml"
    framework.write_text(framework.read_text().replace("from: 2026-07-01", "from: 9999-12-31"))
    assert ifthen("decide", "-C", aurora, "--on", "9999-12-31", "--json").code == 3
    assert ifthen("check", "-C", aurora, "--on", "9999-12-31").code == 0


def test_the_framework_can_be_chosen(ifthen, aurora):
    framework = aurora / "frameworks" / "example-fsf-2.1.yaml"
    second = framework.read_text().replace("id: example-fsf\n", "id: another\n")
    (aurora / "frameworks" / "another.yaml").write_text(second)
    result = ifthen("decide", "-C", aurora, "--json")
    assert result.error_codes == ["framework.several"]
    assert "--framework" in result.json["errors"][0]["hint"]
    chosen = ifthen("decide", "aurora-2", "-C", aurora, "--framework", "example-fsf", "--json")
    assert (chosen.code, chosen.json["framework"]["id"]) == (2, "example-fsf")
    unknown = ifthen("decide", "-C", aurora, "--framework", "x", "--json")
    assert unknown.error_codes == ["framework.unknown"]


def test_a_model_that_is_not_there(ifthen, aurora):
    result = ifthen("decide", "aurora2", "-C", aurora, "--json")
    assert result.error_codes == ["model.unknown"]
    assert result.json["errors"][0]["hint"].startswith("did you mean 'aurora-")


def test_no_model_at_all(ifthen, tmp_path):
    ifthen("init", tmp_path / "new")
    (tmp_path / "new" / "models" / "model-1.yaml").unlink()
    result = ifthen("decide", "-C", tmp_path / "new")
    assert result.code == 1
    assert "add one to models/" in result.err


def test_a_workspace_that_may_only_be_read_is_decided_on(ifthen, aurora):
    """Where the cache cannot be written, the decision does without."""
    for path in sorted((aurora / ".ifthen").rglob("*"), reverse=True):
        path.rmdir() if path.is_dir() else path.unlink()
    (aurora / ".ifthen").rmdir()
    (aurora / ".ifthen").write_text("in the way")
    assert ifthen("decide", "aurora-1", "-C", aurora).code == 0
