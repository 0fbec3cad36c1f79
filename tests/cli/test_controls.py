"""``ifthen controls``: import a catalogue, list its controls."""

import json
import shutil
from pathlib import Path

import pytest
from tests.workspace.documents import write_workspace

CATALOGUE = Path(__file__).parents[1] / "dossier" / "data" / "kitchen-oscal.json"


@pytest.fixture
def here(tmp_path):
    return write_workspace(tmp_path / "here")


def test_import_then_list_then_use(ifthen, here):
    result = ifthen("controls", "import", str(CATALOGUE), "--id", "kitchen", "-C", str(here))
    assert result.code == 0
    assert "Kitchen Security Controls, version 1.2: 5 controls" in result.out
    assert "wrote controls/kitchen.yaml" in result.out
    listed = ifthen("controls", "list", "lock", "-C", str(here), "--json").json
    assert [x["id"] for x in listed] == ["kd-1", "kd-1.1"]
    assert [x["in_place"] for x in listed] == [False, False]
    path = here / "assessments" / "vault-assessed.yaml"
    used = "controls: [{catalogue: kitchen, control: kd-1, status: in-place}]\n"
    path.write_text(path.read_text() + used)
    assert ifthen("check", "-C", str(here), "--on", "2026-07-01").code != 1
    assert "kd-1       in place" in ifthen("controls", "list", "-C", str(here)).out
    path.write_text(path.read_text().replace("kd-1,", "kd-7,"))
    result = ifthen("check", "-C", str(here))
    assert result.code == 1
    assert "there is no control of kitchen 'kd-7'" in result.out + result.err


def test_import_of_some_controls_with_their_text(ifthen, here):
    options = ["--control", "KD-1", "--text", "--json"]
    said = ifthen(
        "controls", "import", str(CATALOGUE), "--id", "some", "-C", str(here), *options
    ).json
    assert (said["controls"], said["withdrawn"], said["file"]) == (1, 0, "controls/some.yaml")
    assert "and tested [kd-1_prm_1]." in (here / "controls" / "some.yaml").read_text()


@pytest.mark.parametrize(
    ("content", "code"),
    [
        ("{", "oscal.not-json"),
        ('{"a": 1, "a": 2}', "oscal.not-json"),
        ('{"profile": {}}', "oscal.not-a-catalogue"),
    ],
)
def test_what_is_no_catalogue(ifthen, here, tmp_path, content, code):
    file = tmp_path / "c.json"
    file.write_text(content)
    result = ifthen("controls", "import", str(file), "--id", "x", "-C", str(here), "--json")
    assert result.code == 1
    assert code in result.out + result.err
    assert not (here / "controls").exists()


def test_a_catalogue_is_not_replaced(ifthen, here):
    arguments = ["controls", "import", str(CATALOGUE), "--id", "kitchen", "-C", str(here)]
    assert ifthen(*arguments).code == 0
    before = (here / "controls" / "kitchen.yaml").read_bytes()
    result = ifthen(*arguments)
    assert result.code == 1
    assert "there is a catalogue 'kitchen' already" in result.err
    assert (here / "controls" / "kitchen.yaml").read_bytes() == before


def test_a_name_that_is_none(ifthen, here, tmp_path):
    shutil.copyfile(CATALOGUE, tmp_path / "c.json")
    arguments = ["import", str(tmp_path / "c.json"), "--id", "../out", "-C", str(here)]
    result = ifthen("controls", *arguments)
    assert result.code == 1
    assert not (here.parent / "out.yaml").exists()
    assert "has to be a name" in result.err


def test_nothing_to_list(ifthen, here):
    assert ifthen("controls", "list", "-C", str(here)).out == "no control is here\n"
    assert json.loads(ifthen("controls", "list", "-C", str(here), "--json").out) == []


def test_an_extract_of_nist_sp_800_53(ifthen, here):
    """Ids, titles and structure are those of NIST's file; what is asked for is in own words."""
    file = str(CATALOGUE.with_name("nist-800-53-extract.json"))
    said = ifthen("controls", "import", file, "--id", "sp-800-53", "--text", "-C", str(here))
    assert (said.code, "version 5.2.0: 5 controls" in said.out) == (0, True)
    listed = ifthen("controls", "list", "-C", str(here), "--json").json
    assert [(x["id"], x.get("within"), x.get("withdrawn", False)) for x in listed] == [
        ("ac-3", None, False),
        ("ac-3.1", "ac-3", True),
        ("ac-3.2", "ac-3", False),
        ("ac-6", None, False),
        ("sc-28", None, False),
    ]
    texts = {x["id"]: x.get("text") for x in listed}
    assert texts["ac-3.2"] == "Two people together do [ac-03.02_odp]."
    assert texts["sc-28"].splitlines() == [
        "  Stored data keep their [sc-28_odp.01];",
        "  that is looked at again.",
    ]
    path = here / "assessments" / "vault-assessed.yaml"
    used = "controls: [{catalogue: sp-800-53, control: ac-3.2, status: in-place}]\n"
    path.write_text(path.read_text() + used)
    assert ifthen("check", "-C", str(here), "--on", "2026-07-01").code != 1
