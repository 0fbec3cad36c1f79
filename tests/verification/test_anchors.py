"""Anchors: what clocks of others prove of a record, and what is made of those that do not hold."""

import shutil
from datetime import timedelta

import pytest
from tests.attestation.tsa import Authority
from tests.verification import rekor_world
from tests.verification.test_tampering import BOUNDS
from tests.verification.world import FIRST, NOW, SECOND, verify

from ifthen.errors import Error
from ifthen.publication.anchoring import attach_anchor, read_anchored_head
from ifthen.verification.anchors import (
    Anchored,
    Anchors,
    Believed,
    check_anchors,
    format_anchor_name,
)
from ifthen.verification.files import (
    FolderFiles,
    format_anchors,
    open_record,
    parse_anchors,
)
from ifthen.verification.verdict import STEPS, Step

CLOCKS = STEPS[-1]
STAMPED = FIRST + timedelta(hours=2)


@pytest.fixture(scope="module")
def authority():
    return Authority()


@pytest.fixture
def record(world, tmp_path):
    return shutil.copytree(world.record, tmp_path / "record")


@pytest.fixture
def first(record):
    """The head of the tree that held the plans alone."""
    return read_anchored_head(record, FolderFiles(record).list_history()[0])


def check(record, *, roots=(), logs=None, now=NOW):
    """Return the step after the anchors alone, and what they prove."""
    head = read_anchored_head(record).checkpoint
    step = Step(CLOCKS)
    files = open_record(str(record))
    return step, check_anchors(step, files, head, Believed(tuple(roots), logs), now)


def codes(step):
    return [finding.code for finding in step.findings]


def test_a_time_stamp_proves_since_when_the_plans_were_there(world, record, first, authority):
    attach_anchor(record, first, authority.stamp(first.message, STAMPED), "tsr")
    believed = Believed((authority.root,))
    verdict = verify(record, believed=believed, logs=world.root / "logs", bounds=BOUNDS).verdict
    (proven,) = verdict.proven
    assert (proven.statements, proven.at) == (first.checkpoint.size, STAMPED)
    assert "anchors.proven" in [x.code for x in verdict.step("clocks").findings]
    assert not [step.id for step in verdict.steps if step.failed]
    unnamed = verify(record, logs=world.root / "logs", bounds=BOUNDS).verdict
    assert unnamed.proven == ()
    assert unnamed.outcome == verdict.outcome


def test_an_authority_that_the_verifier_did_not_name_is_not_at_hand(record, first, authority):
    attach_anchor(record, first, authority.stamp(first.message, STAMPED), "tsr")
    for roots in ((), (Authority("Somebody else").root,)):
        step, anchors = check(record, roots=roots)
        assert (codes(step), step.verified, anchors.known) == (["anchors.no-root"], 0, [])
        assert step.close(16).status == "not-at-hand"


def test_an_entry_of_another_log_proves_a_time_where_witnesses_are_named(record, first):
    seconds = int(STAMPED.timestamp())
    attach_anchor(record, first, rekor_world.enter(first.message, seconds=seconds), "rekor.json")
    step, anchors = check(record, logs=rekor_world.POLICY)
    assert anchors.known == [Anchored(first.checkpoint.size, STAMPED, "rekor.example")]
    step, anchors = check(record, logs=rekor_world.UNTIMED)
    assert (codes(step), step.verified, anchors.known) == (["anchors.untimed"], 1, [])
    step, anchors = check(record)
    assert (codes(step), step.verified, anchors.known) == (["anchors.no-root"], 0, [])


def test_what_is_attached_has_to_be_over_this_head(record, first, authority):
    last = read_anchored_head(record)
    for data, kind in (
        (authority.stamp(first.message, STAMPED), "tsr"),
        (rekor_world.enter(first.message), "rekor.json"),
    ):
        with pytest.raises(Error) as caught:
            attach_anchor(record, last, data, kind)
        assert caught.value.code == "anchors.other"
    assert FolderFiles(record).list_anchors() == []
    with pytest.raises(Error) as caught:
        read_anchored_head(record, 9_999)
    assert caught.value.code == "record.missing"


def keep(record, size, data, kind):
    """Keep a file as an anchor, whatever it is."""
    path = record / "anchors" / format_anchor_name(size, data, kind)
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(data)
    return path


def tamper(how, record, first, authority):
    """Spoil the anchors of a record."""
    size, message = first.checkpoint.size, first.message
    good = authority.stamp(message, STAMPED)
    other = rekor_world.make_body(message)
    seconds = int(STAMPED.timestamp())
    spoilt = {
        "token over other bytes": (size, authority.stamp(b"other", STAMPED), "tsr"),
        "token of another size": (size + 1, good, "tsr"),
        "token of more entries than there are": (9_999, good, "tsr"),
        "token of another root by its name": (size, Authority().stamp(message, STAMPED), "tsr"),
        "token of a day to come": (size, authority.stamp(message, NOW + timedelta(1)), "tsr"),
        "no token": (size, b"no token", "tsr"),
        "entry over other bytes": (size, rekor_world.enter(b"other"), "rekor.json"),
        "proof of another entry": (
            size, rekor_world.enter(message, body=other, proven=b"x", seconds=seconds), "rekor.json"
        ),
        "entry that the log did not sign": (
            size,
            rekor_world.enter(message, seconds=seconds, log=rekor_world.OTHER),
            "rekor.json",
        ),
        "entry without its witness": (size, rekor_world.enter(message), "rekor.json"),
        "witness of a day to come": (
            size,
            rekor_world.enter(message, seconds=int((NOW + timedelta(1)).timestamp())),
            "rekor.json",
        ),
        "entry of another kind": (
            size,
            rekor_world.enter(message, body=other.replace(b"hashedrekord", b"dsse")),
            "rekor.json",
        ),
        "entry with another digest": (
            size,
            rekor_world.enter(message, body=rekor_world.make_body(message, algorithm="SHA2_512")),
            "rekor.json",
        ),
        "no entry": (size, b"{}", "rekor.json"),
        "an entry of lists": (size, b"[" * 5_000, "rekor.json"),
    }  # fmt: skip
    if how in spoilt:
        keep(record, *spoilt[how])
        return
    path = keep(record, size, good, "tsr")
    if how == "byte flip":
        path.write_bytes(good[:-1] + bytes([good[-1] ^ 1]))
    elif how == "a folder in its place":
        path.unlink()
        path.mkdir()
    elif how == "too large":
        path.write_bytes(bytes(1 << 17))


@pytest.mark.parametrize(
    ("how", "code"),
    [
        ("token over other bytes", "anchors.other"),
        ("token of another size", "anchors.other"),
        ("token of more entries than there are", "anchors.size"),
        ("token of another root by its name", "anchors.signature"),
        ("token of a day to come", "anchors.future"),
        ("no token", "anchors.token"),
        ("entry over other bytes", "anchors.other"),
        ("proof of another entry", "tlog.inclusion"),
        ("entry that the log did not sign", "tlog.signature-missing"),
        ("entry without its witness", "tlog.quorum"),
        ("witness of a day to come", "tlog.cosignature-future"),
        ("entry of another kind", "anchors.entry"),
        ("entry with another digest", "anchors.entry"),
        ("no entry", "anchors.entry"),
        ("an entry of lists", "anchors.entry"),
        ("byte flip", "anchors.name"),
        ("a folder in its place", "record.unreadable"),
        ("too large", "record.too-large"),
    ],
)
def test_a_spoilt_anchor_fails_the_clocks(how, code, record, first, authority):
    tamper(how, record, first, authority)
    step, anchors = check(record, roots=[authority.root], logs=rekor_world.POLICY)
    assert (codes(step), anchors.known) == ([code], []), step.findings
    assert step.close(16).status == "failed"


def test_a_statement_dated_after_a_time_stamp_over_it_fails(world, record, authority):
    """Who moves the clock of a statement cannot move the authority's."""
    last = read_anchored_head(record)
    early = SECOND - timedelta(days=2)
    attach_anchor(record, last, authority.stamp(last.message, early), "tsr")
    verdict = verify(record, believed=Believed((authority.root,)), bounds=BOUNDS).verdict
    assert verdict.outcome == "failed"
    assert "clocks.anchor" in [x.code for x in verdict.step("clocks").findings]


def test_the_earliest_proof_of_each_size_is_reported():
    at = [FIRST + timedelta(hours=hour) for hour in range(4)]
    anchors = Anchors(
        [Anchored(5, at[2], "b"), Anchored(9, at[3], "a"), Anchored(5, at[1], "a"),
         Anchored(3, at[3], "a")]
    )  # fmt: skip
    assert [(x.statements, x.at, x.by) for x in anchors.prove()] == [
        (5, at[1], "a"),
        (9, at[3], "a"),
    ]
    assert [anchors.find(index) and anchors.find(index).at for index in (0, 4, 5, 8, 9)] == [
        at[1], at[1], at[3], at[3], None,
    ]  # fmt: skip


def test_a_list_of_anchors_reads_back_and_every_other_spelling_is_refused():
    names = ["12-0123456789abcdef.tsr", "3-0123456789abcdef.rekor.json"]
    assert parse_anchors(format_anchors(names)) == names
    good = format_anchors(names)
    for data in (good + good, good[:-1], b"../x\n", b"x" + good, format_anchors(names[::-1])):
        with pytest.raises(Error) as caught:
            parse_anchors(data)
        assert caught.value.code == "record.anchors"
