"""What answers a provision: clauses of a framework, or documents that the developer has made."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from ifthen.conformance.basis import RANK, Basis, Hidden, Holding, Outcome, State
from ifthen.conformance.instrument import ByDocument, ByFramework, Instrument, Provision, Selector
from ifthen.conformance.recipients import judge_sent, list_provision_authorities, say_unsent
from ifthen.conformance.scope import judge_model
from ifthen.conformance.selecting import ClauseIndex, Found
from ifthen.decision.due import Due
from ifthen.dossier.developer import Developer, DeveloperDocument
from ifthen.encoding.calendar import add_months
from ifthen.encoding.document import Loaded
from ifthen.framework.model import Framework


@dataclass(frozen=True, slots=True)
class Given:
    """What findings are made from."""

    law: Instrument
    framework: Loaded[Framework] | None
    developer: Loaded[Developer] | None
    on: date
    held: Holding
    clauses: ClauseIndex | None
    """The framework's clauses; None where none was given."""
    due: Mapping[str, Sequence[Due]]
    """Deadlines by the clock that asks for them."""
    filed: Mapping[str, Sequence[DeveloperDocument]]
    """Documents of the developer by the day, by their kind."""
    _cited: dict[tuple[str | None, ...], Basis] = field(
        default_factory=dict, init=False, repr=False, compare=False
    )

    def cite(
        self, document: str, sha256: str | None, path: str | None, section: str | None, says: str
    ) -> Basis:
        """Return what a finding rests on; the same thing, however many provisions it answers."""
        key = (document, sha256, path, section, says)
        if key not in self._cited:
            self._cited[key] = Basis(
                document=document, sha256=sha256, path=path, section=section, says=says
            )
        return self._cited[key]


def name_framework(framework: Loaded[Framework]) -> str:
    """Return the id and version of a framework document."""
    return f"{framework.document.id}@{framework.document.version}"


def answer_by_framework(answer: ByFramework, given: Given) -> Outcome:
    """Return what the framework in force on the day answers."""
    framework, on = given.framework, given.on
    if framework is None and given.held.whole:
        return "absent", f"no framework in force on {on} is among the documents", ()
    if framework is None or given.clauses is None:
        return "undetermined", "no framework was given", ()
    if not framework.document.in_force.covers(on):
        begins = framework.document.in_force.from_
        return "undetermined", f"this version is not in force on {on}; it is from {begins}", ()
    outcomes = [_by_selector(x, given, framework, given.clauses) for x in answer.clauses]
    basis = tuple(dict.fromkeys(b for _, _, each in outcomes for b in each))
    worst = min(outcomes, key=lambda x: RANK[x[0]])[0]
    whys = dict.fromkeys(why for state, why, _ in outcomes if state == worst)
    part = "to a part of it: " if len({state for state, _, _ in outcomes}) > 1 else ""
    return worst, part + "; ".join(whys), basis


def _by_selector(
    selector: Selector, given: Given, framework: Loaded[Framework], clauses: ClauseIndex
) -> Outcome:
    found = clauses.find(selector)
    basis = _cite(given, framework, found)
    sound = [x for x in found if x.doubt is None and x.conflict is None]
    if sound:
        count = "1 clause speaks" if len(sound) == 1 else f"{len(sound)} clauses speak"
        more = f", {len(found) - len(sound)} more with a doubt" if len(found) > len(sound) else ""
        return "present", f"{count} to it{more}; whether that is enough is not judged", basis
    plain = [x.doubt for x in found if x.conflict is None and x.doubt is not None]
    if plain:
        return "needs-judgement", "; ".join(dict.fromkeys(plain)), basis
    if found:
        said = dict.fromkeys(x.conflict for x in found if x.conflict)
        return "inconsistent", "; ".join(said), basis
    coverage = framework.document.coverage
    if coverage is None:
        return "absent", "the document holds no clause that speaks to it", ()
    if coverage.left_out or coverage.standing != "primary":
        left = ", ".join(dict.fromkeys(x.section for x in coverage.left_out)) or "parts"
        return (
            "undetermined",
            f"no clause in the file speaks to it, but the file leaves out something of {left}",
            (),
        )
    return "absent", "no clause speaks to it, and the file leaves out nothing of the text", ()


def _cite(given: Given, framework: Loaded[Framework], found: Sequence[Found]) -> tuple[Basis, ...]:
    if not found:
        return ()
    name, sha256 = name_framework(framework), framework.digest
    plain = [x for x in found if x.doubt is None and x.conflict is None]
    others = [x for x in found if x.doubt is not None or x.conflict is not None]
    return tuple(
        given.cite(
            name, sha256, x.path, x.section, " - ".join(filter(None, (x.says, x.doubt, x.conflict)))
        )
        for x in (*plain, *others)
    )


def answer_by_document(answer: ByDocument, provision: Provision, facts: Given) -> Outcome:
    """Return what documents of the developer answer."""
    framework, developer, on = facts.framework, facts.developer, facts.on
    promised: tuple[Found, ...] = ()
    if answer.promised and framework and facts.clauses and framework.document.in_force.covers(on):
        promised = facts.clauses.find(answer.promised)
    basis = _cite(facts, framework, promised) if framework else ()
    tail = "; the framework promises it" if promised else ""
    if any(x.conflict for x in promised) and not any(x.conflict is None for x in promised):
        said = "; ".join(dict.fromkeys(x.conflict for x in promised if x.conflict))
        return "inconsistent", f"the framework promises less: {said}", basis
    if developer is None:
        return "undetermined", f"no documents of the developer were given{tail}", basis
    given = facts.filed.get(answer.document, ())
    if answer.for_each:
        state, why, found = _for_each_model(answer, provision, facts, given)
    else:
        state, why, found = _once(answer, provision, facts, given)
    if state == "absent" and not facts.held.register:
        return "undetermined", f"nobody lists the documents of the developer{tail}", basis
    if answer.only_if and state in ("absent", "inconsistent"):
        state, why = "undetermined", f"{why}; one is called for only if {answer.only_if}"
    cited = tuple(
        facts.cite(
            x.id,
            x.sha256,
            answer.field,
            None,
            f"{x.document} of {x.on}" + (f", at {x.url}" if x.url else ""),
        )
        for x in found
    )
    return state, why + (tail if state != "present" else ""), (*cited, *basis)


def name_kind(document: str) -> str:
    """Return a kind of document with its article."""
    return f"{'an' if document[0] in 'aeiou' else 'a'} {document}"


def _holds(answer: ByDocument, document: DeveloperDocument) -> bool:
    return answer.field is None or answer.field in document.holds


def _once(
    answer: ByDocument, provision: Provision, facts: Given, given: Sequence[DeveloperDocument]
) -> tuple[State, str, tuple[DeveloperDocument, ...]]:
    """Return what a document answers that is of the kind, and that went where the text has it."""
    law, on = facts.law, facts.on
    authorities = list_provision_authorities(law, provision)
    sent = [(x, judge_sent(law, authorities, x)) for x in given if _holds(answer, x)]
    holding = tuple(x for x, went in sent if went != "no")
    if not holding:
        return "absent", f"no {answer.document} among the documents that were given", ()
    months = answer.not_older_than_months
    fresh = [x for x in sent if months is None or add_months(x[0].on, months) >= on]
    if sure := tuple(x for x, went in fresh if went == "yes"):
        named = name_kind(answer.document)
        return "present", f"{named} was given; its content is not judged", sure
    if unsure := tuple(x for x, went in fresh if went == "unknown"):
        said = say_unsent(law, authorities)
        return "undetermined", f"{name_kind(answer.document)} was given, but {said}", unsure
    return "inconsistent", f"the newest {answer.document} is older than {months} months", holding


def _for_each_model(
    answer: ByDocument, provision: Provision, facts: Given, given: Sequence[DeveloperDocument]
) -> tuple[State, str, tuple[DeveloperDocument, ...]]:
    """Return what the documents of each deployed model answer that the subject is about."""
    law, on = facts.law, facts.on
    developer = facts.developer.document if facts.developer else None
    subject = next(x for x in law.subjects if x.id == provision.binds)
    models = developer.models if developer else ()
    deployed = [x for x in models if x.deployed is not None and x.deployed <= on]
    hidden = [x for x in facts.held.hidden if hides_deployment(x)]
    places = ", ".join(dict.fromkeys(f"{x.document} {x.place}" for x in hidden))
    if not deployed:
        more = f"; that one is may be withheld: {places}" if hidden else ""
        return "undetermined", f"no deployed model is stated{more}", ()
    deployed = [x for x in deployed if judge_model(subject, law.id, x) != "no"]
    if not deployed:
        return "undetermined", "no deployed model is one that it is about", ()
    states: list[tuple[State, str]] = []
    found: list[DeveloperDocument] = []
    for model in deployed:
        own = [x for x in given if x.model == model.id and _holds(answer, x)]
        found += own
        if any(model.deployed is not None and x.on <= model.deployed for x in own):
            states.append(
                ("present", f"{model.id}: {name_kind(answer.document)} by {model.deployed}")
            )
        elif own:
            first = min(x.on for x in own)
            states.append(
                ("inconsistent", f"{model.id}: deployed {model.deployed}, reported {first}")
            )
        else:
            states.append(("absent", f"{model.id}: no {answer.document} that holds it was given"))
    if hidden:
        said = f"which models are deployed, and since when, is withheld in part: {places}"
        states = [("undetermined" if x == "present" else x, text) for x, text in states]
        states = [(x, f"{text}; {said}" if x == "undetermined" else text) for x, text in states]
    # What is known to be lacking weighs more than what nobody can tell.
    worst = min(states, key=lambda x: (RANK[x[0]], x[0] != "absent"))[0]
    return worst, "; ".join(text for state, text in states if state == worst), tuple(found)


def hides_deployment(hidden: Hidden) -> bool:
    """Return whether what is withheld may say that a model is deployed, or since when."""
    return hidden.kind == "model" and hidden.root in ("document", "releases")
