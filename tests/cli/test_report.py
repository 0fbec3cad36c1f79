"""``ifthen report``: a page that carries what ``decide`` says."""

from pathlib import Path

from ifthen.publication.report import parse_report, verify_report


def test_the_page_carries_the_decisions(ifthen, aurora, tmp_path):
    path = tmp_path / "new" / "page.html"
    result = ifthen("report", "-C", aurora, "-o", path)
    assert (result.code, result.out, result.err) == (0, f"report: {path}\n", "")
    page = path.read_text("utf-8")
    decided = ifthen("decide", "-C", aurora, "--json").json
    carried = [d.model_dump(mode="json", by_alias=True) for d in parse_report(page)]
    assert carried == decided
    assert verify_report(page)
    ifthen("report", "-C", aurora, "-o", path)
    assert path.read_text("utf-8") == page


def test_json_and_the_name_it_gets_by_itself(ifthen, aurora, tmp_path):
    result = ifthen("report", "aurora-2", "aurora-2", "-C", aurora, "--json")
    assert (result.code, result.err) == (0, "")
    gates = {
        "internal-use": "go",
        "deploy-external": "hold",
        "store-weights": "undetermined",
    }
    assert result.json == {"report": "report.html", "gates": {"aurora-2": gates}}
    (decision,) = parse_report((tmp_path / "cwd" / "report.html").read_text("utf-8"))
    assert decision.model.id == "aurora-2"


def test_a_hypothetical_page_says_so(ifthen, aurora):
    ifthen("report", "-C", aurora, "--on", "2026-12-02", "-o", "page.html")
    ifthen("report", "-C", aurora, "-o", "now.html")
    assert all(d.hypothetical for d in parse_report(Path("page.html").read_text("utf-8")))
    assert not any(d.hypothetical for d in parse_report(Path("now.html").read_text("utf-8")))


def test_nothing_is_written_where_nothing_is_decided(ifthen, aurora, tmp_path):
    result = ifthen("report", "aurora-9", "-C", aurora, "--json")
    assert result.error_codes == ["model.unknown"]
    assert not (tmp_path / "cwd" / "report.html").exists()
