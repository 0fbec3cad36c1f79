"""Instruments, selections of them and crosswalks as OSCAL 1.2: catalogue, profile, mapping. Pure.

OSCAL is NIST's format for catalogues of controls and their assessment; its mapping model came with
1.2.0, and its relations are those of NIST IR 8477. Values for which OSCAL has no name are
properties of a namespace of our own. Identifiers are UUIDs of version 5 over digests, so that the
same documents give the same file but for its moment.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from ifthen.conformance.crosswalk import Crosswalk, Gap, Relation, Row, check_crosswalk
from ifthen.conformance.finding import Finding, Report
from ifthen.conformance.instrument import Clock, Instrument, Provision
from ifthen.encoding.document import Loaded
from ifthen.errors import Error, Problems

VERSION = "1.2.1"
"""The version of OSCAL; 1.2.1 changed nothing in the models that are used here."""

NAMESPACE = "https://ifthen.dev/ns/oscal"
"""Namespace of the properties and parts that OSCAL has no name for."""

RELATIONS: Mapping[Relation, str] = {
    "equal": "equal-to",
    "equivalent": "equivalent-to",
    "subset-of": "subset-of",
    "superset-of": "superset-of",
    "intersects-with": "intersects-with",
    "no-relationship": "no-relationship",
}
"""OSCAL's words for the relations of a crosswalk."""

NOT_ASKED = frozenset({"not-in-force", "not-applicable", "pre-empted"})
"""States of a finding in which a provision asks nothing of the developer on the day."""

OBJECTIVE = (
    "A document holds something of the kind that is asked for. Whether that is enough, and whether "
    "the provision is met, is no part of this objective."
)
"""What a finding of 'present' says, and no more."""


def make_uuid(*names: str) -> str:
    """Return the UUID (version 5) of names that say what it identifies."""
    return str(uuid5(NAMESPACE_URL, "/".join((NAMESPACE, *names))))


def name_control(law: str, provision: str) -> str:
    """Return the id of a provision's control; provisions of two laws never share one."""
    return f"{law}.{provision}"


def name_file(id: str, model: str) -> str:
    """Return the file under which others refer to a document: ``ca-sb53.catalog.json``."""
    return f"{id}.{model}.json"


def make_prop(name: str, value: str, *, own: bool = True, **more: str) -> dict[str, str]:
    """Return a property; ``own`` for a name that OSCAL does not define."""
    return {"name": name, **({"ns": NAMESPACE} if own else {}), "value": value, **more}


def make_metadata(
    title: str, version: str, now: datetime, cautions: Sequence[str], **more: Any
) -> dict[str, Any]:
    """Return the head of a document; ``now`` has a time zone."""
    remarks = {"remarks": "\n\n".join(cautions)} if cautions else {}
    moment = now.astimezone(UTC).isoformat(timespec="seconds")
    return {
        "title": title,
        "last-modified": moment,
        "version": version,
        "oscal-version": VERSION,
        **more,
        **remarks,
    }


def format_catalogue(law: Loaded[Instrument], *, now: datetime) -> dict[str, Any]:
    """Return an instrument as an OSCAL catalogue: a group for each kind of duty, a control each.

    The control's statement is the obligation in own words, its clocks are items of the statement;
    the objective is what software can find, and guidance what stays for a person.
    """
    document, digest = law.document, law.digest
    resources = list(_list_sources(document, digest))
    kinds = dict.fromkeys(x.asks for x in document.provisions)
    head = make_metadata(
        document.title,
        digest,
        now,
        document.cautions(),
        props=[
            make_prop("citation", document.citation),
            make_prop("status", document.status),
            make_prop("standing", document.coverage.standing),
            make_prop("jurisdiction", document.jurisdiction),
        ],
        links=[{"href": f"#{x['uuid']}", "rel": "reference"} for x in resources],
    )
    return {
        "catalog": {
            "uuid": make_uuid("catalog", digest),
            "metadata": head,
            "groups": [
                {
                    "id": f"{document.id}.{kind}",
                    "title": kind.replace("-", " ").capitalize(),
                    "controls": [
                        _control(document, x) for x in document.provisions if x.asks == kind
                    ],
                }
                for kind in kinds
            ],
            "back-matter": {"resources": resources},
        }
    }


def _list_sources(law: Instrument, digest: str) -> Iterator[dict[str, Any]]:
    for source in law.coverage.sources:
        link = source.url if source.url and source.url.startswith("http") else None
        yield {
            "uuid": make_uuid("source", digest, source.id),
            "title": source.title,
            "description": source.read,
            **({"rlinks": [{"href": link}]} if link else {}),
        }


def _control(law: Instrument, provision: Provision) -> dict[str, Any]:
    id = name_control(law.id, provision.id)
    statement: dict[str, Any] = {"id": f"{id}_smt", "name": "statement", "prose": provision.text}
    if provision.clocks:
        statement["parts"] = [
            {
                "id": f"{id}_smt.{clock.id}",
                "name": "item",
                "class": "clock",
                "prose": describe_clock(clock),
            }
            for clock in provision.clocks
        ]
    parts = [statement, {"id": f"{id}_obj", "name": "assessment-objective", "prose": OBJECTIVE}]
    if provision.judgement:
        parts.append({"id": f"{id}_gdn", "name": "guidance", "prose": provision.judgement})
    parts += [
        {"id": f"{id}_reading.{i}", "ns": NAMESPACE, "name": "reading", "prose": x.text}
        for i, x in enumerate(provision.contested, 1)
    ]
    return {
        "id": id,
        "class": "provision",
        "title": provision.title,
        "props": list(_list_props(law, provision)),
        "parts": parts,
    }


def _list_props(law: Instrument, provision: Provision) -> Iterator[dict[str, str]]:
    yield make_prop("label", provision.citation, own=False)
    yield make_prop("binds", provision.binds)
    yield make_prop("checkability", provision.checkability)
    yield make_prop("answered-by", provision.answered_by.by)
    days = provision.in_force or law.in_force
    if days is not None:
        yield make_prop("in-force-from", days.from_.isoformat())
        if days.until is not None:
            yield make_prop("in-force-until", days.until.isoformat())
    for anchor in provision.anchors:
        if anchor.sha256:
            yield make_prop("source-span", anchor.sha256, remarks=f"{anchor.section}, digest")


def describe_clock(clock: Clock) -> str:
    """Return a deadline in words."""
    unit = clock.unit.removesuffix("s") if clock.amount == 1 else clock.unit
    length = f"{clock.amount} {unit.replace('-', ' ')}" if clock.amount else "At once"
    again = ", and again each time" if clock.repeats else ""
    told = f"; told: {clock.recipient}" if clock.recipient else ""
    other = f"; otherwise: {clock.otherwise}" if clock.otherwise else ""
    return f"{length} from: {clock.event}{again}{told}{other}"


def format_profile(
    law: Loaded[Instrument], report: Report, *, now: datetime, locate: Callable[[str], str]
) -> dict[str, Any]:
    """Return what a report says is asked on its day as an OSCAL profile of the instrument.

    A profile selects controls of a catalogue, which ``locate`` finds by the file's name. What is
    not in force, does not apply to the developer or is pre-empted is not selected; what overlays
    did to a provision is added to its control.

    Raises:
        Error: ``oscal.nothing`` where no provision asks anything; a profile selects one at least.
    """
    id = law.document.id
    own = {x.id for x in law.document.provisions}
    asked = [x for x in report.findings if x.state not in NOT_ASKED]
    added = [x.provision for x in asked if x.provision not in own]
    if added:
        raise Error(
            "oscal.added-provision",
            f"an overlay adds {', '.join(added)}, which no catalogue of {id} holds",
            where=id,
            hint="leave the overlay out, or export the findings: 'ifthen oscal results'",
        )
    if not asked:
        raise Error(
            "oscal.nothing",
            f"no provision of {id} asks anything on {report.on}; a profile selects one at least",
            where=id,
            hint="ask for another day with --on, or without the facts or overlays",
        )
    alters = list(_list_alters(id, asked))
    layers = [x.sha256 for x in report.overlays]
    notices = [f"What {id} asks on {report.on}.", *report.notices]
    head = make_metadata(
        f"{law.document.title}: what is asked on {report.on}",
        report.instrument_sha256,
        now,
        notices,
    )
    selection = {"with-ids": [name_control(id, x.provision) for x in asked]}
    return {
        "profile": {
            "uuid": make_uuid(
                "profile", law.digest, str(report.on), *layers, *selection["with-ids"]
            ),
            "metadata": head,
            "imports": [
                {"href": locate(name_file(id, "catalog")), "include-controls": [selection]}
            ],
            "merge": {"as-is": True},
            **({"modify": {"alters": alters}} if alters else {}),
        }
    }


def _list_alters(id: str, asked: Sequence[Finding]) -> Iterator[dict[str, Any]]:
    """Yield what overlays did to each control, as parts to add to it."""
    for x in asked:
        if x.under:
            parts = [{"name": "overlay", "ns": NAMESPACE, "prose": text} for text in x.under]
            control = name_control(id, x.provision)
            yield {"control-id": control, "adds": [{"parts": parts}]}


def format_mapping(
    walk: Loaded[Crosswalk],
    laws: Mapping[str, Instrument],
    *,
    now: datetime,
    locate: Callable[[str], str],
) -> dict[str, Any]:
    """Return a crosswalk as an OSCAL mapping collection, with its gaps.

    Nothing is inferred: what the crosswalk does not speak of is named as such in the remarks.

    Raises:
        Problems: ``crosswalk.dangling-reference`` for each name that stands in no instrument.
    """
    faults = list(check_crosswalk(walk, laws))
    if faults:
        raise Problems(faults)
    document, digest = walk.document, walk.digest
    mapping: dict[str, Any] = {
        "uuid": make_uuid("mapping", digest),
        "source-resource": _resource(document.from_, locate),
        "target-resource": _resource(document.to, locate),
        "maps": [_map(document, digest, i, row) for i, row in enumerate(document.rows)],
    }
    for side, law in (("from", document.from_), ("to", document.to)):
        gaps = [x for x in document.gaps if x.side == side]
        if gaps:
            key = "source-gap-summary" if side == "from" else "target-gap-summary"
            mapping[key] = _gap_summary(law, gaps, make_uuid("gaps", digest, side))
    remarks = [*_list_gap_reasons(document), *_list_unspoken(document, laws)]
    if remarks:
        mapping["remarks"] = "\n\n".join(remarks)
    props = [make_prop("by", document.by), make_prop("review", document.review)]
    if document.reviewed_by:
        props.append(make_prop("reviewed-by", document.reviewed_by))
    return {
        "mapping-collection": {
            "uuid": make_uuid("mapping-collection", digest),
            "metadata": make_metadata(
                document.title, digest, now, ("A mapping has no legal force.",)
            ),
            "provenance": {
                "method": "human",
                "matching-rationale": "semantic",
                "status": "draft" if document.review == "unreviewed" else "complete",
                "mapping-description": document.basis,
                "props": props,
            },
            "mappings": [mapping],
        }
    }


def _resource(law: str, locate: Callable[[str], str]) -> dict[str, str]:
    return {"type": "catalog", "href": locate(name_file(law, "catalog"))}


def _map(walk: Crosswalk, digest: str, index: int, row: Row) -> dict[str, Any]:
    def items(law: str, ids: Sequence[str]) -> list[dict[str, str]]:
        return [{"type": "control", "id-ref": name_control(law, x)} for x in ids]

    return {
        "uuid": make_uuid("map", digest, str(index)),
        "relationship": RELATIONS[row.relation],
        "sources": items(walk.from_, row.from_),
        "targets": items(walk.to, row.to),
        **({"props": [make_prop("by", row.by)]} if row.by else {}),
        "remarks": row.basis,
    }


def _gap_summary(law: str, gaps: Sequence[Gap], uuid: str) -> dict[str, Any]:
    ids = [name_control(law, id) for gap in gaps for id in gap.provisions]
    return {"uuid": uuid, "unmapped-controls": [{"with-ids": ids}]}


def _list_gap_reasons(walk: Crosswalk) -> Iterator[str]:
    for gap in walk.gaps:
        law = walk.from_ if gap.side == "from" else walk.to
        names = ", ".join(name_control(law, x) for x in gap.provisions)
        yield f"Gap, {names}: {gap.because}"


def _list_unspoken(walk: Crosswalk, laws: Mapping[str, Instrument]) -> Iterator[str]:
    for law in (walk.from_, walk.to):
        rows, gaps = walk.seen_from(law)
        told = {p for x in rows for p in x.from_}
        told |= {p for x in gaps if x.side == "from" for p in x.provisions}
        rest = [name_control(law, x.id) for x in laws[law].provisions if x.id not in told]
        if rest:
            yield f"The crosswalk says nothing of: {', '.join(rest)}"
