"""Faults of documents in the formats that other tools show beside the lines: SARIF and JUnit."""

import re
from collections.abc import Sequence
from typing import Any
from xml.etree.ElementTree import Element, SubElement, tostring

from ifthen import __version__
from ifthen.errors import Error
from ifthen.framework.lint import Lint

_PLACE = re.compile(r"(?P<file>.+?):(?P<line>[0-9]+):(?P<column>[0-9]+)")
# Characters that XML 1.0 has no way to write (section 2.2).
_NO_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def format_sarif(lint: Lint) -> dict[str, Any]:
    """Return errors and warnings as a SARIF 2.1.0 log (OASIS, section 3), for code hosts."""
    found = [("error", x) for x in lint.errors] + [("warning", x) for x in lint.warnings]
    rules = sorted({error.code for _, error in found})
    return {
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [
            {
                "tool": {
                    "driver": {
                        "name": "ifthen",
                        "version": __version__,
                        "rules": [{"id": code} for code in rules],
                    }
                },
                "results": [_result(level, error, rules) for level, error in found],
            }
        ],
    }


def _result(level: str, error: Error, rules: Sequence[str]) -> dict[str, Any]:
    text = error.message if error.hint is None else f"{error.message}. Next: {error.hint}"
    result: dict[str, Any] = {
        "ruleId": error.code,
        "ruleIndex": rules.index(error.code),
        "level": level,
        "message": {"text": text},
    }
    if error.where is not None:
        place = _PLACE.fullmatch(error.where)
        location: dict[str, Any] = {
            "artifactLocation": {"uri": place["file"] if place else error.where}
        }
        if place:
            region = {"startLine": int(place["line"]), "startColumn": int(place["column"])}
            location["region"] = region
        result["locations"] = [{"physicalLocation": location}]
    return result


def format_junit(lint: Lint, *, documents: int) -> bytes:
    """Return errors and warnings as a JUnit report: errors fail, warnings are written out.

    ``documents`` is how many were checked; without any fault the report has one case that passed.
    """
    suite = Element(
        "testsuite",
        name="ifthen check",
        tests=str(max(1, len(lint.errors) + len(lint.warnings))),
        failures=str(len(lint.errors)),
        errors="0",
    )
    if not lint.errors and not lint.warnings:
        SubElement(suite, "testcase", classname="ifthen.check", name=f"{documents} documents")
    for word, faults in (("error", lint.errors), ("warning", lint.warnings)):
        for fault in faults:
            case = SubElement(
                suite,
                "testcase",
                classname=fault.code,
                name=_plain(fault.where or fault.code),
            )
            text = _plain(f"{fault.message}\nnext: {fault.hint or 'mend it'}")
            if word == "error":
                SubElement(
                    case, "failure", message=_plain(fault.message), type=fault.code
                ).text = text
            else:
                SubElement(case, "system-out").text = f"warning: {text}"
    report: bytes = tostring(suite, encoding="utf-8", xml_declaration=True)
    return report


def _plain(text: str) -> str:
    return _NO_XML.sub("\ufffd", text)
