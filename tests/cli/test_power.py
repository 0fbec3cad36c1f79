"""``ifthen power``."""

from xml.etree import ElementTree as ET

import pytest

SVG = "{http://www.w3.org/2000/svg}"


def numbers(ifthen, *more):
    return ifthen("power", "--questions", "198", "--threshold", "0.2", *more)


def test_in_words(ifthen):
    result = numbers(ifthen, "--rate", "0.1")
    assert (result.code, result.err) == (0, "")
    assert "below 0.2 at 95 % confidence: with at most 30 of 198" in result.out
    assert "true rates up to 0.134 with 80 % chance, up to 0.124 with 90 %" in result.out
    assert "at least 0.2 at 95 % confidence: from 50 of 198 on" in result.out
    assert "82 questions clear a true rate of 0.1 with 80 % chance, 112 with 90 %" in result.out
    assert "\x1b" not in result.out
    assert all(len(line) <= 110 for line in result.out.splitlines())


def test_the_table_is_the_published_one(ifthen):
    lines = numbers(ifthen).out.splitlines()
    rows = {line.split()[0]: line.split()[1::2] for line in lines if line.endswith(" %")}
    assert rows["0.25"] == ["<0.1", "50.5", "49.5"]
    assert rows["0.18"] == ["17.1", "82.2", "0.7"]


def test_the_plot_falls_and_rises(ifthen):
    lines = numbers(ifthen).out.splitlines()
    start = next(n for n, line in enumerate(lines) if "100 % |" in line)
    plot = [line.split("|")[1] for line in lines[start : start + 11]]
    assert plot[0].startswith("ooo")
    assert plot[0].rstrip().endswith("xxx")
    assert plot[-1].startswith("xxx")
    assert plot[-1].rstrip().endswith("ooo")


def test_a_design_that_cannot_decide_is_a_finding(ifthen):
    result = ifthen("power", "--questions", "13", "--threshold", "0.2")
    assert result.code == 2
    assert "CANNOT: below 0.2 at 95 % confidence takes 14 questions or more" in result.out
    result = ifthen(
        *("power", "--questions", "1300", "--threshold", "0.2", "--clusters", "13", "--icc", "0.1")
    )
    assert result.code == 2
    assert "takes 14 clusters or more" in result.out
    assert "bounds from fewer than 20 clusters err more than they state" in result.out


def test_in_json(ifthen):
    (found,) = numbers(ifthen, "--json", "--clusters", "30").json
    assert found["design"]["clusters"] == 30
    assert found["design"]["icc"] == 0.1
    assert found["needed"]["unit"] == "clusters"
    assert found["can_decide"] is True
    assert "a correlation of 0.1 inside clusters is assumed; give --icc" in found["notes"]
    assert all(
        sum(row[key] for key in ("ruled_out", "undecided", "reached")) == pytest.approx(1)
        for row in found["outcomes"]
    )


def test_a_framework(ifthen, aurora):
    result = ifthen("power", "example-fsf", "-C", aurora)
    assert result.code == 0
    assert result.out.count("clearing range") == 4
    assert "nothing says in how many" in result.out
    assert "compares it with no value of its own" in result.out


def test_a_framework_by_its_file_and_one_evaluation(ifthen, aurora):
    path = aurora / "frameworks" / "example-fsf-2.1.yaml"
    (found,) = ifthen("power", path, "--evaluation", "popularity", "--json").json
    assert (found["evaluation"], found["design"]["questions"]) == ("popularity", 100)
    assert found["design"]["below"] == 0.25
    assert found["design"]["at_least"] is None


def test_a_plan(ifthen, aurora):
    (found,) = ifthen("power", "plan-aurora-1-arithmetic-easy", "-C", aurora, "--json").json
    assert (found["evaluation"], found["design"]["questions"]) == ("arithmetic-easy", 120)
    path = aurora / "plans" / "aurora-1-arithmetic-easy.yaml"
    assert ifthen("power", path, "--json").json == [found]


def test_an_error_budget_makes_it_harder_from_assessment_to_assessment(ifthen, aurora):
    path = aurora / "frameworks" / "example-fsf-2.1.yaml"
    text = path.read_text("utf-8")
    path.write_text(text.replace("\nroles:", "\nerror_budget: {total: 0.05}\nroles:"), "utf-8")

    def clears(number):
        arguments = ("--evaluation", "popularity", "--assessment", number, "--json")
        return ifthen("power", "example-fsf", "-C", aurora, *arguments).json[0]["clears_at_most"]

    found = [clears(number) for number in (1, 2, 5, 100)]
    assert found == sorted(found, reverse=True)
    assert found[0] < 17
    assert found[0] > found[-1]


def test_the_picture(ifthen, tmp_path):
    path = tmp_path / "power.svg"
    assert numbers(ifthen, "--plot", path).code == 0
    root = ET.fromstring(path.read_bytes())  # noqa: S314 - our own
    assert root.tag == f"{SVG}svg"
    texts = [element.text for element in root.iter(f"{SVG}text")]
    assert "to rule out: below 0.2" in texts
    assert {"ruled out", "undecided", "reached"} <= set(texts)
    assert "At a true rate of 0.25: ruled out <0.1 %" in (root.find(f"{SVG}desc").text or "")


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        ((), "command.usage"),
        (("--questions", "10"), "command.usage"),
        (("--questions", "10", "--threshold", "0.2", "--icc", "0.1"), "command.usage"),
        (("--questions", "10", "--threshold", "0.2", "--evaluation", "x"), "command.usage"),
        (("--questions", "0", "--threshold", "0.2"), "stats.design"),
        (("--questions", "10", "--threshold", "20"), "stats.threshold"),
        (("--questions", "10", "--threshold", "0.2", "--margin", "0.2"), "stats.margin"),
        (("--questions", "10", "--threshold", "0.2", "--alpha", "0.9"), "stats.alpha"),
        (("--questions", "10", "--threshold", "0.2", "--rate", "7"), "stats.rate"),
        (("--questions", "10", "--threshold", "nan"), "stats.threshold"),
        (("--questions", "10", "--threshold", "0.2", "--clusters", "11"), "stats.design"),
        (("nothing", "-C", "AURORA"), "power.unknown"),
        (("nothing.yaml",), "workspace.not-found"),
        (("example-fsf", "-C", "AURORA", "--threshold", "0.3"), "command.usage"),
        (("example-fsf", "-C", "AURORA", "--evaluation", "x"), "command.usage"),
        (("example-fsf", "-C", "AURORA", "--plot", "p.svg"), "command.usage"),
        (
            ("example-fsf", "-C", "AURORA", "--evaluation", "leak-rate", "--plot", "p.svg"),
            "power.nothing",
        ),
    ],
)
def test_bad_input_is_a_coded_error(arguments, code, ifthen, aurora):
    given = [aurora if argument == "AURORA" else argument for argument in arguments]
    assert ifthen("power", *given, "--json").error_codes == [code]
