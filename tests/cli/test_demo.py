"""``ifthen demo``."""

from ifthen.publication.report import parse_report


def test_demo(ifthen, tmp_path):
    result = ifthen("demo", tmp_path / "a demo")
    assert (result.code, result.err) == (0, "")
    for word in ("Aurora-1", "Aurora-2", "GO  ", "HOLD  ", "UNDETERMINED  ", "hypothetical"):
        assert word in result.out or word == "hypothetical"
    page = (tmp_path / "a demo" / "report.html").read_text()
    assert [decision.model.id for decision in parse_report(page)] == ["aurora-1", "aurora-2"]
    last = result.out.splitlines()[-1]
    assert last.startswith("next:      ifthen explain aurora-2 deploy-external -C '")
    assert last.endswith("a demo/aurora' --on 2026-12-01")


def test_demo_again_and_where_it_goes_by_itself(ifthen, tmp_path):
    first = ifthen("demo")
    again = ifthen("demo")
    assert first.code == again.code == 0
    assert first.out == again.out
    assert (tmp_path / "cwd" / "ifthen-demo" / "report.html").is_file()
    explained = ifthen(
        "explain", "aurora-2", "deploy-external", "-C", "ifthen-demo/aurora", "--on", "2026-12-01"
    )
    assert explained.code == 0
    assert explained.out.startswith("HOLD deploy-external")


def test_demo_where_nothing_can_be_written(ifthen, tmp_path):
    (tmp_path / "file").write_text("")
    result = ifthen("demo", tmp_path / "file" / "x")
    assert result.code == 1
    assert "error[file.unwritable]" in result.err
