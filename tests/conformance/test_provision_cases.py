"""Every provision has a case that answers it and one that does not.

The cases are made from the provision itself: a framework with a clause that each selector asks for,
or a document with the field. Without the clause the made framework is the same in all else.
"""

import json
from copy import deepcopy
from dataclasses import replace
from datetime import date

import pytest

from ifthen.conformance.finding import judge
from ifthen.conformance.recipients import list_provision_authorities
from ifthen.dossier.developer import Developer
from ifthen.encoding.document import load_document
from ifthen.encoding.tree import parse_tree
from ifthen.framework.model import Framework, InForce
from ifthen.workspace.instruments import load_instruments

LAWS = [
    # What was never in force is judged as if it had been, so that its selectors are tried too.
    replace(
        x,
        document=x.document.model_copy(
            update={"in_force": x.document.in_force or InForce(**{"from": date(2024, 9, 29)})}
        ),
    )
    for x in load_instruments()
]
BY = {
    kind: [
        pytest.param(law, provision, id=f"{law.document.id}:{provision.id}")
        for law in LAWS
        for provision in law.document.provisions
        if provision.answered_by.by == kind
    ]
    for kind in ("framework", "document", "judgement")
}
BARE = {
    "kind": "framework", "id": "made", "title": "Made", "developer": "Nobody", "version": "1",
    "in_force": {"from": "2020-01-01"}, "cadence": {},
    "roles": [{"id": "r", "title": "R"}],
}  # fmt: skip
PREDICATE = {"present": {"declaration": "d"}}


def make_document(model, data, name):
    return load_document(parse_tree(json.dumps(data).encode(), name=f"{name}.json"), model)


def add_clause(data, part, selector, role, right=True):
    """Add the clause of one part that a selector asks for, or one on something else."""
    words = selector.words[0] if selector.words and right else "nothing else"
    number = len(data.get(part, ())) + 1
    clause = {"id": f"c{number}", "text": f"Something on {words}."}
    if part == "cadence" and not right:
        return  # that the document is reviewed is all that such a clause can say
    if part == "legal-role":
        data["legal_roles"] = ["voluntary", role]
    elif part == "published":
        source = {"id": "s", "title": "S", "url": "https://example.org/s", "read": "All."}
        data["coverage"] = {"standing": "primary", "written_by": "Nobody", "sources": [source]}
    elif part == "cadence":
        data["cadence"]["review_every_days"] = selector.at_most_days or 365
    elif part == "roles":
        data["roles"].append({"id": "r2", "title": words})
    elif part == "triggers":
        clause |= {"event": "other"}
        data["cadence"].setdefault("triggers", []).append(clause)
    elif part == "thresholds":
        tier = clause | {"tier": 1, "title": words, "ruled_out_when": PREDICATE}
        domain = {"id": f"d{number}", "title": "D", "threat_model": "T", "thresholds": [tier]}
        domain["id"] = f"d{len(data.get('domains', ())) + 1}"
        data.setdefault("domains", []).append(domain)
    else:
        data.setdefault(part, []).append(clause | shape(part, selector, words))
        if part == "definitions":
            del data[part][-1]["id"]
        if part in ("evaluations", "gates"):
            del data[part][-1]["text"]


def shape(part, selector, words):
    """Return what a clause of a part needs beside its id and text."""
    return {
        "evaluations": {
            "title": words, "task": "t", "scorer": "s", "min_questions": 1, "valid_for_days": 1,
        },
        "commitments": {"if": "t", "then": ["s"]},
        "safeguards": {"kind": (selector.kinds or ("security",))[0], "title": words},
        "gates": {
            "action": words, "needs": ["security"], "decided_by": ["r"],
            "opens": (selector.opens or ("other",))[0],
        },
        "consequences": {"action": "interim"},
        "duties": {"kind": (selector.kinds or ("update",))[0]},
        "definitions": {"term": words},
    }[part]  # fmt: skip


def made(provision, role, wrong=None, by=None, near=False):
    """Return a framework that answers a provision.

    ``wrong``: but for this selector, for which there is nothing, or a clause ``near`` to it that
    speaks of something else. ``by``: a selector, and the one of its parts that answers it.
    """
    data = deepcopy(BARE)
    for place, selector in enumerate(provision.answered_by.clauses):
        part = by[1] if by and by[0] == place else selector.parts[0]
        if place != wrong:
            add_clause(data, part, selector, role)
        elif near:
            add_clause(data, part, selector, role, right=False)
    return make_document(Framework, data, "made")


def find_day(law, provision):
    """Return the first day on which the provision applies in every reading."""
    days = [law.in_force.from_]
    days += [provision.in_force.from_] if provision.in_force else []
    days += [date.fromisoformat(x.in_force_from) for x in provision.contested if x.in_force_from]
    return max(days)


def state(law, provision, framework=None, developer=None):
    on = find_day(law.document, provision)
    report = judge(law, framework, developer, on)
    return next(x.state for x in report.findings if x.provision == provision.id)


def answers(provision):
    return "contested" if provision.contested else "present"


@pytest.mark.parametrize(("law", "provision"), BY["framework"])
def test_a_framework_answers_with_the_clause_and_not_without(law, provision):
    role = law.document.legal_role
    for place, selector in enumerate(provision.answered_by.clauses):
        for part in selector.parts:
            whole = made(provision, role, by=(place, part))
            assert state(law, provision, whole) == answers(provision), part
        # A framework always has a role, so that to leave a clause on roles out changes nothing.
        lack = answers(provision) if selector.parts == ("roles",) else "absent"
        assert state(law, provision, made(provision, role, wrong=place)) == lack
        if selector.words:
            near = made(provision, role, wrong=place, near=True)
            assert state(law, provision, near) == "absent"


def facts(law, provision, hold, **said):
    answer, on = provision.answered_by, find_day(law.document, provision).isoformat()
    document = {"id": "d", "document": answer.document, "on": on, "model": "m"} | said
    if answer.field:
        document["holds"] = [answer.field]
    subject = next(x for x in law.document.subjects if x.id == provision.binds)
    model = {"id": "m", "deployed": on, "compute": {"low": 1e27, "high": 1e27}}
    data = {
        "kind": "developer", "id": "d", "title": "D", "signed": [law.document.id],
        "models": [model | ({"places": [subject.place]} if subject.place else {})],
        "revenue": [{"year": y, "low": 1e9, "high": 1e9} for y in range(2019, 2029)],
        "documents": [document] if hold else [],
    }  # fmt: skip
    return make_document(Developer, data, "developer")


@pytest.mark.parametrize(("law", "provision"), BY["document"])
def test_a_document_answers_and_its_lack_does_not(law, provision):
    lack = "undetermined" if provision.answered_by.only_if else "absent"
    sent = facts(law, provision, True, instruments=[law.document.id])
    assert state(law, provision, developer=sent) == answers(provision)
    if list_provision_authorities(law.document, provision):  # which only a name can tell
        assert state(law, provision, developer=facts(law, provision, True)) == "undetermined"
        other = facts(law, provision, True, instruments=["another-law"])
        assert state(law, provision, developer=other) == lack
    else:
        assert state(law, provision, developer=facts(law, provision, True)) == answers(provision)
    assert state(law, provision, developer=facts(law, provision, False)) == lack
    if provision.answered_by.field:
        other = facts(law, provision, True)
        emptied = other.document.model_copy(
            update={
                "documents": tuple(
                    x.model_copy(update={"holds": ()}) for x in other.document.documents
                )
            }
        )
        data = json.loads(emptied.model_dump_json(exclude_none=True, by_alias=True))
        assert state(law, provision, developer=make_document(Developer, data, "d")) == lack


def test_what_only_a_person_answers_is_left_to_a_person_and_says_what():
    for law, provision in (x.values for x in BY["judgement"]):
        assert provision.judgement, provision.id
        expected = "contested" if provision.contested else "needs-judgement"
        assert state(law, provision) == expected, provision.id


def test_every_provision_is_in_one_of_the_three_groups():
    assert sum(len(x) for x in BY.values()) == sum(len(x.document.provisions) for x in LAWS)
