"""Findings as OSCAL 1.2 assessment results. Pure; draws no legal conclusion.

OSCAL knows two states of an objective, satisfied and not satisfied. The objective that stands in
our catalogues is only that a document holds something of the kind, which is what ``present`` says.
What is undetermined, contested or for a person is not satisfied for another reason than a failure,
and the state itself stands in a property.
"""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

from ifthen.conformance.basis import Basis
from ifthen.conformance.finding import Finding, Report
from ifthen.conformance.oscal import (
    NOT_ASKED,
    OBJECTIVE,
    make_metadata,
    make_prop,
    make_uuid,
    name_control,
    name_file,
)
from ifthen.encoding.canonical import digest_value

_STATUS = {
    "present": ("satisfied", "pass"),
    "absent": ("not-satisfied", "fail"),
    "inconsistent": ("not-satisfied", "fail"),
}
"""State and reason of an objective; every other state is ``_OTHER``."""
_OTHER = ("not-satisfied", "other")


def format_results(
    report: Report, *, now: datetime, locate: Callable[[str], str]
) -> dict[str, Any]:
    """Return a report as OSCAL assessment results.

    Each provision has an observation with its state, reason and basis; each that asks something on
    the day has a finding about its objective. There is no assessment plan; in its place stands how
    the findings are made. ``locate`` finds the catalogue by the file's name.
    """
    digest = digest_value(report.model_dump(mode="json", by_alias=True))
    law = report.instrument
    moment = now.astimezone(UTC).isoformat(timespec="seconds")
    plan, catalogue = make_uuid("plan", digest), make_uuid("catalogue", digest)
    about = report.framework or "no framework"
    findings = [_finding(law, digest, x) for x in report.findings if x.state not in NOT_ASKED]
    result: dict[str, Any] = {
        "uuid": make_uuid("result", digest),
        "title": f"{law}: what {about} answers on {report.on}",
        "description": "\n\n".join(report.notices),
        "start": moment,
        "end": moment,
        "props": list(_list_props(report)),
        "links": [{"href": f"#{catalogue}", "rel": "reference"}],
        "reviewed-controls": {
            "control-selections": [
                {
                    "include-controls": [
                        {"control-id": name_control(law, x.provision)} for x in report.findings
                    ]
                }
            ]
        },
        "observations": [_observation(law, digest, x, moment) for x in report.findings],
        **({"findings": findings} if findings else {}),
    }
    return {
        "assessment-results": {
            "uuid": make_uuid("assessment-results", digest),
            "metadata": make_metadata(
                f"Findings of {law}, {report.on}", digest, now, report.notices
            ),
            "import-ap": {"href": f"#{plan}"},
            "results": [result],
            "back-matter": {"resources": list(_list_resources(report, plan, catalogue, locate))},
        }
    }


def _list_resources(
    report: Report, plan: str, catalogue: str, locate: Callable[[str], str]
) -> Iterator[dict[str, Any]]:
    law = report.instrument
    yield {
        "uuid": plan,
        "title": "No assessment plan: how the findings are made",
        "description": f"Documents are compared with the provisions by 'ifthen conform {law}'. "
        f"The objective of each provision: {OBJECTIVE}",
    }
    yield {
        "uuid": catalogue,
        "title": f"{law} as a catalogue",
        "props": [make_prop("sha256", report.instrument_sha256)],
        "rlinks": [{"href": locate(name_file(law, "catalog"))}],
    }


def _list_props(report: Report) -> Iterator[dict[str, str]]:
    yield make_prop("on", report.on.isoformat())
    yield make_prop("instrument-sha256", report.instrument_sha256)
    yield make_prop("standing", report.standing)
    if report.framework:
        yield make_prop("framework", report.framework)
    for scope in report.scopes:
        yield make_prop(
            "covered", scope.covered, remarks=f"{scope.subject}: {'; '.join(scope.because)}"
        )
    for layer in report.overlays:
        yield make_prop("overlay", layer.overlay, remarks=f"{layer.status}, {layer.sha256}")


def _observation(law: str, digest: str, finding: Finding, moment: str) -> dict[str, Any]:
    notes = [f"To judge: {finding.judgement}"] if finding.judgement else []
    notes += [f"One reading: {x}" for x in finding.readings]
    notes += [f"Under {x}" for x in finding.under]
    if finding.would_satisfy:
        notes.append(f"Would answer it: {finding.would_satisfy}")
    evidence = [_evidence(x) for x in finding.basis]
    return {
        "uuid": make_uuid("observation", digest, finding.provision),
        "title": f"{finding.citation} {finding.title}",
        "description": finding.why,
        "props": [
            make_prop("state", finding.state),
            make_prop("covered", finding.covered),
            make_prop("control", name_control(law, finding.provision)),
        ],
        "methods": ["EXAMINE"],
        "types": ["control-objective"],
        **({"relevant-evidence": evidence} if evidence else {}),
        "collected": moment,
        **({"remarks": "\n\n".join(notes)} if notes else {}),
    }


def _evidence(basis: Basis) -> dict[str, Any]:
    props = [make_prop("document", basis.document)]
    for name in ("sha256", "path", "section"):
        value = getattr(basis, name)
        if value:
            props.append(make_prop(name, value))
    return {"description": basis.says, "props": props}


def _finding(law: str, digest: str, finding: Finding) -> dict[str, Any]:
    control = name_control(law, finding.provision)
    state, reason = _STATUS.get(finding.state, _OTHER)
    return {
        "uuid": make_uuid("finding", digest, finding.provision),
        "title": f"{finding.citation} {finding.title}",
        "description": finding.why,
        "props": [make_prop("state", finding.state)],
        "target": {
            "type": "objective-id",
            "target-id": f"{control}_obj",
            "status": {
                "state": state,
                "reason": reason,
                "remarks": f"Found: {finding.state}. {OBJECTIVE}",
            },
        },
        "related-observations": [
            {"observation-uuid": make_uuid("observation", digest, finding.provision)}
        ],
    }
