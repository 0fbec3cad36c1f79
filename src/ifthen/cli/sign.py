"""``ifthen sign``: a person's sign-off of a decision."""

from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ifthen.cli.options import (
    guarded,
    json_option,
    made_on_option,
    no_cache_option,
    open_workspace,
    read_now,
    workspace_option,
)
from ifthen.cli.signers import open_signer, public_option, signer_option
from ifthen.errors import Error, Problems

if TYPE_CHECKING:
    from ifthen.attestation.keys import Signer
    from ifthen.attestation.signoff import Signoff
    from ifthen.decision.model import Decision
    from ifthen.workspace.loading import Workspace

VERBS = {
    "approve": "approves",
    "dissent": "dissents from",
    "abstain": "abstains from",
    "recuse": "takes no part in",
}
_PATH = click.Path(path_type=Path, dir_okay=False)


@click.command("sign")
@click.argument("decision", type=_PATH)
@click.option("--gate", "gate_id", help="Gate to sign off.  [default: the role's only gate]")
@click.option("--role", required=True, help="Role in which you sign.")
@click.option("--key", "key_file", type=_PATH, help="Your private key.")
@signer_option
@public_option
@click.option("--dissent", is_flag=True, help="Dissent instead of approving; give a --reason.")
@click.option("--abstain", is_flag=True, help="Neither approve nor dissent; give a --reason.")
@click.option("--recuse", is_flag=True, help="Take no part, as for a conflict; give a --reason.")
@click.option("--reason", help="Why; stands in the sign-off.")
@click.option("--id", "id_", help="Id of the sign-off.  [default: from model, gate, day, person]")
@workspace_option
@made_on_option
@no_cache_option
@json_option
@guarded
def command(  # noqa: PLR0917 - click passes options by name
    decision: Path,
    gate_id: str | None,
    role: str,
    key_file: Path | None,
    address: str | None,
    public_file: Path | None,
    dissent: bool,
    abstain: bool,
    recuse: bool,
    reason: str | None,
    id_: str | None,
    directory: Path,
    made_on: date | None,
    no_cache: bool,
    json_: bool,
) -> int:
    """Sign off the DECISION in a file for a gate, or dissent, abstain, take no part.

    DECISION is what "ifthen decide MODEL --output FILE" wrote. It is made again first: what does
    not follow from the documents is not signed. Who you are follows from your key.
    """
    from ifthen.cli.output import emit_json  # noqa: PLC0415
    from ifthen.workspace.signing import load_decision, make_signoff, write_signoff  # noqa: PLC0415

    says = _read_says(dissent, abstain, recuse, reason)
    now = datetime.combine(made_on, time(), UTC) if made_on else read_now()
    made = load_decision(decision)
    workspace = open_workspace(directory)
    verify_decision(workspace, made, now.date(), use_cache=not no_cache)
    gate = gate_id or _find_gate(made, workspace, role)
    signer, person = _find_signer(workspace, open_signer(key_file, address, public_file))
    signoff = make_signoff(
        made,
        gate=gate,
        person=person,
        role=role,
        says=says,
        reasons=reason,
        signer=signer,
        now=now,
        id=id_,
    )
    from ifthen.workspace.gating import verify_new_signoff  # noqa: PLC0415

    verify_new_signoff(workspace, signoff, made, now.date())
    path = write_signoff(workspace, signoff, made)
    written = path.relative_to(workspace.root).as_posix()
    told = _list_told(workspace, made, gate, now.date())
    if json_:
        emit_json(
            {"signoff": signoff.id, "file": written, "says": signoff.says, "gate": gate,
             "decision": signoff.decision, "person": person, "role": role, "informed": told}
        )  # fmt: skip
        return 0
    _show(signoff, made, told, written)
    return 0


def _show(signoff: "Signoff", made: "Decision", told: list[dict[str, Any]], written: str) -> None:
    what = f"{VERBS[signoff.says]} {signoff.gate} of {made.model.id}"
    click.echo(f"{signoff.person} {what} as {signoff.role}")
    click.echo(f"decision {made.id}  {signoff.decision}")
    (outcome,) = [x.outcome.value for x in made.gates if x.gate == signoff.gate]
    if outcome != "go":
        click.echo(f"note: the decision says {outcome} for this gate; no sign-off opens it")
    for entry in told:
        people = ", ".join(entry["people"]) or "nobody holds it"
        click.echo(f"to be told: {entry['role']}: {people}")
    click.echo(f"wrote {written}; next: ifthen gate {made.model.id} {signoff.gate}")


def _list_told(
    workspace: "Workspace", decision: "Decision", gate: str, on: date
) -> list[dict[str, Any]]:
    from ifthen.workspace.gating import find_gate, list_told  # noqa: PLC0415
    from ifthen.workspace.resolving import find_framework  # noqa: PLC0415
    from ifthen.workspace.trusting import find_register  # noqa: PLC0415

    framework = find_framework(workspace, decision.framework.id, decision.on).document
    told = list_told(find_gate(framework, gate), find_register(workspace), on)
    return [x.model_dump(mode="json") for x in told]


def _read_says(dissent: bool, abstain: bool, recuse: bool, reason: str | None) -> str:
    given = {"dissent": dissent, "abstain": abstain, "recuse": recuse}
    chosen = [word for word, is_given in given.items() if is_given]
    if len(chosen) > 1:
        raise click.UsageError(f"one sign-off says one thing: found {' and '.join(chosen)}")
    if chosen and not reason:
        raise click.UsageError(f"to {chosen[0]} says why: give --reason")
    return chosen[0] if chosen else "approve"


def verify_decision(
    workspace: "Workspace", decision: "Decision", today: date, *, use_cache: bool
) -> None:
    """Verify that a decision follows from the documents, and is of a day that has come.

    Raises:
        Problems: the documents have faults.
        Error: ``signoff.hypothetical``, ``signoff.from-the-future``, ``signoff.stale``.
    """
    from ifthen.decision.identity import digest_decision, list_changes  # noqa: PLC0415
    from ifthen.workspace.checking import check_workspace  # noqa: PLC0415
    from ifthen.workspace.remembering import RememberedBounds  # noqa: PLC0415
    from ifthen.workspace.replaying import Replay  # noqa: PLC0415

    lint = check_workspace(workspace, on=decision.on)
    if lint.errors:
        raise Problems(lint.errors)
    if decision.hypothetical:
        raise Error(
            "signoff.hypothetical",
            "the decision shows what would follow; it was not made",
            hint=f"make it: ifthen decide {decision.model.id} --output FILE",
        )
    if decision.on > today:
        raise Error(
            "signoff.from-the-future", f"the decision is for {decision.on}, a day still to come"
        )
    bounds = RememberedBounds(workspace.root)
    replay = Replay(workspace, decision.model.id, bounds=bounds, use_cache=use_cache)
    again = replay.decide(decision.framework.id, decision.on)
    if digest_decision(again) != digest_decision(decision):
        changes = "; ".join(list_changes(decision, again)) or "its answers differ"
        raise Error(
            "signoff.stale",
            f"the decision does not follow from the documents: {changes}",
            hint=f"make it again: ifthen decide {decision.model.id} --output FILE",
        )


def _find_gate(decision: "Decision", workspace: "Workspace", role: str) -> str:
    from ifthen.workspace.resolving import find_framework  # noqa: PLC0415

    framework = find_framework(workspace, decision.framework.id, decision.on).document
    deciding = {x.gate: x.decided_by for x in decision.gates}
    found = [x.id for x in framework.gates if role in (*deciding.get(x.id, ()), *x.overruled_by)]
    if len(found) != 1:
        raise click.UsageError(
            f"the role {role} decides about {', '.join(found) or 'no gate'}; name one with --gate"
        )
    return found[0]


def _find_signer(workspace: "Workspace", signer: "Signer") -> "tuple[Signer, str]":
    from ifthen.workspace.trusting import find_register  # noqa: PLC0415

    found = find_register(workspace).keys.get(signer.key_id)
    if found is None:
        raise Error(
            "signoff.unknown-key",
            f"nobody in this workspace has the key {signer.key_id}",
            hint="add its line (ifthen keys show FILE) to a document of kind people",
        )
    return signer, found[0].id
