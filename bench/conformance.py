"""How long it takes to hold an instrument of 500 provisions against a record of 100 documents.

The instrument is made of the provisions of the three state laws and the EU Code, given new names
until there are 500; the documents are a framework of the library, incidents, and what a developer
filed. Timed is what follows reading: deadlines, findings with what they rest on, and the report.
Processor time, the least of many runs. Beside it: start times, by ``bench.startup``.

    python -m bench.conformance [--quick] --json
"""

import argparse
import json
import platform
import subprocess
import time
from collections import Counter
from dataclasses import replace
from datetime import date
from typing import Any

from bench import startup
from ifthen.conformance.basis import Holding
from ifthen.conformance.finding import Report, judge
from ifthen.conformance.instrument import Instrument, Provision
from ifthen.conformance.law_clock import Happened
from ifthen.conformance.law_due import list_law_due
from ifthen.dossier.developer import Developer
from ifthen.dossier.incident import Incident
from ifthen.encoding.document import Document, Loaded, load_document
from ifthen.encoding.tree import Source
from ifthen.workspace.instruments import find_instrument, load_calendars, load_instruments
from ifthen.workspace.library import find_version, load_library

PROVISIONS, DOCUMENTS, INCIDENTS = 500, 100, 10
LAWS = ("ca-sb53", "ny-raise", "il-430-ilcs-185", "eu-code-of-practice")
FRAMEWORK = "anthropic/frontier-compliance-framework@2"
ON = date(2028, 6, 1)
GOAL_MS = 50.0
PERSON = {"name": "S. Lund (fictional)", "role": "head of safety"}


def make_instrument() -> Loaded[Instrument]:
    """Return an instrument of 500 provisions, all of them in force and binding everybody."""
    laws = [find_instrument(load_instruments(), x) for x in LAWS]
    base = laws[0].document
    provisions: list[Provision] = []
    for turn in range(PROVISIONS):
        known = [p for law in laws for p in law.document.provisions]
        one = known[turn % len(known)]
        clocks = tuple(c.model_copy(update={"id": f"{c.id}-{turn}"}) for c in one.clocks)
        update = {"id": f"{one.id}-{turn}", "binds": base.subjects[0].id, "clocks": clocks}
        provisions.append(one.model_copy(update=update | {"in_force": None}))
    return replace(
        laws[0],
        document=base.model_copy(update={"provisions": tuple(provisions), "recognition": ()}),
    )


def _load(tree: dict[str, Any], model: type[Document]) -> Loaded[Any]:
    return load_document(Source(name=f"{tree['id']}.yaml", tree=tree, places={}), model)


def make_documents(law: Instrument) -> tuple[Loaded[Developer], list[Loaded[Incident]]]:
    """Return what a developer filed, of the kinds that the instrument asks for, and incidents."""
    answers = [x.answered_by for x in law.provisions if x.answered_by.by == "document"]
    kinds = sorted({x.document for x in answers if x.by == "document"})
    fields = sorted({x.field for x in answers if x.by == "document" and x.field})
    models = [
        {"id": f"m{i}", "compute": {"low": 2e26, "high": 4e26}, "deployed": "2028-02-01"}
        for i in range(3)
    ]
    filed = [
        {
            "id": f"d{i}",
            "document": kinds[i % len(kinds)],
            "on": f"2028-{i % 5 + 1:02}-{i % 28 + 1:02}",
            "model": f"m{i % 3}",
            "holds": fields[i % 2 :: 2],
        }
        for i in range(DOCUMENTS - INCIDENTS)
    ]
    developer = {
        "kind": "developer", "id": "d", "title": "D", "models": models, "documents": filed,
    }  # fmt: skip
    incidents = [
        {
            "kind": "incident", "id": f"i{i}", "model": "m0", "title": "T", "text": "T.",
            "recorded_by": PERSON, "discovered_at": f"2028-03-{i + 1:02}T10:00:00Z",
            "gradings": [{"severity": "serious-incident", "at": f"2028-03-{i + 1:02}T11:00:00Z",
                          "by": PERSON, "reasons": "R."}],
            "harm": {"kinds": ["death"], "imminent": "yes"},
        }
        for i in range(INCIDENTS)
    ]  # fmt: skip
    return _load(developer, Developer), [_load(x, Incident) for x in incidents]


def measure(runs: int) -> dict[str, Any]:
    """Return milliseconds of processor time, and what was found, so that nobody times nothing."""
    law = make_instrument()
    developer, incidents = make_documents(law.document)
    framework = find_version(load_library(), FRAMEWORK)
    happened = Happened(
        on=ON,
        incidents=incidents,
        frameworks=[framework],
        developer=developer,
        calendars=load_calendars(),
    )

    def hold() -> Report:
        due = tuple(list_law_due([law], happened))
        return judge(law, framework, developer, ON, Holding(whole=True, due=due))

    report = hold()
    times, parts = [], []
    for _ in range(runs):
        started = time.process_time()
        hold()
        times.append(time.process_time() - started)
        started = time.process_time()
        judge(law, framework, developer, ON, Holding(whole=True))
        parts.append(time.process_time() - started)
    return {
        "conform_ms": round(min(times) * 1000, 1),
        "findings_alone_ms": round(min(parts) * 1000, 1),
        "goal_ms": GOAL_MS,
        "provisions": len(report.findings),
        "documents": len(developer.document.documents) + len(incidents),
        "deadlines": sum(1 for _ in list_law_due([law], happened)),
        "states": dict(sorted(Counter(x.state for x in report.findings).items())),
        "python": platform.python_version(),
        "runs": runs,
    }


def measure_start(runs: int) -> dict[str, Any]:
    """Return start times beside those of the peer, or why it could not be tried."""
    try:
        return startup.measure(runs)
    except (OSError, subprocess.CalledProcessError) as error:
        return {"skipped": f"no {startup.PEER}: {error}"}


def main() -> None:
    """Print the measurements."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="fewer runs")
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    arguments = parser.parse_args()
    result = measure(runs=5 if arguments.quick else 30)
    result["start"] = measure_start(runs=3 if arguments.quick else 11)
    if arguments.json:
        print(json.dumps(result))
    else:
        for name, value in result.items():
            print(f"{name:24} {value}")


if __name__ == "__main__":
    main()
