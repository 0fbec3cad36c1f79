"""What stands in a published record: its files, its statements, its commitments."""

import json

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.verification.forge import Forge
from tests.verification.test_vectors import make
from tests.verification.world import (
    EXTRA_PLAN,
    ORIGIN,
    PEOPLE,
    SECOND,
    make_place,
    make_seed,
    make_workspace,
    salts,
    verify,
)

from ifthen.attestation.envelope import parse_envelope
from ifthen.attestation.roles import People, make_register
from ifthen.attestation.stated import format_statement_schema, summarize_result
from ifthen.attestation.statement import parse_statement
from ifthen.decision.bounds import COMPUTED
from ifthen.encoding.canonical import digest_bytes, format_canonical
from ifthen.encoding.document import load_document
from ifthen.encoding.merkle import merkle_root
from ifthen.encoding.tree import parse_tree
from ifthen.errors import Error
from ifthen.publication.assembling import find_publication
from ifthen.publication.disclosing import Wanted, make_package
from ifthen.publication.ledger import FOLDER, Ledger
from ifthen.publication.publishing import Reasons, plan_publication
from ifthen.verification.opening import (
    OpenedSample,
    format_package,
    parse_package,
    verify_draw,
    verify_sample,
)
from ifthen.verification.statements import check_envelopes
from ifthen.verification.verdict import STEPS, Step
from ifthen.workspace.loading import load_workspace

NAME = "evidence/aurora-1-popularity"
REGISTER = make_register(
    [load_document(parse_tree(format_canonical(PEOPLE), name="people"), People)]
)


@pytest.fixture(scope="module")
def forge(world) -> Forge:
    return Forge(world.record)


def code_of(work, *arguments) -> str:
    with pytest.raises(Error) as caught:
        work(*arguments)
    return caught.value.code


def leaves_of(world, forge) -> bytes:
    reference = forge.said(forge.find(NAME))["result"]["samples"]["leaves"]
    return (world.record / "blobs" / "sha256" / reference["sha256"][7:]).read_bytes()


def test_entries_are_small_and_blobs_lie_under_their_digest(world, forge) -> None:
    assert all(len(entry) <= 65_535 for entry in forge.entries)
    blobs = list((world.record / "blobs" / "sha256").iterdir())
    assert len(blobs) > 26
    for path in blobs:
        assert digest_bytes(path.read_bytes()) == f"sha256:{path.name}"


def test_every_checkpoint_that_was_shown_is_kept(world) -> None:
    first = next(iter(world.memory.seen.values())).checkpoint
    kept = [path.read_bytes() for path in (world.record / "history").glob("[0-9]*")]
    assert sorted(kept) == sorted([first, (world.record / "checkpoint").read_bytes()])


def test_subjects_are_the_public_copies(forge) -> None:
    for at, statement in enumerate(forge.statements):
        said = forge.said(at)
        version = f" {said['version']}" if "version" in said else ""
        name = f"{said['kind']}/{said['id']}{version}"
        digest = {"sha256": said["copy"]["sha256"][7:]}
        assert statement["subject"] == [{"name": name, "digest": digest}]
        assert statement["predicateType"].endswith(f"/{said['kind']}/v1")


def test_the_published_schema_is_that_of_the_program() -> None:
    assert json.loads(make.SCHEMA.read_text("utf-8")) == format_statement_schema()


def test_entries_fulfil_the_published_schema(forge) -> None:
    validator = jsonschema.Draft202012Validator(json.loads(make.SCHEMA.read_text("utf-8")))
    for statement in forge.statements:
        validator.validate(statement)
    broken = forge.copy_statement(0)
    broken["predicate"]["document"]["surprise"] = 1
    assert not validator.is_valid(broken)


def test_the_chain_has_no_gap(forge) -> None:
    previous = None
    for number, entry in enumerate(forge.entries, start=1):
        payload = parse_envelope(entry).payload
        chain = parse_statement(payload).predicate.chain
        assert (chain.sequence, chain.previous) == (number, previous)
        previous = digest_bytes(payload)


def test_a_result_repeats_its_copy_and_commits_to_each_sample(world, forge) -> None:
    at = forge.find(NAME)
    result, copy = forge.said(at)["result"], forge.copy(at)
    assert summarize_result(copy).items() <= result.items()
    assert (
        result["plan"] == forge.said(forge.find("plan/plan-aurora-1-popularity"))["copy"]["sha256"]
    )
    data = leaves_of(world, forge)
    leaves = [data[x : x + 32] for x in range(0, len(data), 32)]
    assert len(leaves) == result["samples"]["count"] == copy["samples"]["total"]
    assert result["samples"]["root"] == f"sha256:{merkle_root(leaves).hex()}"


def test_a_result_without_its_log_says_so(tmp_path) -> None:
    root = make_workspace(tmp_path / "aurora")
    (root / "logs" / "aurora-1-popularity.eval").unlink()
    workspace = load_workspace(root)
    place = make_place(root, tmp_path / "record")
    plan = plan_publication(
        workspace, find_publication(workspace), place.ledger, today=SECOND.date(),
        bounds=COMPUTED, random_bytes=salts(), reasons=Reasons(),
    )  # fmt: skip
    results = {x.name: x.redacted.stated.result for x in plan.drafts}
    assert results[NAME].doubt.code == "evaluation.log-missing"
    assert results[NAME].samples is None
    assert results["evidence/aurora-2-popularity"].doubt is None


def test_one_sample_opens_alone(world, forge) -> None:
    kept = {x.name: x for x in Ledger(world.root / FOLDER).list_kept()}[NAME]
    leaves = leaves_of(world, forge)
    sample = OpenedSample(place=3, disclosure=kept.samples[3])
    value = verify_sample(sample, leaves).value
    assert set(value) == {"id", "epoch", "status", "scores", "sha256"}
    assert code_of(verify_sample, sample.model_copy(update={"place": 4}), leaves) == (
        "disclosure.sample"
    )


def test_five_samples_are_drawn_by_a_seed_that_nobody_chose(world) -> None:
    opening = world.package.openings[1]
    places = [sample.place for sample in opening.samples]
    assert len(set(places)) == 5
    verify_draw(opening.seed, places, 100)
    assert code_of(verify_draw, opening.seed, sorted(places), 100) == "disclosure.drawn"
    other = make_seed("cd" * 32, SECOND)
    assert code_of(verify_draw, other, places, 100) == "disclosure.drawn"


def test_a_package_holds_what_was_chosen(world) -> None:
    ledger = Ledger(world.root / FOLDER)
    name = "declaration/aurora-1-weights-encrypted"
    package = make_package(ledger, ORIGIN, [Wanted(name, ("evidence",))])
    assert [len(x.fields) for x in package.openings] == [1]
    assert parse_package(format_package(package)) == package
    assert code_of(make_package, ledger, ORIGIN, [Wanted(name, ("value",))]) == "disclosure.unknown"
    assert code_of(make_package, ledger, ORIGIN, [Wanted("plan/x")]) == "disclosure.unknown"
    assert code_of(make_package, ledger, ORIGIN, []) == "disclosure.unknown"
    assert code_of(make_package, ledger, ORIGIN, [Wanted(NAME, (), (100,))]) == "disclosure.unknown"


def test_a_plan_without_a_result_is_named(world, tmp_path) -> None:
    forge = Forge(world.record)
    forge.statements.pop(forge.find(f"plan/{EXTRA_PLAN}", -1))
    step = verify(forge.write(tmp_path / "forged")).verdict.step("completeness")
    assert (step.status, step.not_at_hand) == ("not-at-hand", 1)
    assert EXTRA_PLAN in step.findings[0].where


json_values = st.recursive(
    st.none() | st.booleans() | st.integers(-9, 9) | st.text(max_size=4),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["payload", "payloadType", "signatures", "keyid", "sig", "x"]), inner
        )
    ),
    max_leaves=12,
)


@given(st.binary(max_size=200) | json_values.map(format_canonical))
def test_any_entry_is_read_or_refused(data) -> None:
    step = Step(STEPS[4])
    assert check_envelopes(step, [data], REGISTER) == []
    assert step.failed


@given(st.data())
def test_any_changed_entry_is_refused(forge, data) -> None:
    entry = bytearray(data.draw(st.sampled_from(forge.entries)))
    at = data.draw(st.integers(0, len(entry) - 1))
    entry[at] ^= data.draw(st.integers(1, 255))
    step = Step(STEPS[4])
    check_envelopes(step, [bytes(entry)], REGISTER)
    assert step.failed


@given(st.binary(max_size=200) | json_values.map(format_canonical))
def test_any_bytes_are_a_package_or_refused(data) -> None:
    assert code_of(parse_package, data) == "disclosure.package"
