"""``ifthen publish``: what would be stated, and stating it.

Planning changes nothing. Publishing signs what was planned, keeps it in the private folder, and
releases it; if that is interrupted anywhere, the next run finishes it first.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from ifthen.attestation.disclosure import Path as FieldPath
from ifthen.attestation.disclosure import RandomBytes, format_place
from ifthen.attestation.envelope import format_envelope, sign_envelope
from ifthen.attestation.keys import Signer
from ifthen.attestation.publication import Publication, Withholding, find_withheld
from ifthen.attestation.stated import Stated, dump_stated
from ifthen.attestation.statement import (
    Statement,
    digest_statement,
    format_statement,
    make_statement,
    make_subject,
)
from ifthen.decision.bounds import Bounds
from ifthen.decision.identity import digest_decision, list_differences
from ifthen.decision.model import Decision
from ifthen.encoding.canonical import digest_value, format_canonical
from ifthen.errors import Error, Problems
from ifthen.publication.assembling import MADE, Assembly, Item, assemble, make_heartbeat
from ifthen.publication.ledger import (
    Kept,
    LastDecision,
    Ledger,
    Pending,
    Published,
    State,
    encode_entries,
)
from ifthen.publication.releasing import Place, release, verify_draft, write_blobs
from ifthen.publication.salting import list_unsalted
from ifthen.publication.withholding import Redacted, find_unsupported, redact
from ifthen.verification.verdict import Verdict
from ifthen.workspace.loading import Workspace
from ifthen.workspace.replaying import Replay


@dataclass(frozen=True, slots=True)
class Reasons:
    """Why earlier statements are revised, as whoever publishes says."""

    amend: str | None = None
    withdraw: str | None = None


@dataclass(frozen=True, slots=True)
class Draft:
    """A statement that would be made."""

    redacted: Redacted
    does: str
    """``states``, ``amends`` or ``withdraws``."""
    reason: str | None = None

    @property
    def name(self) -> str:
        """Name of its document."""
        return self.redacted.stated.name


@dataclass(frozen=True, slots=True)
class PublicationPlan:
    """Everything that would be stated, and what whoever publishes has to know first."""

    drafts: tuple[Draft, ...]
    unchanged: int
    """How many documents were stated before as they are."""
    warnings: tuple[Error, ...] = ()
    """Claims whose only support would be withheld."""
    decisions: Mapping[str, Decision] = field(default_factory=dict)
    """Decisions that would be stated, by their model."""


def plan_publication(
    workspace: Workspace,
    rules: Publication,
    ledger: Ledger,
    *,
    today: date,
    bounds: Bounds,
    random_bytes: RandomBytes,
    reasons: Reasons,
    framework_id: str | None = None,
) -> PublicationPlan:
    """Return what would be stated of a workspace on a day. Nothing is written.

    Raises:
        Problems: the documents have faults, or ``publication.gone`` and ``publication.changed``
            where a reason is missing, ``publication.unsalted`` and ``publication.salt-twice``.
        Error: those of assembling and redacting.
    """
    state = ledger.read_state()
    assembly = assemble(workspace, today=today, bounds=bounds, framework_id=framework_id)
    stale = _find_repeated(assembly, state, workspace, bounds)
    items = [item for item in assembly.items if item.name not in stale]
    gone = _find_gone(assembly, state)
    _verify_reasons(items, gone, state, rules, reasons)
    _verify_salts(items, state, rules, assembly.items, random_bytes)
    drafts = [_withdraw(state.documents[name], reasons) for name in gone]
    copies = {name: each.copy_ for name, each in state.documents.items() if name not in gone}
    for item in items:
        known = state.documents.get(item.name)
        if known is not None and _is_same(item, known, rules):
            continue
        plan = copies.get(f"plan/{item.tree.get('plan')}") if item.kind == "evidence" else None
        redacted = redact(item, rules, workspace.root, plan, random_bytes)
        copies[item.name] = redacted.stated.copy_.sha256
        reason = None if known is None else _find_reason(item, reasons)
        drafts.append(Draft(redacted, "states" if known is None else "amends", reason))
    places = {
        (item.kind, item.id): [format_place(path) for path in _withheld_of(item, rules)]
        for item in items
    }
    decisions = list(assembly.decisions.values())
    return PublicationPlan(
        tuple(drafts),
        len(assembly.items) - len(drafts) + len(gone),
        tuple(find_unsupported(decisions, places)),
        assembly.decisions,
    )


def _withheld_of(item: Item, rules: Publication) -> dict[FieldPath, Withholding]:
    return find_withheld(rules.withhold, item.kind, item.id, item.tree)


def _digest_rules(item: Item, rules: Publication) -> str:
    """Return the identity of what is withheld of a document, and why."""
    withheld = _withheld_of(item, rules)
    found = [
        [format_place(path), rule.reason, rule.note, list(rule.seen_by)]
        for path, rule in sorted(withheld.items(), key=lambda pair: format_place(pair[0]))
    ]
    raw = rules.raw_logs.model_dump(mode="json") if item.kind == "evidence" else None
    doubt = None if item.doubt is None else item.doubt.code
    return digest_value([found, raw, doubt])


def _is_same(item: Item, known: Published, rules: Publication) -> bool:
    """Return whether a document was stated as it is."""
    same = (known.document, known.rules) == (item.digest, _digest_rules(item, rules))
    return same and not known.withdrawn


def _find_reason(item: Item, reasons: Reasons) -> str | None:
    return "computed again" if item.kind in MADE else reasons.amend


def _verify_reasons(
    items: Sequence[Item], gone: Sequence[str], state: State, rules: Publication, reasons: Reasons
) -> None:
    """Make sure that what is revised is revised for a reason."""
    faults = []
    for item in items:
        known = state.documents.get(item.name)
        changed = known is not None and not _is_same(item, known, rules)
        if changed and _find_reason(item, reasons) is None:
            faults.append(_unreasoned(item.name, "publication.changed", "has changed", "amend"))
    if reasons.withdraw is None:
        faults += [_unreasoned(x, "publication.gone", "is gone", "withdraw") for x in gone]
    if faults:
        raise Problems(faults)


def _verify_salts(
    items: Sequence[Item],
    state: State,
    rules: Publication,
    everything: Sequence[Item],
    random_bytes: RandomBytes,
) -> None:
    """Make sure that what is stated now, and withheld in part, cannot be guessed."""
    known = state.documents
    new = [x for x in items if x.name not in known or not _is_same(x, known[x.name], rules)]
    if faults := list(list_unsalted(new, rules, everything, random_bytes)):
        raise Problems(faults)


def _unreasoned(name: str, code: str, what: str, option: str) -> Error:
    return Error(
        code,
        f"{name} was published and {what} since",
        hint=f"say why, for everybody to read: --{option} REASON",
    )


def _find_gone(assembly: Assembly, state: State) -> list[str]:
    """Return the documents that were stated and are no longer in the workspace."""
    here = {item.name for item in assembly.items}
    return [
        name
        for name, known in state.documents.items()
        if name not in here and not known.withdrawn and name.partition("/")[0] not in MADE
    ]


def _find_repeated(
    assembly: Assembly, state: State, workspace: Workspace, bounds: Bounds
) -> set[str]:
    """Return the decisions and gates that only say again what was stated on an earlier day."""
    repeated: set[str] = set()
    for model, decision in assembly.decisions.items():
        last = state.decisions.get(model)
        if last is None or last.on >= decision.on:
            continue
        again = Replay(workspace, model, bounds=bounds).decide(decision.framework.id, last.on)
        gates = [gate.gate for gate in decision.gates]
        if digest_decision(again) != last.digest:
            continue
        stated = _find_gates(assembly, model)
        changed = any(list_differences(again, decision, gate) for gate in gates)
        if not changed and all(_says_again(item, state) for item in stated):
            repeated |= {f"decision/{decision.id}", *(item.name for item in stated)}
    return repeated


def _find_gates(assembly: Assembly, model: str) -> list[Item]:
    return [x for x in assembly.items if x.kind == "gate" and x.tree["model"] == model]


def _says_again(item: Item, state: State) -> bool:
    """Return whether a document says what was said before, whatever the day."""
    known = state.documents.get(item.name)
    return known is not None and known.says == digest_value(_said(item))


def _said(item: Item) -> dict[str, Any]:
    """Return what a document says, whatever the day."""
    return {key: value for key, value in item.tree.items() if key not in {"on", "decision"}}


def _withdraw(known: Published, reasons: Reasons) -> Draft:
    stated = Stated.model_validate_json(format_canonical(known.stated))
    item = Item(stated.kind, stated.id, stated.version, {})
    return Draft(Redacted(item, stated, ()), "withdraws", reasons.withdraw)


def make_heartbeat_draft(ledger: Ledger, rules: Publication, now: datetime) -> Draft:
    """Return a sign of life to be stated where nothing else is."""
    item = make_heartbeat(ledger.read_state().statements, now)
    return Draft(redact(item, rules, Path(), None, _no_salt), "states")


def publish(
    drafts: Sequence[Draft],
    rules: Publication,
    place: Place,
    *,
    signer: Signer,
    policy: bytes,
    decisions: Mapping[str, Decision],
    now: datetime,
) -> Verdict:
    """State what was planned, and return the verdict about the record.

    What an earlier run left undone has to be finished first: :func:`finish_pending`.

    Raises:
        Error: ``publication.pending`` where that was not done, ``publication.own-record`` where
            the record would not verify, those of signing, of the log and of the disk.
    """
    ledger = place.ledger
    if ledger.read_pending() is not None:
        raise Error("publication.pending", "an earlier run is not finished")
    ledger.prepare()
    state = ledger.read_state()
    envelopes: list[bytes] = []
    kept: list[Kept] = []
    for draft in drafts:
        statement = _make_statement(draft, state, rules.publisher, now)
        envelopes.append(format_envelope(sign_envelope(format_statement(statement), [signer])))
        digest = digest_statement(statement)
        state = _advance(state, draft, digest, rules)
        redacted = draft.redacted
        if redacted.fields or redacted.samples:
            kept.append(
                Kept(
                    statement=digest,
                    name=draft.name,
                    fields=redacted.fields,
                    samples=redacted.samples,
                )
            )
    last = {
        model: LastDecision(on=decision.on, digest=digest_decision(decision))
        for model, decision in decisions.items()
        if any(draft.name == f"decision/{decision.id}" for draft in drafts)
    }
    pending = Pending(
        size=state.size - len(drafts),
        envelopes=encode_entries(envelopes),
        policy=policy.decode(),
        state=state.model_copy(update={"decisions": {**state.decisions, **last}}),
    )
    blobs = [blob for draft in drafts for blob in draft.redacted.blobs]
    verify_draft(place, pending, blobs, kept, now=now)
    place.reach("planned")
    for each in kept:
        ledger.keep(each)
    place.reach("openings")
    write_blobs(place.record, blobs)
    place.reach("blobs")
    ledger.write_pending(pending)
    place.reach("pending")
    return release(place, pending, now=now)


def finish_pending(place: Place, *, now: datetime) -> Verdict | None:
    """Finish what an earlier run left undone; None where there is nothing.

    Raises:
        Error: those of :func:`~ifthen.publication.releasing.release`.
    """
    pending = place.ledger.read_pending()
    return None if pending is None else release(place, pending, now=now)


def _make_statement(draft: Draft, state: State, publisher: str, now: datetime) -> Statement:
    stated = draft.redacted.stated
    chain: dict[str, Any] = {"publisher": publisher, "sequence": state.statements + 1}
    if state.previous is not None:
        chain["previous"] = state.previous
    issued = now.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
    predicate: dict[str, Any] = {
        "issued_at": issued,
        "chain": chain,
        "document": dump_stated(stated),
    }
    known = state.documents.get(draft.name)
    if draft.does != "states" and known is not None:
        predicate[draft.does] = {"statement": known.statement, "reason": draft.reason}
    subject = make_subject(stated.name, stated.copy_.sha256)
    return make_statement(stated.kind, [subject], predicate)


def _advance(state: State, draft: Draft, digest: str, rules: Publication) -> State:
    """Return what will have been stated after a draft."""
    item, stated = draft.redacted.item, draft.redacted.stated
    if draft.does == "withdraws":
        published = state.documents[draft.name].model_copy(
            update={"statement": digest, "withdrawn": True}
        )
    else:
        published = Published(
            document=item.digest,
            rules=_digest_rules(item, rules),
            statement=digest,
            copy=stated.copy_.sha256,
            says=digest_value(_said(item)),
            stated=dump_stated(stated),
        )
    documents = {**state.documents, draft.name: published}
    return state.model_copy(
        update={"statements": state.statements + 1, "previous": digest, "documents": documents}
    )


def _no_salt(_: int) -> bytes:
    raise Error("disclosure.salt", "nothing of a sign of life can be withheld")
