"""An Inspect AI evaluation that ends itself once its screening has decided.

    from ifthen.screening.inspect_plugin import screened

    @task
    def arithmetic():
        return screened(Task(dataset=..., scorer=...), plan="plans/arithmetic.yaml")

It implements the protocol ``EarlyStopping`` of inspect_ai (facts of 0.3.285:
``util/_early_stopping.py``, ``_eval/task/run.py``). Releases before 0.3.188 have the protocol too,
but some ask it about every sample before any has ended, so that nothing is left out.

Results are taken in the order of the plan's seed, whatever the order in which they come, so
concurrency changes how many questions are asked in vain and never the decision. Inspect tells the
protocol of samples with scores only; samples that ended in an error or at a limit, or in which
another model answered, are learnt from its hook ``on_sample_end``, which comes before.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ifthen.errors import Error
from ifthen.screening.counting import Attempt
from ifthen.screening.design import Design
from ifthen.screening.order import digest_order, rank_ids
from ifthen.screening.process import Process, Waiting, advance
from ifthen.screening.trail import MANAGER, Trail, decision_of

if TYPE_CHECKING:
    from inspect_ai import Task
    from inspect_ai.dataset import Sample
    from inspect_ai.log import EvalSpec
    from inspect_ai.scorer import SampleScore
    from inspect_ai.util import EarlyStop

_RUNNING: "dict[str, ScreeningStop]" = {}
"""By the id of the evaluation, for the hook."""
_listening = False


class ScreeningStop:
    """Ends one run of one task; make another for another run."""

    def __init__(
        self,
        design: Design,
        *,
        plan: tuple[str, str] | None = None,
        registered_at: datetime | None = None,
        order_sha256: str | None = None,
    ) -> None:
        """Make one for a design; ``plan`` is the id and the digest of where it stands.

        With ``registered_at`` a run that began before is refused, with ``order_sha256`` one of
        other questions.
        """
        self.design = design
        self._plan, self._registered_at, self._order_sha256 = plan, registered_at, order_sha256
        self._process: Process | None = None
        self._waiting: Waiting = {}
        self._eval_id = ""
        self._in_order = False

    @classmethod
    def from_plan(cls, path: str | Path) -> "ScreeningStop":
        """Return the one of a registered plan.

        Raises:
            Error: ``file.missing``, those of a document that is no plan, ``screening.no-block``.
        """
        from ifthen.screening.plan import design_of, parse_plan  # noqa: PLC0415 - only for plans

        try:
            data = Path(path).read_bytes()
        except OSError as error:
            message = f"the plan cannot be read: {error.strerror}"
            raise Error("file.missing", message, where=str(path)) from error
        loaded = parse_plan(data, name=str(path))
        block = loaded.document.screening
        return cls(
            design_of(loaded.document),
            plan=(loaded.document.id, loaded.digest),
            registered_at=loaded.document.registered_at,
            order_sha256=None if block is None else block.order_sha256,
        )

    async def start_task(self, task: "EvalSpec", samples: "list[Sample]", epochs: int) -> str:
        """Begin: compile the test and check that the run is the planned one.

        Raises:
            Error: ``screening.in-use``, ``screening.epochs``, ``screening.questions``,
                ``screening.plan-late``, ``screening.order-differs``, and those of the order.
        """
        if self._process is not None:
            raise Error(
                "screening.in-use",
                "this screening belongs to another run",
                hint="make the task anew for every model and run",
            )
        design = self.design
        if epochs != design.epochs:
            raise Error(
                "screening.epochs", f"the plan is of {design.epochs} epochs; the run is of {epochs}"
            )
        ids = [_id_of(sample) for sample in samples]
        order = rank_ids(ids, design.seed)
        self._process = Process(design, order)
        digest = digest_order(order)
        if self._order_sha256 not in {None, digest}:
            raise Error(
                "screening.order-differs", "the plan's order is of other questions than the run's"
            )
        created = datetime.fromisoformat(task.created)
        created = created if created.tzinfo else created.replace(tzinfo=UTC)
        if self._registered_at is not None and self._registered_at >= created:
            raise Error(
                "screening.plan-late",
                f"the plan was registered at {self._registered_at.isoformat()}, not before the run",
            )
        self._in_order = tuple(map(str, ids)) == order
        self._eval_id = task.eval_id
        _RUNNING[self._eval_id] = self
        _listen()
        return MANAGER

    async def schedule_sample(self, id: str | int, epoch: int) -> "EarlyStop | None":
        """Return a stop once the screening has decided; None lets the sample run."""
        decision = None if self._process is None else self._process.decision
        if decision is None:
            return None
        from inspect_ai.util import EarlyStop  # noqa: PLC0415 - an optional extra

        said = f"decided by question {decision.place} of the order ({decision.question})"
        return EarlyStop(id=id, epoch=epoch, reason=said)

    async def complete_sample(
        self, id: str | int, epoch: int, scores: "Mapping[str, SampleScore]"
    ) -> None:
        """Take a result that the hook did not bring: a sample of an earlier run used again."""
        if epoch not in self._waiting.get(str(id), {}):
            values = {name: score.score.value for name, score in scores.items()}
            self.take(id, epoch, Attempt(values=self._values(values)))

    async def complete_task(self) -> dict[str, Any]:
        """End: what did not come counts its worst; return what a verifier needs."""
        _RUNNING.pop(self._eval_id, None)
        process = self._process
        if process is None:
            return {}
        advance(process, self._waiting, ended=True)
        trail = Trail(
            design=self.design,
            plan=self._plan,
            order_sha256=digest_order(process.order),
            table_sha256=self.design.table_sha256,
            decision=decision_of(process),
            in_order=self._in_order,
        )
        return {"screening": trail.to_dict()}

    def take(self, id: str | int, epoch: int, attempt: Attempt) -> None:
        """Take how a sample ended; of one that was run again every score counts."""
        if self._process is None:
            return
        attempts = self._waiting.setdefault(str(id), {})
        earlier = attempts.get(epoch, Attempt())
        attempts[epoch] = replace(attempt, values=(*earlier.values, *attempt.values))
        advance(self._process, self._waiting)

    def take_sample(self, sample: Any) -> None:
        """Take an ``EvalSample`` as the hook brings it."""
        values = {name: score.value for name, score in (sample.scores or {}).items()}
        attempt = Attempt(
            values=self._values(values),
            error=sample.error is not None,
            limited=sample.limit is not None,
            replaced=bool(getattr(sample, "model_fallbacks", None)),  # older releases have none
        )
        self.take(sample.id, sample.epoch, attempt)

    def _values(self, scores: Mapping[str, Any]) -> tuple[Any, ...]:
        """Return the value of the scorer that counts, which may be one key of a mapping.

        Without a named scorer it is the only one; of several none counts, which is the worst.
        """
        name = self.design.scorer
        if name is None:
            return tuple(scores.values()) if len(scores) == 1 else ()
        if name in scores:
            return (scores[name],)
        for scorer, value in scores.items():
            if name.startswith(f"{scorer}/") and isinstance(value, Mapping):
                return (value.get(name.removeprefix(f"{scorer}/")),)
        return ()


def screened(task: "Task", plan: str | Path) -> "Task":
    """Return the task with its questions in the plan's order, ending once that has decided.

    Raises:
        Error: as :meth:`ScreeningStop.from_plan`; ``screening.no-id`` for questions without id.
    """
    return screen_with(task, ScreeningStop.from_plan(plan))


def screen_with(task: "Task", stop: ScreeningStop) -> "Task":
    """Return the task with its questions in the order of ``stop``, which ends it.

    Raises:
        Error: ``screening.no-id``, and those of the order.
    """
    from inspect_ai.dataset import MemoryDataset  # noqa: PLC0415 - an optional extra

    samples: Sequence[Sample] = list(task.dataset)
    by_id = {str(_id_of(sample)): sample for sample in samples}
    order = rank_ids([_id_of(sample) for sample in samples], stop.design.seed)
    task.dataset = MemoryDataset(
        [by_id[identifier] for identifier in order],
        name=task.dataset.name,
        location=task.dataset.location,
        shuffled=True,
    )
    task.early_stopping = stop
    return task


def _id_of(sample: "Sample") -> str | int:
    if sample.id is None:
        raise Error(
            "screening.no-id",
            "a question has no id, so it has no place in the order",
            hint="give every Sample an id",
        )
    identifier: str | int = sample.id
    return identifier


def _listen() -> None:
    """Register, once, the hook that brings samples with errors and limits."""
    global _listening  # noqa: PLW0603 - Inspect's registry of hooks is global as well
    if _listening:
        return
    from inspect_ai.hooks import Hooks, SampleEnd, hooks  # noqa: PLC0415 - an optional extra

    class Listener(Hooks):  # type: ignore[misc]  # Inspect is not installed where this is checked
        async def on_sample_end(self, data: SampleEnd) -> None:
            stop = _RUNNING.get(data.eval_id)
            if stop is not None:
                stop.take_sample(data.sample)

    hooks(name="ifthen_screening", description="Brings each sample's end to ifthen's screening.")(
        Listener
    )
    _listening = True
