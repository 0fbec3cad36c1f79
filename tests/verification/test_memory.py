"""What is remembered of a log, and the proof of a fork that anybody can check."""

import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.verification.forge import Forge
from tests.verification.tamper_log import other_tree
from tests.verification.world import LOG, POLICY, verify

from ifthen.errors import Error
from ifthen.tlog.checkpoint import parse_checkpoint
from ifthen.tlog.note import parse_note
from ifthen.tlog.policy import Policy, TrustedLog, parse_policy
from ifthen.tlog.signer import Ed25519Signer
from ifthen.verification.files import open_record
from ifthen.verification.memory import (
    Memory,
    Seen,
    format_memory,
    make_fork_proof,
    parse_memory,
    verify_fork_proof,
)
from ifthen.verification.trust import Brought

TRUSTED = parse_policy(POLICY)


def code_of(work, *arguments) -> str:
    with pytest.raises(Error) as caught:
        work(*arguments)
    return caught.value.code


@pytest.fixture(params=[1, 10, 16, 26])
def fork(request, world):
    """Return the proof of a fork at this size."""
    note = other_tree(Forge(world.record), request.param)
    memory = Memory({LOG.key.name: Seen(note, world.pin)})
    found = verify(world.record, memory=memory)
    assert found.verdict.step("memory").status == "failed"
    assert found.memory is None
    return found.fork


def test_the_proof_of_a_fork_needs_nothing_but_the_log_key(fork) -> None:
    old, new = verify_fork_proof(fork, TRUSTED)
    assert new.size == 26
    assert old.size <= 26


@pytest.mark.parametrize("fork", [10, 16], indirect=True)
@pytest.mark.parametrize("key", ["old", "new", "root", "proof"])
def test_a_changed_proof_of_a_fork_proves_nothing(fork, key) -> None:
    tree = json.loads(fork)
    text = tree[key] if isinstance(tree[key], str) else tree[key][0]
    odd = text[:40] + ("A" if text[40] != "A" else "B") + text[41:]
    tree[key] = odd if isinstance(tree[key], str) else [odd, *tree[key][1:]]
    with pytest.raises(Error):
        verify_fork_proof(json.dumps(tree, separators=(",", ":"), sort_keys=True).encode(), TRUSTED)


def test_one_log_is_no_fork(world) -> None:
    first = next(iter(world.memory.seen.values())).checkpoint
    note = (world.record / "checkpoint").read_bytes()
    read = open_record(str(world.record)).read
    old, new = (parse_checkpoint(parse_note(x).text) for x in (first, note))
    proof = make_fork_proof(read, old, first, new, note)
    assert code_of(verify_fork_proof, proof, TRUSTED) == "memory.fork-proof"


def test_a_fork_by_another_key_is_none_of_the_log(fork) -> None:
    other = Ed25519Signer(LOG.key.name, b"\7" * 32)
    strange = Policy((TrustedLog(other.key),))
    assert code_of(verify_fork_proof, fork, strange) == "tlog.signature-missing"


def test_what_was_verified_is_remembered(world) -> None:
    found = verify(world.record, memory=world.memory)
    assert found.memory is not None
    assert found.memory.seen[LOG.key.name].checkpoint == (world.record / "checkpoint").read_bytes()
    again = verify(world.record, memory=found.memory)
    assert again.verdict.step("memory").status == "verified"
    assert again.verdict.step("trust").status == "verified"


def test_an_alarm_about_another_pin_does_not_clear_itself(world) -> None:
    found = verify(world.record, memory=world.memory)
    old = "sha256:" + "0" * 64
    memory = Memory({LOG.key.name: replace(found.memory.seen[LOG.key.name], pin=old)})
    for _ in range(2):
        again = verify(world.record, memory=memory)
        assert [x.code for x in again.verdict.step("trust").findings] == ["trust.changed"]
        memory = again.memory
    assert memory.seen[LOG.key.name].pin == old
    answered = verify(world.record, memory=memory, brought=Brought(pin=world.pin))
    assert answered.memory.seen[LOG.key.name].pin == world.pin


seen_once = st.builds(Seen, st.text(max_size=9).map(str.encode), st.text(max_size=9))


@given(st.dictionaries(st.text(max_size=8), seen_once))
def test_parse_is_the_inverse_of_format(seen) -> None:
    assert parse_memory(format_memory(Memory(seen))) == Memory(seen)


@given(st.binary(max_size=80) | st.sampled_from([b"{}", b'{"format":"ifthen-memory/1","seen":[]}']))
def test_any_bytes_are_a_memory_or_refused(data) -> None:
    assert code_of(parse_memory, data) == "memory.form"
