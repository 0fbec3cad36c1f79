"""Checks across the documents of a workspace: every reference leads somewhere, nothing is stale."""

import difflib
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

from ifthen.attestation.roles import check_people
from ifthen.decision.clearing import check_clearing, check_plan_clearing
from ifthen.encoding.document import Loaded
from ifthen.errors import Error
from ifthen.framework.clause_days import check_days
from ifthen.framework.lint import Lint, check_framework
from ifthen.framework.model import Framework
from ifthen.workspace.cases import check_cases, find_differences
from ifthen.workspace.dossiers import check_dossier, warn_dossier
from ifthen.workspace.loading import Workspace
from ifthen.workspace.packages import check_packages
from ifthen.workspace.references import find_dangling, find_dangling_key
from ifthen.workspace.signatories import check_signatories
from ifthen.workspace.trusting import check_drafts, check_trust
from ifthen.workspace.weights import check_manifests


def check_workspace(workspace: Workspace, *, on: date) -> Lint:
    """Return every error and warning across the documents, on a day."""
    lints = [check_framework(framework) for framework in workspace.frameworks]
    errors = [error for lint in lints for error in lint.errors]
    warnings = [warning for lint in lints for warning in lint.warnings]
    errors += _overlapping_versions(workspace)
    errors += _circular_supersession(workspace)
    errors += _references(workspace)
    errors += check_people(workspace.people)
    errors += check_trust(workspace)
    errors += check_signatories(workspace)
    errors += check_dossier(workspace)
    errors += check_manifests(workspace)
    if not errors:
        results, faults = check_cases(workspace.cases, workspace.frameworks)
        errors += [*faults, *find_differences(results, workspace.cases)]
        warnings += _clearing(workspace)
        warnings += _expired(workspace, on)
        for framework in workspace.frameworks:
            if framework.document.in_force.covers(on):
                warnings += check_days(framework, on)
        warnings += _unused_statements(workspace)
        warnings += _framework_review(workspace, on)
        warnings += _logs(workspace)
        warnings += check_packages(workspace)
        warnings += check_drafts(workspace, on)
        warnings += warn_dossier(workspace, on)
    return Lint(errors=tuple(errors), warnings=tuple(warnings))


def _overlapping_versions(workspace: Workspace) -> Iterator[Error]:
    versions = sorted(
        workspace.frameworks, key=lambda x: (x.document.id, x.document.in_force.from_)
    )
    for index, later in enumerate(versions):
        for earlier in versions[:index]:
            same = earlier.document.id == later.document.id
            if same and earlier.document.in_force.covers(later.document.in_force.from_):
                yield Error(
                    "workspace.two-in-force",
                    f"framework {later.document.id} {later.document.version} comes into force while"
                    f" {earlier.document.version} is still in force",
                    where=later.where("in_force"),
                    hint=f"give {earlier.source.name} an until: {later.document.in_force.from_}",
                )


def _circular_supersession(workspace: Workspace) -> Iterator[Error]:
    """Yield each version that, followed from what it replaces on, replaces itself."""
    replaced = {
        (x.document.id, x.document.version): x.document.supersedes for x in workspace.frameworks
    }
    for loaded in workspace.frameworks:
        id, version = loaded.document.id, loaded.document.version
        chain = [version]
        while (before := replaced.get((id, chain[-1]))) is not None and before not in chain:
            chain.append(before)
        if before == version:
            yield Error(
                "workspace.circular-supersession",
                f"framework {id} {version} replaces itself: {' replaces '.join([*chain, version])}",
                where=loaded.where("supersedes"),
                hint="name in supersedes the version that was in force before",
            )


def _references(workspace: Workspace) -> Iterator[Error]:
    models = {x.document.id for x in workspace.models}
    frameworks = [x.document for x in workspace.frameworks]
    evaluations = {e.id for f in frameworks for e in f.evaluations}
    safeguards = {s.id for f in frameworks for s in f.safeguards}
    thresholds = {t.id for f in frameworks for _, t in f.thresholds()}
    plans = {x.document.id for x in workspace.plans}
    evidence = {x.document.id for x in workspace.evidence}
    for plan in workspace.plans:
        yield from find_dangling_key(plan, "framework", "framework", {f.id for f in frameworks})
        yield from find_dangling_key(plan, "evaluation", "evaluation", evaluations)
        yield from find_dangling_key(plan, "model", "model", models)
    for record in workspace.evidence:
        yield from find_dangling_key(record, "evaluation", "evaluation", evaluations)
        yield from find_dangling_key(record, "model", "model", models)
        if record.document.plan is not None:
            yield from find_dangling_key(record, "plan", "plan", plans)
    for declaration in workspace.declarations:
        yield from find_dangling_key(declaration, "model", "model", models)
    for assessment in workspace.assessments:
        yield from find_dangling_key(assessment, "model", "model", models)
        yield from find_dangling_key(assessment, "safeguard", "safeguard", safeguards)
    for determination in workspace.determinations:
        yield from find_dangling_key(determination, "model", "model", models)
        yield from find_dangling_key(determination, "threshold", "threshold", thresholds)
        for index, id in enumerate(determination.document.evidence):
            yield from find_dangling(determination, ("evidence", index), "evidence", id, evidence)
    yield from _references_of_comparisons(workspace, models, evidence)


def _references_of_comparisons(
    workspace: Workspace, models: set[str], evidence: set[str]
) -> Iterator[Error]:
    for loaded in workspace.comparisons:
        comparison = loaded.document
        yield from find_dangling_key(loaded, "model", "model", models)
        reference = comparison.reference.model
        yield from find_dangling(loaded, ("reference", "model"), "model", reference, models)
        for index, one in enumerate(comparison.benchmarks):
            for key in ("model_evidence", "reference_evidence"):
                if (id := getattr(one, key)) is not None:
                    path = ("benchmarks", index, key)
                    yield from find_dangling(loaded, path, "evidence", id, evidence)


def _expired(workspace: Workspace, on: date) -> Iterator[Error]:
    statements: list[Loaded[Any]] = [
        *workspace.declarations,
        *workspace.assessments,
        *workspace.determinations,
        *workspace.exceptions,
    ]
    for loaded in statements:
        document = loaded.document
        if document.expires <= on:
            yield Error(
                "workspace.expired",
                f"{document.kind} {document.id} expired on {document.expires}:"
                " it counts as unknown",
                where=loaded.where("expires"),
                hint=f"renew the {document.kind}",
            )


def _clearing(workspace: Workspace) -> Iterator[Error]:
    """Yield what the frameworks ask of evaluations, and the plans of their runs, in vain."""
    for framework in workspace.frameworks:
        yield from check_clearing(framework)
        versions = {evaluation.id: evaluation for evaluation in framework.document.evaluations}
        for plan in workspace.plans:
            found = versions.get(plan.document.evaluation)
            named = (plan.document.framework, plan.document.framework_version)
            if found and named == (framework.document.id, framework.document.version):
                yield from check_plan_clearing(plan, found, framework.document)


def _unused_statements(workspace: Workspace) -> Iterator[Error]:
    asked = {
        leaf.subject.declaration
        for framework in workspace.frameworks
        for path, predicate in framework.document.conditions()
        for _, leaf in predicate.leaves(path)
        if leaf.subject is not None and leaf.subject.declaration is not None
    }
    for loaded in workspace.declarations:
        statement = loaded.document.statement
        if statement not in asked and not _is_field(statement):
            close = difflib.get_close_matches(loaded.document.statement, list(asked), n=1)
            yield Error(
                "workspace.unused-declaration",
                f"no framework asks for the statement '{loaded.document.statement}'",
                where=loaded.where("statement"),
                hint=f"did you mean '{close[0]}'?" if close else None,
            )


def _is_field(statement: str) -> bool:
    """Return whether a filing that laws ask for has a field of this name."""
    from ifthen.conformance.filing import STATEMENTS  # noqa: PLC0415 - seldom needed

    return statement in STATEMENTS


def _framework_review(workspace: Workspace, on: date) -> Iterator[Error]:
    for loaded in workspace.frameworks:
        framework: Framework = loaded.document
        since, days = framework.in_force.from_, framework.cadence.review_every_days
        if days is None or not framework.in_force.covers(on):
            continue
        if (on - since).days >= days:
            due = since + timedelta(days=days)
            yield Error(
                "workspace.review-due",
                f"framework {framework.id} {framework.version} was due for review on {due}",
                where=loaded.where("cadence", "review_every_days"),
                hint="review it, and publish a version with a new date in force",
            )


def _logs(workspace: Workspace) -> Iterator[Error]:
    for loaded in workspace.evidence:
        if not (workspace.root / loaded.document.log.path).is_file():
            yield Error(
                "workspace.log-missing",
                f"the log {loaded.document.log.path} is not there; its evaluation is undetermined",
                where=loaded.where("log", "path"),
                hint="put the log back, or remove the evidence record",
            )
