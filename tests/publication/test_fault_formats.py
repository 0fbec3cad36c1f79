from xml.etree import ElementTree

from ifthen.errors import Error
from ifthen.framework.lint import Lint
from ifthen.publication.fault_formats import format_junit, format_sarif

LINT = Lint(
    errors=(Error("a.b", "odd <value> & \x00", where="frameworks/f.yaml:3:7", hint="mend it"),),
    warnings=(Error("a.c", "old", where="logs"), Error("a.b", "no place")),
)


def test_sarif():
    (run,) = format_sarif(LINT)["runs"]
    assert [rule["id"] for rule in run["tool"]["driver"]["rules"]] == ["a.b", "a.c"]
    found = [(x["ruleId"], x["ruleIndex"], x["level"]) for x in run["results"]]
    assert found == [("a.b", 0, "error"), ("a.c", 1, "warning"), ("a.b", 0, "warning")]
    first, second, third = run["results"]
    assert first["locations"] == [
        {
            "physicalLocation": {
                "artifactLocation": {"uri": "frameworks/f.yaml"},
                "region": {"startLine": 3, "startColumn": 7},
            }
        }
    ]
    assert second["locations"] == [{"physicalLocation": {"artifactLocation": {"uri": "logs"}}}]
    assert "locations" not in third
    assert first["message"]["text"].endswith("Next: mend it")


def test_junit():
    suite = ElementTree.fromstring(format_junit(LINT, documents=5))  # noqa: S314 - our own bytes
    assert (suite.get("tests"), suite.get("failures")) == ("3", "1")
    first, second, _ = suite
    assert first.get("name") == "frameworks/f.yaml:3:7"
    assert first.find("failure").get("message") == "odd <value> & \ufffd"
    assert second.find("failure") is None
    assert second.find("system-out").text.startswith("warning: old")


def test_junit_without_a_fault():
    suite = ElementTree.fromstring(  # noqa: S314 - our own bytes
        format_junit(Lint(errors=(), warnings=()), documents=5)
    )
    assert [case.get("name") for case in suite] == ["5 documents"]
