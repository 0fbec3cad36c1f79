"""Versions of packages that a log names, in the record, and where two that should agree do not."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.evidence.lm_eval_logs import Run as LmEvalRun
from tests.evidence.tables import make_log

from ifthen.encoding.canonical import digest_bytes, format_canonical
from ifthen.encoding.document import dump_document
from ifthen.encoding.tree import parse_tree
from ifthen.evidence.archive import Archive
from ifthen.evidence.building import build_record
from ifthen.evidence.packages import EFFECT, Versions, list_versions, read_packages
from ifthen.evidence.reading import read_log
from ifthen.evidence.record import EvidenceRecord, dump_parts, list_differing

AURORA = Path(__file__).parents[2] / "examples" / "aurora"


def record_of(log) -> EvidenceRecord:
    return build_record(
        log,
        id="x",
        evaluation="e",
        model="m",
        plan=None,
        recorded_by="Ada",
        recorded_at=datetime(2026, 7, 1, tzinfo=UTC),
        cluster_by=None,
        log_path="logs/x",
    )


def codes(record: EvidenceRecord) -> set[str]:
    return {finding.code for finding in record.findings}


# -- what a record says ----------------------------------------------------------------------------


@pytest.mark.parametrize("path", sorted((AURORA / "logs").glob("aurora-2-*.eval"))[:2])
def test_every_version_of_a_real_header_is_in_the_record(path):
    """Against the header itself, read by nothing of the reader but the zip."""
    archive = Archive(path.read_bytes(), name=path.name)
    header = json.loads(archive.read(archive.find("header.json")))
    record = record_of(read_log(path))
    assert header["eval"]["packages"]
    assert list_versions(record.run) == header["eval"]["packages"]
    assert record.run.dirty is header["eval"]["revision"]["dirty"]


def test_a_record_of_a_log_that_names_nothing_more_keeps_its_bytes():
    path = AURORA / "evidence" / "aurora-2-popularity.yaml"
    stated = parse_tree(path.read_bytes(), name=path.name)
    record = EvidenceRecord.model_validate_json(json.dumps(stated.tree))
    assert not {"packages", "dirty"} & dump_document(record)["run"].keys()
    assert digest_bytes(format_canonical(dump_document(record))) == (
        "sha256:a31879cb906b12fd65ca0f9c9a735b83e0a4f49c38607171a93db058e1e1c9d8"
    )


def test_packages_and_changed_code_of_an_inspect_log(change):
    log = change("plain.eval")
    spec = log["header.json"]["eval"]
    spec["packages"] = {"inspect_ai": "0.3.285", "inspect_evals": "0.3.9", "a\nb": "1\u202e"}
    spec["revision"] = {"type": "git", "origin": "", "commit": "c", "dirty": True}
    run = record_of(log.read()).run
    assert run.producer == "inspect_ai 0.3.285"
    assert run.packages == {"a b": "1 ", "inspect_evals": "0.3.9"}
    assert run.dirty is True
    spec["revision"]["dirty"] = False
    assert record_of(log.read()).run.dirty is False


def test_a_version_that_is_no_text_is_told(change):
    log = change("plain.eval")
    log["header.json"]["eval"]["packages"] = {"inspect_ai": "0.3.285", "odd": 3, "other": None}
    record = record_of(log.read())
    assert record.run.packages == {}
    (found,) = (each for each in record.findings if each.code == "log.package-version")
    assert (found.severity, found.message) == (
        "notice",
        "the versions of these packages are no text: odd, other",
    )


def test_a_run_of_lm_eval_names_what_ran_the_model():
    run = LmEvalRun()
    assert record_of(run.read()).run.packages == {}  # "N/A": nothing was installed
    run.results["transformers_version"] = "4.57.1"
    found = record_of(run.read()).run
    assert found.packages == {"transformers": "4.57.1"}
    assert list_versions(found) == {"lm_eval": "0.4.13", "transformers": "4.57.1"}


# -- records made before there were such keys ------------------------------------------------------


def test_an_older_record_says_less_and_a_changed_one_something_else(change):
    log = change("plain.eval")
    spec = log["header.json"]["eval"]
    spec["packages"]["inspect_evals"] = "0.3.9"
    spec["revision"] = {"type": "git", "origin": "", "commit": "c", "dirty": True}
    found = dump_parts(record_of(log.read()))

    def differing(**changes):
        run = {k: v for k, v in (found["run"] | changes).items() if v is not None}
        return list_differing(found | {"run": run}, found)

    assert differing() == []
    assert differing(packages=None, dirty=None) == []
    assert differing(packages={"inspect_evals": "0.3.8"}) == ["run"]
    assert differing(packages=None) == ["run"]
    assert differing(dirty=None) == ["run"]
    assert differing(packages=None, dirty=None, model="other") == ["run"]


# -- who names which version -----------------------------------------------------------------------


def differences(*named) -> list[str]:
    versions = Versions()
    for who, said in named:
        versions.add(who, said)
    return list(versions.differences())


def test_two_versions_of_one_package():
    assert differences(("a", {"Inspect_AI": "1"}), ("b", {"inspect-ai": "2", "c": "1"})) == [
        f"a names inspect-ai 1; b names inspect-ai 2: {EFFECT}"
    ]
    assert "may not be comparable" in EFFECT
    many = [(f"log {n}", {"p": "1"}) for n in range(9)]
    assert differences(*many, ("odd", {"p": "2"})) == [
        f"log 0, log 1, log 2 and 6 more name p 1; odd names p 2: {EFFECT}"
    ]


@given(
    st.lists(st.dictionaries(st.sampled_from("abc"), st.sampled_from("12"), max_size=3), max_size=5)
)
def test_a_package_is_told_exactly_where_two_name_it_differently(named):
    told = differences(*((f"x{n}", said) for n, said in enumerate(named)))
    expected = [p for p in "abc" if len({said[p] for said in named if p in said}) == 2]
    assert len(told) == len(expected)
    assert all(f" {package} " in text for package, text in zip(expected, told, strict=True))


@pytest.mark.parametrize(
    ("producer", "expected"),
    [
        ("inspect_ai 0.3.285", {"inspect_ai": "0.3.285"}),
        ("lm_eval 0.4.13, git 5a7c", {"lm_eval": "0.4.13, git 5a7c"}),
        ("lm_eval of unknown version", {}),
        ("METR runs file", {}),
        ("helm", {}),
    ],
)
def test_a_producer_with_a_version_is_a_package(producer, expected):
    assert list_versions(record_of(make_log(run={"producer": producer})).run) == expected


def test_the_producer_is_not_said_twice():
    log = make_log(run={"producer": "p 1", "packages": {"p": "1", "q": "2"}})
    assert read_packages(log.run) == ({"q": "2"}, ())
    other = make_log(run={"producer": "p 1", "packages": {"p": "3"}})  # not the same: both are kept
    assert read_packages(other.run)[0] == {"p": "3"}
