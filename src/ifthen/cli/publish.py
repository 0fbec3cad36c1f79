"""``ifthen publish``: state what the workspace holds in a public record."""

import contextlib
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ifthen.cli import options
from ifthen.cli.options import (
    framework_option,
    guarded,
    json_option,
    open_workspace,
    workspace_option,
)
from ifthen.cli.record_place import (
    FILE,
    load_key,
    log_key_option,
    make_place,
    read_record_policy,
    record_option,
)
from ifthen.errors import Problems

if TYPE_CHECKING:
    from ifthen.attestation.publication import Publication
    from ifthen.publication.ledger import Ledger
    from ifthen.publication.publishing import Draft, PublicationPlan
    from ifthen.publication.releasing import Place
    from ifthen.verification.verdict import Verdict
    from ifthen.workspace.loading import Workspace


@click.command("publish")
@workspace_option
@record_option
@click.option("--key", "key_file", type=FILE, help="Publisher's private key.")
@log_key_option
@click.option(
    "--policy", "policy_file", type=FILE,
    help="Log keys and witnesses (C2SP tlog-policy).  [default: the record's, else no witness]",
)  # fmt: skip
@click.option("--amend", help="Why documents changed since they were published; public.")
@click.option("--withdraw", help="Why documents are gone that were published; public.")
@click.option("--heartbeat", is_flag=True, help="Give a sign of life where nothing is new.")
@click.option(
    "--accept-unsupported", is_flag=True,
    help="Publish although the only support of a claim is withheld.",
)  # fmt: skip
@click.option("--yes", is_flag=True, help="Publish. Without it, only show what would be published.")
@framework_option
@json_option
@guarded
def command(  # noqa: PLR0917 - click passes options by name
    directory: Path,
    record: Path,
    key_file: Path | None,
    log_key_files: tuple[Path, ...],
    policy_file: Path | None,
    amend: str | None,
    withdraw: str | None,
    heartbeat: bool,
    accept_unsupported: bool,
    yes: bool,
    framework_id: str | None,
    json_: bool,
) -> int:
    """Show what would be public and what withheld; with --yes, publish it.

    Documents, decisions, sign-offs and gates become signed statements in a transparency log. The
    record is verified as a stranger would, before its checkpoint is shown. A run that was
    interrupted is finished first. Exit code 2 where the only support of a claim would be withheld.
    """
    from ifthen.cli.publish_text import show_plan, show_published  # noqa: PLC0415
    from ifthen.publication.assembling import find_publication  # noqa: PLC0415
    from ifthen.publication.ledger import FOLDER, Ledger  # noqa: PLC0415
    from ifthen.publication.publishing import Reasons, finish_pending  # noqa: PLC0415

    now = options.read_now()
    workspace = open_workspace(directory)
    rules = find_publication(workspace)
    ledger = Ledger(workspace.root / FOLDER)
    place: Place | None = None
    with contextlib.ExitStack() as stack:
        if yes:
            if key_file is None or not log_key_files:
                raise click.UsageError("--yes needs --key and --log-key")
            stack.enter_context(ledger.alone())
            place = make_place(
                record=record, ledger=ledger, origin=rules.origin, log_keys=log_key_files,
                policy_file=policy_file, now=now,
            )  # fmt: skip
            if (finished := finish_pending(place, now=now)) is not None:
                show_published(finished, 0, record, json_, resumed=True)
                return 0
        plan = _plan(
            workspace=workspace, rules=rules, ledger=ledger, reasons=Reasons(amend, withdraw),
            framework_id=framework_id, now=now,
        )  # fmt: skip
        drafts = list(plan.drafts) or _list_heartbeat(heartbeat, ledger, rules, now)
        blocked = bool(plan.warnings) and not accept_unsupported
        if blocked and yes:
            raise Problems(plan.warnings)
        if place is None or key_file is None or not drafts:
            show_plan(drafts, plan, record, json_)
            return 2 if blocked else 0
        verdict = _publish(
            drafts=drafts, plan=plan, rules=rules, place=place, key_file=key_file,
            policy=read_record_policy(policy_file, place), now=now,
        )  # fmt: skip
    show_published(verdict, len(drafts), record, json_, resumed=False)
    return 0


def _list_heartbeat(
    wanted: bool, ledger: "Ledger", rules: "Publication", now: datetime
) -> "list[Draft]":
    """Return a sign of life to be given, where one is wanted."""
    from ifthen.publication.publishing import make_heartbeat_draft  # noqa: PLC0415

    return [make_heartbeat_draft(ledger, rules, now)] if wanted else []


def _plan(
    *,
    workspace: "Workspace",
    rules: "Publication",
    ledger: Any,
    reasons: Any,
    framework_id: str | None,
    now: datetime,
) -> "PublicationPlan":
    import secrets  # noqa: PLC0415

    from ifthen.publication.publishing import plan_publication  # noqa: PLC0415
    from ifthen.workspace.remembering import RememberedBounds  # noqa: PLC0415

    bounds = RememberedBounds(workspace.root)
    plan = plan_publication(
        workspace,
        rules,
        ledger,
        today=now.date(),
        bounds=bounds,
        random_bytes=secrets.token_bytes,
        reasons=reasons,
        framework_id=framework_id,
    )
    bounds.save()
    return plan


def _publish(
    *,
    drafts: "list[Draft]",
    plan: "PublicationPlan",
    rules: "Publication",
    place: "Place",
    key_file: Path,
    policy: bytes,
    now: datetime,
) -> "Verdict":
    from ifthen.publication.publishing import publish  # noqa: PLC0415

    return publish(
        drafts,
        rules,
        place,
        signer=load_key(key_file),
        policy=policy,
        decisions=plan.decisions,
        now=now,
    )
