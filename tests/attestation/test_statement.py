"""Statements: one spelling, strict parts, an unbroken chain."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ifthen.attestation.statement import (
    MAX_BYTES,
    STATEMENT_TYPE,
    digest_statement,
    format_predicate_type,
    format_statement,
    make_statement,
    make_subject,
    parse_statement,
    verify_chain,
)
from ifthen.encoding.canonical import digest_bytes, format_canonical
from ifthen.errors import Error

DIGEST = "sha256:" + "ab" * 32
TREE = {
    "_type": STATEMENT_TYPE,
    "subject": [{"name": "decision", "digest": {"sha256": "ab" * 32}}],
    "predicateType": "https://ifthen.dev/predicates/decision/v1",
    "predicate": {"issued_at": "2026-12-01T09:00:00Z", "document": {"a": [1, None, "x"], "b": 0.5}},
}

scalars = st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | st.text(max_size=8)
documents = st.dictionaries(
    st.text(max_size=8),
    st.recursive(scalars, lambda x: st.lists(x, max_size=3), max_leaves=8),
    max_size=4,
)


def code_of(data: bytes) -> str:
    with pytest.raises(Error) as caught:
        parse_statement(data)
    return caught.value.code


def changed(**changes):
    return format_canonical(TREE | changes)


def predicate(**changes):
    return changed(predicate=TREE["predicate"] | changes)


def test_parse_and_format_are_inverses():
    data = format_canonical(TREE)
    statement = parse_statement(data)
    assert format_statement(statement) == data
    assert (statement.kind, statement.subject[0].sha256) == ("decision", DIGEST)
    assert statement.predicate.document["a"] == [1, None, "x"]
    assert digest_statement(statement) == digest_bytes(data)


@given(documents)
def test_any_document_comes_back(document):
    try:
        statement = make_statement(
            "model",
            [make_subject("x", DIGEST)],
            {"issued_at": "2026-12-01T09:00:00Z", "document": document},
        )
    except Error as error:  # half of a surrogate pair
        assert error.code in ("canonical.unsupported", "attestation.statement")
        return
    assert parse_statement(format_statement(statement)) == statement
    assert statement.predicate.document == document
    assert statement.predicate_type == format_predicate_type("model")


CHAIN = {"publisher": "Lab", "sequence": 2, "previous": DIGEST}
REVISION = {"statement": DIGEST, "reason": "a number was wrong"}


@pytest.mark.parametrize(
    "data",
    [
        changed(_type="https://in-toto.io/Statement/v0.1"),
        changed(predicateType="https://ifthen.dev/predicates/decision/v2"),
        changed(predicateType="https://ifthenxdev/predicates/decision/v1"),
        changed(predicateType="https://ifthen.dev/predicates/decision/v1\n"),
        changed(predicateType="https://slsa.dev/provenance/v1"),
        changed(subject=[]),
        changed(subject=TREE["subject"] * 2),
        changed(subject=[{"name": "x", "digest": {"sha256": "AB" * 32}}]),
        changed(subject=[{"name": "x", "digest": {"sha1": "ab" * 20}}]),
        changed(subject=[{"name": "x\x1b[2J", "digest": {"sha256": "ab" * 32}}]),
        changed(more=1),
        predicate(more=1),
        predicate(document=[]),
        predicate(issued_at="2026-12-01"),
        predicate(issued_at="2026-12-01T09:00:00+00:00"),
        predicate(issued_at="2026-12-01T10:00:00+01:00"),
        predicate(issued_at="2026-12-01T09:00:00.000000Z"),
        predicate(chain=None),
        predicate(chain={"publisher": "Lab", "sequence": 0, "previous": DIGEST}),
        predicate(chain={"publisher": "Lab", "sequence": 1, "previous": DIGEST}),
        predicate(chain={"publisher": "Lab", "sequence": 2}),
        predicate(chain={"publisher": "Lab", "sequence": 1.5}),
        predicate(amends={"statement": DIGEST}),
        predicate(amends=REVISION, withdraws=REVISION),
        b"[]",
        b"1",
    ],
)
def test_what_is_no_statement(data):
    assert code_of(data) == "attestation.statement"


@pytest.mark.parametrize(
    "changes", [{"chain": CHAIN}, {"amends": REVISION}, {"withdraws": REVISION}]
)
def test_frames(changes):
    data = predicate(**changes)
    assert format_statement(parse_statement(data)) == data


def test_other_spellings():
    assert code_of(json.dumps(TREE).encode()) == "canonical.not-canonical"
    assert code_of(format_canonical(TREE) + b"\n") == "canonical.not-canonical"
    twice = format_canonical(TREE).replace(b'"b":0.5', b'"b":0.5,"b":0.5')
    assert code_of(twice) == "canonical.not-canonical"
    assert code_of(b"{") == "canonical.not-json"


def test_size_is_looked_at_first():
    assert code_of(b"{" * (MAX_BYTES + 1)) == "attestation.too-large"
    text = "x" * (MAX_BYTES - len(predicate(document={"t": ""})))
    assert parse_statement(predicate(document={"t": text}))
    assert code_of(predicate(document={"t": text + "x"})) == "attestation.too-large"


def test_deep_nesting():
    deep: object = 1
    for _ in range(9_000):
        deep = [deep]
    data = format_canonical(TREE).replace(b"0.5", b"[" * 9_000 + b"]" * 9_000)
    assert code_of(data) in ("canonical.not-json", "canonical.unsupported", "attestation.statement")


@given(st.binary(max_size=80) | st.text(max_size=80).map(lambda x: x.encode("utf-8", "ignore")))
def test_any_bytes_are_a_coded_error(data):
    assert code_of(data).split(".")[0] in ("canonical", "attestation")


@given(st.data())
def test_any_change_of_a_byte_is_noticed_or_is_another_statement(data):
    whole = predicate(chain=CHAIN, amends=REVISION)
    at = data.draw(st.integers(0, len(whole) - 1))
    byte = data.draw(st.integers(0, 255))
    other = whole[:at] + bytes([byte]) + whole[at + 1 :]
    try:
        found = parse_statement(other)
    except Error:
        return
    assert format_statement(found) == other


def chain(count, **changes):
    found, previous = [], None
    for number in range(1, count + 1):
        link = {"publisher": "Lab", "sequence": number}
        link |= {"previous": previous} if previous else {}
        more = changes.get(f"n{number}", {})
        content = {
            "issued_at": "2026-12-01T09:00:00Z",
            "document": {"number": number},
            "chain": link,
        }
        found.append(make_statement("model", [make_subject("x", DIGEST)], content | more))
        previous = digest_statement(found[-1])
    return found


def test_a_whole_chain():
    verify_chain([])
    statements = chain(4)
    verify_chain(statements)
    first = digest_statement(statements[0])
    verify_chain(chain(3, n3={"amends": {"statement": first, "reason": "a typing error"}}))


def test_a_chain_with_anything_missing_swapped_or_replaced():
    statements = chain(4)
    for index in range(3):  # the last one can only be missed by who knows that it exists
        with pytest.raises(Error) as caught:
            verify_chain(statements[:index] + statements[index + 1 :])
        assert caught.value.code == "attestation.chain"
    others = chain(4, n2={"document": {"number": 22}})
    for broken in (
        [statements[1], statements[0]],
        [statements[0], others[1], statements[2]],
        [statements[0], statements[0]],
        [parse_statement(format_canonical(TREE))],
    ):
        with pytest.raises(Error) as caught:
            verify_chain(broken)
        assert caught.value.code == "attestation.chain"


def test_a_revision_of_what_was_never_stated():
    with pytest.raises(Error) as caught:
        verify_chain(chain(2, n2={"withdraws": REVISION}))
    assert caught.value.code == "attestation.revision"
