"""``ifthen audit``: figures, and a whole audit of the grading of the example's log."""

import json

import pytest

CHECKPOINT, VALUE, NONCE = "ab" * 32, "cd" * 32, "0123456789abcdef"


@pytest.fixture
def log(aurora):
    return aurora / "logs" / "aurora-1-arithmetic-easy.eval"


def draw(ifthen, log, sheet, *more, **keys):
    options = {
        "scorer": "last_number", "checkpoint": CHECKPOINT, "committed-at": "2026-11-20T12:00:00Z",
        "beacon": f"drand:123:{VALUE}", "beacon-at": "2026-11-21T12:00:00Z", "nonce": NONCE,
    } | keys  # fmt: skip
    given = [x for name, value in options.items() for x in (f"--{name}", value)]
    return ifthen("audit", "sample", log, *given, "-o", sheet, *more)


def grade(table, grades):
    lines = table.read_text().splitlines()
    kept = [lines[0]] + [
        line + (str(grades[n]) if n < len(grades) else "") for n, line in enumerate(lines[1:])
    ]
    table.write_text("\n".join(kept) + "\n")


def test_a_whole_audit(ifthen, log, tmp_path):
    sheet = tmp_path / "sheet.json"
    drawn = draw(ifthen, log, sheet, scope="failures")
    assert (drawn.code, drawn.err) == (0, "")
    table = tmp_path / "sheet.csv"
    count = len(table.read_text().splitlines()) - 1
    confirm = ["audit", "confirm", sheet, "--log", log, "--threshold", "0.2"]
    start = ifthen(*confirm, "--json")
    needed = start.json["further"]
    assert (start.code, start.json["confirmed"]) == (3, False)
    assert 15 < needed < count
    grade(table, [0] * (needed - 1))
    assert "GO ON: 1 more answers" in ifthen(*confirm).out
    grade(table, [0] * needed)
    table.write_text(table.read_text().replace(",00\n", ",0\n"))
    done = ifthen(*confirm)
    assert done.code == 0
    assert f"CONFIRMED after {needed}: below 0.2 at a risk of 0.05" in done.out
    assert "not covered: whether the log is whole" in done.out


def test_the_order_is_that_of_the_seed(ifthen, log, tmp_path):
    for name, nonce in (("a", NONCE), ("b", NONCE), ("c", NONCE[::-1])):
        draw(ifthen, log, tmp_path / f"{name}.json", nonce=nonce)
    tables = [(tmp_path / f"{name}.csv").read_text() for name in "abc"]
    assert tables[0] == tables[1] != tables[2]
    assert sorted(x.split(",")[1] for x in tables[0].split()) == sorted(
        x.split(",")[1] for x in tables[2].split()
    )


@pytest.mark.parametrize(
    ("keys", "code"),
    [
        ({"beacon-at": "2026-11-20T12:00:00Z"}, "audit.beacon-early"),
        ({"beacon-at": "2026-11-19T12:00:00Z"}, "audit.beacon-early"),
        ({"beacon": f"drand:1:{CHECKPOINT}"}, "audit.seed-weak"),
        ({"beacon": "drand:1:00"}, "audit.seed-weak"),
        ({"nonce": "1"}, "audit.seed-weak"),
        ({"nonce": CHECKPOINT}, "audit.seed-weak"),
        ({"scorer": "nobody"}, "audit.scorer"),
    ],
)
def test_seeds_that_could_be_chosen_are_refused(ifthen, log, tmp_path, keys, code):
    result = draw(ifthen, log, tmp_path / "s.json", "--json", **keys)
    assert result.error_codes == [code]
    assert list(tmp_path.glob("s.*")) == []


def test_without_a_beacon_there_is_no_sample(ifthen, log, tmp_path):
    options = ["--scorer", "last_number", "--checkpoint", CHECKPOINT, "--nonce", NONCE]
    result = ifthen("audit", "sample", log, *options, "-o", tmp_path / "s.json", "--json")
    assert result.error_codes == ["command.usage"]


def test_grades_that_were_chosen_are_refused(ifthen, aurora, log, tmp_path):
    sheet, table = tmp_path / "s.json", tmp_path / "s.csv"
    draw(ifthen, log, sheet)
    whole = table.read_text()
    confirm = ["audit", "confirm", sheet, "--log", log, "--threshold", "0.2", "--json"]

    def codes(text):
        table.write_text(text)
        return ifthen(*confirm).error_codes

    lines = whole.splitlines()
    assert codes("\n".join([*lines[:2], lines[2] + "0"]) + "\n") == ["audit.gap"]
    assert codes("\n".join([lines[0], lines[2] + "0"]) + "\n") == ["audit.grades"]
    assert codes("\n".join([lines[0], lines[1] + "2"]) + "\n") == ["audit.grades"]
    assert codes("\n".join([lines[0], lines[1] + "yes"]) + "\n") == ["audit.grades"]
    assert codes("id\n") == ["audit.grades"]
    table.write_text(lines[0] + "\n")
    tree = json.loads(sheet.read_text())
    tree["items"][0], tree["items"][1] = (
        tree["items"][0] | {"id": tree["items"][1]["id"]},
        tree["items"][1] | {"id": tree["items"][0]["id"]},
    )
    sheet.write_text(json.dumps(tree))
    assert ifthen(*confirm).error_codes == ["audit.order"]
    other = aurora / "logs" / "aurora-1-arithmetic-hard.eval"
    assert ifthen(*confirm[:4], other, *confirm[5:]).error_codes == ["audit.other-log"]


@pytest.mark.parametrize(
    ("options", "code", "text"),
    [
        (["77.3%", "--questions", "198"], 0, "77.3% fits 198 answers: 153"),
        (["38.8%", "--questions", "198"], 2, "of 198 questions: 4 epochs or more"),
        (["38.8%", "--questions", "198", "--epochs", "10"], 0, "fits 1980 answers"),
        (["12.0%", "--questions", "500", "--stderr", "0.5"], 2, "ask how it was computed"),
        (["12.0%", "--questions", "500", "--stderr", "1.45"], 0, "fits 500 answers: 60"),
    ],
)
def test_figures(ifthen, options, code, text):
    result = ifthen("audit", "figure", *options)
    assert (result.code, text in result.out) == (code, True)


def test_figure_as_json(ifthen):
    result = ifthen("audit", "figure", "38.8%", "--questions", "198", "--json")
    assert result.code == 2
    assert (result.json["fits"], result.json["fewest_epochs"]) == (False, 4)
    assert ifthen("audit", "figure", "x", "--questions", "198", "--json").error_codes == [
        "stats.percentage"
    ]
