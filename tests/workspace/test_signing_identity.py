"""Sign-offs by identity in a workspace: they open a gate as keys do, and never in doubt."""

import sys

import pytest
from tests.attestation.sigstore_world import ADA, ISSUER, Sigstore
from tests.workspace.documents import write
from tests.workspace.signing import DAY, PEOPLE, codes, decide, gate, sign, with_people

from ifthen.attestation.identity import Identity, format_identity
from ifthen.encoding.canonical import format_canonical
from ifthen.encoding.tree import parse_tree

pytest.importorskip("sigstore")
SIGSTORE = Sigstore()
LEAD = Identity(ISSUER, ADA)


class Kept:
    """Signs as an identity does, at a time."""

    def __init__(self, at, subject=ADA):
        self.at, self.subject, self.key_id = at, subject, LEAD.id

    def sign(self, message):
        return format_canonical(SIGSTORE.sign(message, self.subject, at=self.at))


@pytest.fixture
def root(tmp_path):
    root = with_people(tmp_path / "w")
    lead = PEOPLE["people"][0] | {"keys": [{"public": format_identity(LEAD), "from": "2026-01-01"}]}
    believed = [{"from": "2026-01-01", "root": SIGSTORE.trusted_root()}]
    write(root / "people.yaml", PEOPLE | {"people": [lead], "sigstore": believed})
    return root


def at(minutes=0):
    from datetime import UTC, datetime, timedelta  # noqa: PLC0415

    return datetime(DAY.year, DAY.month, DAY.day, 9, 30, tzinfo=UTC) + timedelta(minutes=minutes)


def test_it_opens_the_gate(root):
    sign(root, decide(root), signer=Kept(at(1)))
    assert (gate(root).outcome, codes(gate(root))) == ("go", [])


def test_without_the_library_it_is_in_doubt_and_says_what_to_install(root, monkeypatch):
    sign(root, decide(root), signer=Kept(at(2)))
    monkeypatch.setitem(sys.modules, "sigstore.models", None)
    from ifthen.attestation import identity  # noqa: PLC0415

    identity._find_fault.cache_clear()
    state = gate(root)
    assert state.outcome == "undetermined"
    assert "signoff.not-verified" in codes(state)
    assert any("pip install 'ifthen[sigstore]'" in x.text for x in state.signoff.reasons)


@pytest.mark.parametrize(
    "signer",
    [Kept(at(-61)), Kept(at(61)), Kept(at(), "bo@example.com")],
    ids=["an hour early", "an hour late", "somebody else"],
)
def test_at_another_time_or_by_somebody_else_it_opens_nothing(root, signer):
    sign(root, decide(root), signer=signer)
    assert (gate(root).outcome, codes(gate(root))) == (
        "undetermined",
        ["signoff.awaited", "signoff.not-verified"],
    )


def test_an_identity_that_ended_opens_nothing(root):
    tree = parse_tree((root / "people.yaml").read_bytes(), name="people.yaml").tree
    tree["people"][0]["keys"][0]["until"] = "2026-06-01"
    write(root / "people.yaml", tree)
    sign(root, decide(root), signer=Kept(at(3)))
    assert "signoff.key-not-valid" in codes(gate(root))
    assert gate(root).outcome == "undetermined"
