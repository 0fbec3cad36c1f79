"""The files of SWE-bench results that are read, and the rule by which an instance is resolved.

Facts from SWE-bench/SWE-bench (``harness/grading.py``, ``harness/reporting.py`` and its documents)
and from the layout of SWE-bench/experiments.
"""

from typing import Any

import msgspec

from ifthen.errors import Error
from ifthen.evidence.strict_json import Count

SPLITS = {
    "test": 2294,
    "lite": 300,
    "verified": 500,
    "multilingual": 300,
    "multimodal": 517,
    "bash-only": 500,  # the instances of verified, one agent
}
"""Number of instances of each split, by the name of its folder among the submissions."""
CATEGORIES = ("FAIL_TO_PASS", "PASS_TO_PASS")


class OutcomesJson(msgspec.Struct):
    """Tests of one category, by their outcome."""

    success: list[str] = []
    failure: list[str] = []


class ReportJson(msgspec.Struct):
    """What the harness says about one instance."""

    resolved: bool
    patch_exists: bool | None = None
    patch_successfully_applied: bool | None = None
    tests_status: dict[str, OutcomesJson] | None = None
    infra_failure: bool = False


class PredictionJson(msgspec.Struct):
    """The patch that a model made."""

    model_patch: str | None = None
    model_name_or_path: str | None = None
    instance_id: str | None = None


class ResultsJson(msgspec.Struct):
    """``results/results.json``: lists of instances."""

    resolved: list[str]
    no_generation: list[str] = []
    no_logs: list[str] | None = None


class DetailJson(msgspec.Struct):
    """An entry of ``per_instance_details.json``."""

    resolved: bool


class SummaryJson(msgspec.Struct):
    """The one file that the harness writes at the end of a run."""

    total_instances: Count
    resolved_ids: list[str]
    unresolved_ids: list[str]
    submitted_instances: Count | None = None
    completed_instances: Count | None = None
    resolved_instances: Count | None = None
    unresolved_instances: Count | None = None
    empty_patch_instances: Count | None = None
    error_instances: Count | None = None
    infra_failure_instances: Count | None = None
    submitted_ids: list[str] | None = None
    completed_ids: list[str] | None = None
    incomplete_ids: list[str] = []
    empty_patch_ids: list[str] = []
    error_ids: list[str] = []
    infra_failure_ids: list[str] = []


def recompute_resolved(report: ReportJson) -> bool | None:
    """Return whether the tests say that the instance is resolved; None where no test is listed.

    It is, if every test that has to pass afterwards passed: none of either category failed.
    """
    tests = report.tests_status
    if tests is None:
        return None
    if not all(category in tests for category in CATEGORIES):
        return None
    return not any(tests[category].failure for category in CATEGORIES)


def find_report_fault(report: ReportJson) -> str | None:
    """Return in words how a report contradicts itself; None if it does not."""
    resolved = recompute_resolved(report)
    if resolved is not None and resolved != report.resolved:
        return f"states resolved {report.resolved}; its tests say {resolved}"
    if report.resolved and report.patch_exists is False:
        return "states resolved without a patch"
    if report.resolved and report.patch_successfully_applied is False:
        return "states resolved with a patch that was not applied"
    for tests in (report.tests_status or {}).values():
        if set(tests.success) & set(tests.failure):
            return "lists a test as passed and as failed"
    return None


def metadata_at(metadata: Any, *keys: str) -> Any:
    """Return what stands under nested keys of the metadata, or None."""
    for key in keys:
        metadata = metadata.get(key) if isinstance(metadata, dict) else None
    return metadata


def list_models(metadata: Any) -> tuple[str, ...]:
    """Return the models that a submission's metadata names."""
    found = metadata_at(metadata, "tags", "model")
    names = found if isinstance(found, list) else [found]
    return tuple(name for name in names if isinstance(name, str) and name.strip())


def check_unique(ids: list[str], *, where: str) -> None:
    """Make sure that a list names no instance twice.

    Raises:
        Error: ``log.wrong-shape``.
    """
    if len(set(ids)) < len(ids):
        raise Error("log.wrong-shape", "a list names an instance twice", where=where)
