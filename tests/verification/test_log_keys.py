"""Keys of the log that follow one another: what verifies, and by which key."""

import pytest
from tests.verification.tamper_keys import ADDED, LOG, NEW, WITHDRAWN, rotate
from tests.verification.test_tampering import Scene
from tests.verification.world import ORIGIN, POLICY

from ifthen.errors import Error
from ifthen.tlog.checkpoint import Checkpoint
from ifthen.tlog.cosignature import sign_checkpoint
from ifthen.tlog.policy import parse_policy
from ifthen.tlog.signer import Ed25519Signer
from ifthen.tlog.succession import (
    Successor,
    follow_policy,
    format_policy_version,
    format_successor,
)
from ifthen.verification.log_keys import follow_keys
from ifthen.verification.trust import Brought


def kept(versions):
    return [(start, {x.key for x in policy.logs}) for start, policy in versions]


def test_each_size_is_judged_by_its_own_keys():
    found = follow_keys(parse_policy(POLICY), ORIGIN, [b"x", ADDED, b"y", WITHDRAWN, b"z"])
    assert found.fault is None
    assert kept(found.keys.versions) == [
        (0, {LOG.key}), (2, {LOG.key, NEW.key}), (4, {NEW.key}),
    ]  # fmt: skip
    at = [{x.key for x in found.keys.at(size).logs} for size in range(7)]
    both, new = {LOG.key, NEW.key}, {NEW.key}
    assert at == [{LOG.key}, {LOG.key}, both, both, new, new, new]


def test_what_follows_a_change_that_does_not_hold_is_not_followed():
    found = follow_keys(parse_policy(POLICY), ORIGIN, [WITHDRAWN, ADDED])
    assert isinstance(found.fault, Error)
    assert found.fault.where == "entry 0"
    assert kept(found.keys.versions) == [(0, {LOG.key})]


@pytest.fixture
def scene(world, tmp_path):
    return Scene(world, tmp_path)


def follow(scene, folder):
    scene.forge.renamed = {}
    scene.__dict__["forged"] = folder
    return scene.verdict()


def test_no_false_alarm_for_a_log_that_changed_its_key(scene):
    verdict = follow(scene, rotate(scene, [ADDED, WITHDRAWN]))
    assert [(x.id, x.findings) for x in verdict.steps if x.status != "verified"] == []
    said = verdict.step("checkpoint").findings
    assert [(x.where, x.text) for x in said] == [
        ("entry 26", f"the log's key {NEW.key.key_id.hex()} counts from here on"),
        ("entry 27", f"the log's key {LOG.key.key_id.hex()} counts no more from here on"),
    ]
    assert (verdict.pin, verdict.size) == (scene.world.pin, 28)


def test_a_policy_that_followed_the_log_is_the_same_trust(scene):
    later = follow_policy(parse_policy(POLICY), [ADDED, WITHDRAWN])
    data = format_policy_version(later, POLICY, {ORIGIN: 28})
    scene.options["brought"] = Brought(policy=data, pin=scene.world.pin)
    verdict = follow(scene, rotate(scene, [ADDED, WITHDRAWN]))
    assert verdict.outcome == "verified"


def test_a_log_that_says_that_it_follows_another_is_no_record_yet(scene):
    lost = Ed25519Signer("log.example/lost", b"\x09" * 32)
    last = sign_checkpoint(Checkpoint(lost.key.name, 1, b"\x0a" * 32), [lost], 1_780_000_000)
    entry = format_successor(Successor(LOG.key, last), [lost])
    step = follow(scene, rotate(scene, [entry])).step("envelopes")
    assert step.status == "failed"
    assert [(x.where, x.code) for x in step.findings] == [("entry 26", "record.successor")]
