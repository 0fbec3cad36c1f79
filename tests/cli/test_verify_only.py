"""``ifthen-verify``: verifying alone, with core dependencies, started quickly."""

import json
import resource
import subprocess
import sys
from pathlib import Path

import pytest
from tests.cli.conftest import NOW

from ifthen.cli import options, verify_only
from ifthen.cli.main import run

ROOT = Path(__file__).parents[2]
RECORD = ROOT / "vectors" / "record"
DISTRIBUTIONS = {
    "_cffi_backend",  # of cryptography
    "annotated_types",
    "click",
    "cryptography",
    "msgspec",
    "pydantic",
    "pydantic_core",
    "rfc8785",
    "typing_extensions",
    "typing_inspection",
    "yaml",
}
"""Every third-party package that verifying a small record imports."""
EXTRAS = (
    "bcrypt", "distributed", "inspect_ai", "obstore", "psycopg", "pyarrow", "pyrage",
    "rfc3161_client", "securesystemslib", "sigstore", "starlette", "uvicorn",
)  # fmt: skip
MODULES = f"""
import json, sys
from importlib.metadata import packages_distributions
for name in {EXTRAS!r}:
    sys.modules[name] = None  # as if it were not installed
from ifthen.cli.verify_only import run
code = run([{str(RECORD)!r}, "--json"])
given = packages_distributions()
found = {{name.partition(".")[0] for name, module in sys.modules.items() if module}} - {{"ifthen"}}
print(json.dumps([code, sorted(found & set(given))]), file=sys.stderr)
"""


def test_verifying_needs_core_dependencies_alone():
    """The extras are absent; nothing heavy of the core is loaded either."""
    done = subprocess.run(
        [sys.executable, "-c", MODULES], capture_output=True, text=True, check=False
    )
    code, found = json.loads(done.stderr.splitlines()[-1])
    assert code == 3
    assert json.loads(done.stdout)["outcome"] == "undetermined"
    assert set(found) - {"_distutils_hack"} == DISTRIBUTIONS


def test_it_starts_within_a_third_of_a_second():
    """Processor time of the whole process, the least of three."""
    times = []
    for _ in range(3):
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        code = "from ifthen.cli.verify_only import main; main()"
        subprocess.run([sys.executable, "-c", code, "--help"], capture_output=True, check=True)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        times.append(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)
    assert min(times) < 0.3, times


@pytest.mark.parametrize("more", [[], ["--json"], ["--pin", "x"]])
def test_it_says_what_the_whole_program_says(more, capsys, monkeypatch):
    monkeypatch.setattr(options, "read_now", lambda: NOW)
    whole = run(["verify", str(RECORD), *more])
    said = capsys.readouterr()
    assert verify_only.run([str(RECORD), *more]) == whole
    assert capsys.readouterr() == said


def test_errors_are_coded_and_faults_of_use_have_help(capsys):
    assert verify_only.run(["nowhere", "--json"]) == 1
    assert json.loads(capsys.readouterr().out)["errors"][0]["code"] == "record.missing"
    assert verify_only.run([]) == 1
    assert "ifthen-verify [OPTIONS] RECORD" in "".join(capsys.readouterr())
