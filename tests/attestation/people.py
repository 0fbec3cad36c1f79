"""A small company to ask about: people with keys and roles, and votes that they could cast."""

import json
from datetime import date
from functools import cache

from ifthen.attestation.keys import FileSigner, format_public_key, make_signer
from ifthen.attestation.quorum import Question, Vote
from ifthen.attestation.roles import People, Register, make_register
from ifthen.encoding.document import Loaded, load_document
from ifthen.encoding.tree import parse_tree

DECISION = "sha256:" + "11" * 32
OTHER = "sha256:" + "22" * 32
SAME = "sha256:" + "33" * 32
DAY = date(2026, 12, 1)
QUESTION = Question(decision=DECISION, decided_on=DAY, model="m", on=date(2026, 12, 5), same=[SAME])


@cache
def signer(number: int) -> FileSigner:
    return make_signer(bytes([number]) * 32)


def person(id: str, number: int, *roles: str, **more):
    line = format_public_key(signer(number).public)
    return {
        "id": id,
        "name": id.title(),
        "keys": [{"public": line, "from": "2026-01-01"}],
        "roles": [{"role": role, "from": "2026-01-01"} for role in roles],
    } | more


def load(*people, id="people") -> Loaded[People]:
    tree = {"kind": "people", "id": id, "people": list(people)}
    return load_document(parse_tree(json.dumps(tree).encode(), name=f"{id}.yaml"), People)


def register(*people) -> Register:
    return make_register([load(*people)])


def vote(person: str, number: int, role: str, says="approve", **more) -> Vote:
    values = {
        "id": f"{person}-{role}-{says}",
        "decision": DECISION,
        "signed_on": date(2026, 12, 2),
        "key_ids": (signer(number).key_id,),
    }
    return Vote(person=person, role=role, says=says, **(values | more))
