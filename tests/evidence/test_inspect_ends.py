"""Real runs of Inspect that end in every way: their events tell what the samples state.

They run in the environment that IFTHEN_INSPECT_PYTHON names, with a model that is a lookup.
"""

import json
import os
import subprocess
from pathlib import Path

import pytest

from ifthen.evidence.consistency import check_endings
from ifthen.evidence.reading import read_log

INSPECT = os.environ.get("IFTHEN_INSPECT_PYTHON", "")

pytestmark = pytest.mark.skipif(
    not INSPECT,
    reason="IFTHEN_INSPECT_PYTHON names no Python with inspect-ai: nothing can be run"
    " (.ci/run sets it up)",
)

ENDS = {
    "token": ("token", False),
    "together": ("token", False),
    "part": (None, False),
    "terminated": ("operator", False),
    "terminated-failing": ("operator", True),
    "by-hand": ("operator", False),
    "by-hand-failing": ("operator", False),
    "by-hand-error": (None, True),
}
"""The limit that the samples state, and whether they state an error."""


def test_honest_ends_are_told_by_the_events(tmp_path):
    script = str(Path(__file__).with_name("inspect_ends.py"))
    done = subprocess.run(
        [INSPECT, script, str(tmp_path)],
        capture_output=True,
        text=True,
        check=False,
        env=os.environ | {"INSPECT_DISPLAY": "none"},
    )
    assert done.returncode == 0, done.stderr[-3000:]
    locations = json.loads(done.stdout.splitlines()[-1])
    assert locations.keys() == ENDS.keys()
    for name, location in locations.items():
        log = read_log(Path(location))
        stated = {(sample.limit, bool(sample.error)) for sample in log.samples}
        assert (stated, len(log.samples)) == ({ENDS[name]}, 2), name
        assert list(check_endings(log)) == [], name
