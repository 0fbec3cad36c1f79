"""Writes small logs with the installed inspect-ai, of any release since 0.3.10, and what it says.

Usage: ``python make_version_logs.py FOLDER``, in an environment with the release and nothing else.

No model is asked and no network is used: answers come from a rule on the question's number and the
epoch. A task that the release cannot express is left out and named in ``expected.json`` with the
reason. FOLDER gets ``plain.eval`` (or ``.json``) as the release wrote it, ``logs.tar.xz`` with the
other logs, and ``expected.json`` with every number that the release itself reads in its logs. Zips
inside the tar are stored anew without compression, so that the tar can compress all logs together;
their members are the release's own, byte for byte.
"""

# ruff: noqa: PLC0415 - what some releases lack is imported where it is used

import inspect
import io
import json
import random
import shutil
import sys
import tarfile
import tempfile
import time
import traceback
import zipfile
from importlib.metadata import version
from pathlib import Path

import inspect_ai
from inspect_ai import Task, eval
from inspect_ai import log as logs
from inspect_ai import scorer as scorers
from inspect_ai.dataset import MemoryDataset, Sample
from inspect_ai.model import ModelOutput, get_model
from inspect_ai.scorer import Score, accuracy, match, mean, scorer
from inspect_ai.solver import generate, solver

VERSION = version("inspect_ai")
MODEL = "mockllm/model"
REDUCERS = ["mean", "median", "mode", "max", "at_least_2", "pass_at_2", "pass_k_2"]
QUESTIONS = 7


def get_all(module, *names):
    return [getattr(module, name) for name in names if hasattr(module, name)]


def supported(function, options):
    known = inspect.signature(function).parameters
    if any(known[name].kind is known[name].VAR_KEYWORD for name in known):
        extra = {name for name in options if name not in known}
        unknown = {"plan", "solver", "log_format", "message_limit", "max_messages"} & extra
        return {name: options[name] for name in options if name not in unknown}
    return {name: value for name, value in options.items() if name in known}


# the mock model


def usage(output):
    model_usage = getattr(inspect_ai.model, "ModelUsage", None)
    if model_usage is not None:
        output.usage = model_usage(input_tokens=5, output_tokens=1, total_tokens=6)
    return output


def fixed(text):
    while True:
        yield usage(ModelOutput.from_content(MODEL, text))


def mock(text="1"):
    try:
        return get_model(MODEL, custom_outputs=fixed(text))
    except (TypeError, ValueError):  # before 0.3.14 there is no mock model
        from inspect_ai.model import ModelAPI, modelapi

        class Mock(ModelAPI):
            async def generate(self, *_, **__):
                return next(fixed(text))

        modelapi(name="mockllm")(Mock)
        return get_model(MODEL)


# answers by rule


def draw(state, *names):
    return random.Random(f"{state.sample_id}/{state.epoch}/{names}")  # noqa: S311 - a mock answer


def answers(rule):
    @solver
    def rule_solver():
        async def solve(state, generate):
            state.output = usage(ModelOutput.from_content(MODEL, str(rule(state))))
            return state

        return solve

    return rule_solver()


def one_in_two(state):
    return draw(state, "half").choice([1, 1, 2])


def fails_on_third(state):
    if state.sample_id % 3 == 0:
        raise RuntimeError("the question cannot be answered")
    return one_in_two(state)


TRIED = set()


def fails_at_first(state):
    key = (state.sample_id, state.epoch)
    if state.sample_id % 3 == 0 and key not in TRIED:
        TRIED.add(key)
        raise RuntimeError("the first try fails")
    return one_in_two(state)


def fails_once(state):
    if state.sample_id == 4 and not TRIED:
        TRIED.add(4)
        raise RuntimeError("the first run fails")
    return one_in_two(state)


# scorers: each metric list is built here, so that only what the release has is named


def accepts(metric, *values, **options):
    try:
        getattr(scorers, metric)(*values, **options)
    except (AttributeError, TypeError):
        return False
    return True


def spread_metrics(*, alone=False):
    """Return every metric of the release; ``alone`` for a single question."""
    cluster = accepts("stderr", cluster="family")
    found = [*simple_metrics(), *private_var()]
    found += [make(num_samples=20) for make in get_all(scorers, "bootstrap_std")][:1]
    found += [make(num_samples=20) for make in get_all(scorers, "bootstrap_stderr")]
    if cluster:
        found += [scorers.stderr(cluster="family"), scorers.stderr(cluster="number")]
    if hasattr(scorers, "grouped"):
        found += [
            scorers.grouped(mean(), "family"),
            scorers.grouped(scorers.stderr(), "number", all=False),
            scorers.grouped(accuracy(), "family", all="groups", all_label="overall"),
        ]
        if cluster:
            found.append(scorers.grouped(scorers.stderr(cluster="number"), "family"))
        if accepts("grouped", mean(), "family", name_template="in_{group_name}"):
            found.append(scorers.grouped(mean(), "family", name_template="in_{group_name}"))
    for make in get_all(scorers, "ci"):
        found += [make(), make(level=0.9), make(cluster="family")]
        found.append(make(method="bootstrap", num_samples=20))
    for make in get_all(scorers, "ci_wilson"):
        found += [make(), make(level=0.9), *([] if alone else [make(cluster="family")])]
    found += [scorers.frequency() for _ in get_all(scorers, "frequency")]
    return found


def simple_metrics():
    return [accuracy(), mean(), *[make() for make in get_all(scorers, "var", "std", "stderr")]]


def private_var():
    """Return the variance where it exists, but was not yet made public: before 0.3.64."""
    if hasattr(scorers, "var"):
        return []
    from inspect_ai.scorer._metrics.mean import var

    return [var()]


def values(name, metrics, rule):
    @scorer(metrics=metrics, **supported(scorer, {"name": name}))
    def rule_scorer():
        async def score(state, target):
            return Score(value=rule(state))

        return score

    return rule_scorer()


def fraction(state):
    return draw(state, "fraction").choice([0.1, 0.3, 0.7, 1.0, 1 / 3])


def sometimes_nan(state):
    return draw(state, "nan").choice([0.1, 0.7, 1.0, float("nan")])


def no_score(state):
    return float("nan")


def two_keys(state):
    pick = draw(state, "keys")
    return {"a": pick.choice([0, 1]), "b": pick.choice([0.1, 0.6, 1 / 3])}


def two_keys_nan(state):
    pick = draw(state, "keys")
    return {"a": pick.choice([0, 1]), "b": pick.choice([0.1, 0.6, float("nan")])}


def words(state):
    return draw(state, "words").choice(["C", "I", "P", "N", "yes", "no", "True", "0.25", ".5"])


LONG = {"code": "def f():\n    return  1\n", "long": "word " * 300, "list": ["word"] * 300}


def samples(number=QUESTIONS, more=None):
    return MemoryDataset(
        [
            Sample(
                id=i,
                input=f"Say {i % 2 + 1}",
                target="1",
                metadata={"family": "uvw"[i % 3], "number": i % 4, **(more or {})},
            )
            for i in range(1, number + 1)
        ]
    )


# running a task


class Lacking(Exception):
    """The release cannot express the task."""


def need(condition, what):
    if not condition:
        raise Lacking(what)


def epochs_of(number, reducers):
    if hasattr(inspect_ai, "Epochs"):
        return inspect_ai.Epochs(number, reducers)
    need(reducers is None, "no reducers")
    return number


def known_reducers():
    from inspect_ai.scorer._reducer.registry import create_reducers

    found = []
    for name in REDUCERS:
        try:
            create_reducers([name])
        except Exception:  # noqa: BLE001, S112 - each release has an error of its own
            continue
        found.append(name)
    return found


def run(scorer, rule=one_in_two, *, form="eval", epochs=1, reducers=None, steps=None, **options):
    """Run a task; return the path of its log."""
    steps = [answers(rule)] if steps is None else steps
    task = options.pop("task", None)
    count = options.pop("questions", QUESTIONS)
    arguments = {
        "dataset": samples(count, options.pop("more", None)),
        "scorer": scorer,
        "name": options.pop("name"),
    }
    parameters = inspect.signature(Task.__init__).parameters
    arguments["solver" if "solver" in parameters else "plan"] = steps
    if epochs > 1 or reducers is not None:
        whole = "epochs" in parameters and hasattr(inspect_ai, "Epochs")
        (arguments if whole else options)["epochs"] = epochs_of(epochs, reducers)
    folder = Path(tempfile.mkdtemp())
    lacking = [name for name in options if name not in inspect.signature(eval).parameters]
    need(not lacking, f"no option {', '.join(lacking)}")
    extra = supported(eval, {"log_format": form, "display": "none", "max_samples": 1})
    found = eval(
        task or Task(**supported(Task.__init__, arguments)),
        model=options.pop("model", None) or mock(),
        log_dir=str(folder),
        **extra,
        **options,
    )[0]
    paths = [path for path in folder.rglob("*") if path.suffix in {".eval", ".json"}]
    need(len(paths) == 1, f"{len(paths)} logs")
    wanted = "success" if task is None else "error"
    need(found.status == wanted, f"it ended in {found.status}: {found.error}")
    return paths[0]


def change(path, how):
    log = logs.read_eval_log(str(path))
    target = Path(tempfile.mkdtemp()) / path.name
    logs.write_eval_log(how(log), str(target))
    return target


def provenance():
    return logs.ProvenanceData(author="ann", reason="the target was wrong")


def edit(log):
    need(hasattr(logs, "edit_score"), "no edit_score")
    from inspect_ai.scorer import ScoreEdit

    sample = next(sample for sample in log.samples if sample.scores["match"].value == "I")
    made = ScoreEdit(value="C", provenance=provenance())
    logs.edit_score(log, sample.id, "match", made)
    return log


def invalidate(log):
    need(hasattr(logs, "invalidate_samples"), "no invalidate_samples")
    uuids = [log.samples[0].uuid]
    return logs.invalidate_samples(log, sample_uuids=uuids, provenance=provenance())


def retry(path):
    """Return the log of a failed run that was taken up again."""
    time.sleep(1.1)  # logs are named by the second
    options = supported(inspect_ai.eval_retry, {"display": "none", "max_samples": 1})
    found = inspect_ai.eval_retry(str(path), log_dir=str(path.parent), **options)[0]
    need(found.status == "success", f"the retry ended in {found.status}: {found.error}")
    paths = [other for other in path.parent.iterdir() if other != path]
    need(len(paths) == 1, f"{len(paths)} logs of a retry")
    return paths[0]


@inspect_ai.task
def taken_up():
    parameters = inspect.signature(Task.__init__).parameters
    steps = {"solver" if "solver" in parameters else "plan": [answers(fails_once)]}
    return Task(dataset=samples(), scorer=match(), **steps)


@solver
def half_loops():
    async def solve(state, generate):
        for _ in range(4 if state.sample_id % 3 == 0 else 1):
            state = await generate(state)
        return state

    return solve


def grader():
    from inspect_ai.scorer import model_graded_qa

    need(VERSION != "0.3.10", "no mock model")
    return model_graded_qa(model=get_model(MODEL, custom_outputs=list(grades())))


def grades():
    for index in range(40):
        text = ["GRADE: C", "GRADE: I", "GRADE: P", "no verdict"][index % 4]
        yield usage(ModelOutput.from_content(MODEL, text))


def of_two():
    need(VERSION != "0.3.10", "one scorer a task")
    return [match(), values("spread", simple_metrics(), fraction)]


def by_key(rule, metrics):
    need(VERSION != "0.3.10", "no metrics by key")
    return values("keys", metrics, rule)


def stderrs():
    return [make() for make in get_all(scorers, "stderr")]


TASKS = {
    "plain": lambda: run(match(), steps=[generate()], questions=3, name="plain"),
    "object": lambda: run(match(), form="json", name="object"),
    "limited": lambda: run(match(), limit=4, more=LONG, name="limited"),
    "spread": lambda: run(values("spread", spread_metrics(), fraction), name="spread"),
    "spread-object": lambda: run(
        values("spread", spread_metrics(), fraction), form="json", epochs=2, name="spread-object"
    ),
    "words": lambda: run(values("words", simple_metrics(), words), epochs=2, name="words"),
    "single": lambda: run(
        values("spread", spread_metrics(alone=True), fraction), questions=1, name="single"
    ),
    "epochs": lambda: run(of_two(), epochs=3, reducers=known_reducers(), name="epochs"),
    "epochs-plain": lambda: run(
        values("spread", simple_metrics(), fraction), epochs=3, name="epochs-plain"
    ),
    "unreduced": lambda: run(
        values("spread", simple_metrics(), fraction), epochs=2, reducers=[], name="unreduced"
    ),
    "keys": lambda: run(
        by_key(two_keys, {"a": [accuracy(), *stderrs()], "b": [mean()]}),
        epochs=2,
        name="keys",
    ),
    "keys-glob": lambda: run(by_key(two_keys, {"*": [mean(), *stderrs()]}), name="keys-glob"),
    "keys-mixed": lambda: run(
        by_key(two_keys_nan, [{"a": [accuracy()]}, {"b": [mean(), *stderrs()]}]),
        epochs=2,
        name="keys-mixed",
    ),
    "keys-grouped": lambda: run(
        by_key(two_keys, {"a": [scorers.grouped(mean(), "family")], "b": [mean()]}),
        name="keys-grouped",
    ),
    "unscored": lambda: run(values("nan", simple_metrics(), sometimes_nan), name="unscored"),
    "unscored-epochs": lambda: run(
        values("nan", simple_metrics(), sometimes_nan),
        epochs=3,
        reducers=known_reducers(),
        name="unscored-epochs",
    ),
    "empty": lambda: run(values("empty", simple_metrics(), no_score), name="empty"),
    "errors": lambda: run(match(), fails_on_third, fail_on_error=False, name="errors"),
    "errors-epochs": lambda: run(
        values("spread", simple_metrics(), fraction),
        fails_on_third,
        fail_on_error=False,
        epochs=2,
        form="json",
        name="errors-epochs",
    ),
    "errors-scored": lambda: run(
        match(), fails_on_third, fail_on_error=False, score_on_error=True, name="errors-scored"
    ),
    "retried": lambda: run(match(), fails_at_first, retry_on_error=1, name="retried"),
    "taken-up": lambda: retry(run(None, None, task=taken_up(), name="taken-up")),
    "message-limit": lambda: run(
        match(), steps=[half_loops()], message_limit=4, name="message-limit"
    ),
    "token-limit": lambda: run(match(), steps=[half_loops()], token_limit=13, name="token-limit"),
    "graded": lambda: run(grader(), name="graded"),
    "edited": lambda: change(run(match(), name="edited"), edit),
    "invalidated": lambda: change(run(match(), name="invalidated"), invalidate),
}


def numbers(path):
    """Return every number that the release reads in its log.

    Rows of scorer, name of the result, reducer, key of the metric, name of the metric, value.
    """
    log = logs.read_eval_log(str(path))
    results = log.results
    if results is None:
        return []
    scores = getattr(results, "scores", None)
    if scores is None:  # before 0.3.13 there is one scorer
        scores = [results]
    rows = []
    for score in scores:
        name = getattr(score, "name", None) or score.scorer.name
        for key, metric in score.metrics.items():
            scorer_name = getattr(score, "scorer", None)
            scorer_name = scorer_name if isinstance(scorer_name, str) else name
            reducer = getattr(score, "reducer", None)
            value = repr(float(metric.value))
            rows.append([scorer_name, name, reducer, key, metric.name, value])
    return rows


BULK = {"events": [], "messages": [], "events_data": None, "attachments": {}, "transcript": None}


def thin(sample):
    """Return a sample without its bulk and without the tracebacks, which hold paths."""
    thinned = {name: BULK.get(name, value) for name, value in sample.items()}
    for error in [thinned.get("error"), *(thinned.get("error_retries") or ())]:
        if error:
            error.update({name: "" for name in error if name.startswith("traceback")})
            error.update({name: [] for name in error if name == "events"})
    return thinned


def dump(value):
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False).encode()


def store(path):
    """Return the log's bytes without events and messages, a zip with its members stored."""
    if path.suffix != ".eval":
        log = json.loads(path.read_bytes())
        return dump({**log, "samples": [thin(sample) for sample in log["samples"]]})
    with zipfile.ZipFile(path) as old:
        file = io.BytesIO()
        with zipfile.ZipFile(file, "w", zipfile.ZIP_STORED) as new:
            for info in old.infolist():
                entry = zipfile.ZipInfo(info.filename, (2024, 1, 1, 0, 0, 0))
                content = old.read(info)
                if info.filename.startswith("samples/"):
                    content = dump(thin(json.loads(content)))
                new.writestr(entry, content)
    return file.getvalue()


def main(folder):
    folder.mkdir(parents=True, exist_ok=True)
    found, lacking = {}, {}
    with tarfile.open(folder / "logs.tar.xz", "w:xz", preset=9) as tar:
        for name, make in TASKS.items():
            TRIED.clear()
            try:
                path = make()
            except Exception as error:  # noqa: BLE001 - each release lacks something else
                if "-v" in sys.argv:
                    traceback.print_exc()
                lacking[name] = f"{type(error).__name__}: {error}".splitlines()[0][:80]
                continue
            file = name + path.suffix
            try:
                found[file] = numbers(path)
            except ValueError:  # releases before 0.3.46 refuse their own logs with null for NaN
                found[file] = None
            if name == "plain":
                shutil.copy(path, folder / file)
                continue
            content = store(path)
            entry = tarfile.TarInfo(file)
            entry.size = len(content)
            tar.addfile(entry, io.BytesIO(content))
    lines = [f"{json.dumps(file)}: {json.dumps(rows)}" for file, rows in found.items()]
    (folder / "expected.json").write_text(
        f'{{"inspect_ai": "{VERSION}", "lacking": {json.dumps(lacking, indent=1)}, "logs": {{\n'
        + ",\n".join(lines)
        + "\n}}\n"
    )


if __name__ == "__main__":
    main(Path(sys.argv[1]))
