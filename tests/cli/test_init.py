"""``ifthen init``: what it writes has no fault, and decides nothing yet."""

import pytest

FILES = ["frameworks/framework.yaml", "ifthen.schema.json", "ifthen.yaml", "models/model-1.yaml"]


def test_init_then_check_then_decide(ifthen, tmp_path):
    root = tmp_path / "new place"
    result = ifthen("init", root, "--title", 'Our "framework": 1', "--developer", "Größe")
    assert (result.code, result.err) == (0, "")
    *written, last = result.out.splitlines()
    assert written == [f"wrote {root / name}" for name in FILES]
    assert last == f"next: fill in frameworks/framework.yaml, then: ifthen check -C '{root}'"
    checked = ifthen("check", "-C", root, "--strict")
    assert checked.code == 2
    assert checked.err.startswith("warning[framework.placeholder]: <who signs off>, and 9 more: ")
    assert checked.out == "2 documents: 0 errors, 1 warning\n"
    decided = ifthen("decide", "-C", root)
    assert decided.code == 3
    assert "UNDETERMINED  store-weights" in decided.out
    assert ifthen("decide", "-C", root, "--exit-zero").code == 0


def test_init_here(ifthen):
    result = ifthen("init")
    assert result.code == 0
    assert result.out.endswith("then: ifthen check\n")
    assert [x["code"] for x in ifthen("check", "--json").json["warnings"]] == [
        "framework.placeholder"
    ]


def test_json(ifthen, tmp_path):
    result = ifthen("init", tmp_path / "new", "--json")
    assert (result.code, result.err) == (0, "")
    assert result.json == {"directory": str(tmp_path / "new"), "files": FILES}


def test_nothing_is_overwritten(ifthen, tmp_path):
    path = tmp_path / "models" / "model-1.yaml"
    path.parent.mkdir()
    path.write_text("mine")
    result = ifthen("init", tmp_path)
    assert result.code == 1
    assert "error[workspace.exists]" in result.err
    assert "models/model-1.yaml" in result.err
    assert path.read_text() == "mine"
    assert not (tmp_path / "ifthen.yaml").exists()


def test_no_workspace_inside_another(ifthen, aurora):
    result = ifthen("init", aurora / "new", "--json")
    assert result.error_codes == ["workspace.inside"]
    assert not (aurora / "new").exists()
    assert ifthen("check", "-C", aurora).code == 0


@pytest.mark.parametrize("option", ["--title", "--developer"])
@pytest.mark.parametrize("text", ["", "two\nlines", "x" * 301])
def test_a_text_that_fits_no_document(option, text, ifthen, tmp_path):
    result = ifthen("init", tmp_path / "new", option, text, "--json")
    assert result.error_codes == ["workspace.text"]
    assert option in result.json["errors"][0]["hint"]
    assert not (tmp_path / "new").exists()


def test_where_nothing_can_be_written(ifthen, tmp_path):
    (tmp_path / "file").write_text("")
    result = ifthen("init", tmp_path / "file" / "new", "--json")
    assert result.error_codes == ["file.unwritable"]
