"""The logs of the benchmark are what it says: whole, consistent, and the peer's own numbers."""

import json
import os
import subprocess
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import bench.evidence
import bench.evidence_large
import bench.evidence_logs
import pytest
import zstandard
from bench.evidence import find_peer, measure, same_numbers
from bench.evidence_archive import ArchiveWriter, scan_directory
from bench.evidence_large import make_set, read_all
from bench.evidence_logs import SHAPES, make_log
from bench.evidence_own import SUBJECTS, describe, ours

INSPECT = os.environ.get("IFTHEN_INSPECT_PYTHON", "")
PEER_SCRIPT = Path(bench.evidence.__file__).with_name("evidence_peer.py")
SAMPLES = 7

needs_inspect = pytest.mark.skipif(
    not INSPECT,
    reason="IFTHEN_INSPECT_PYTHON names no Python with inspect-ai: nothing to compare with"
    " (.ci/run sets it up)",
)


def tiny(name):
    return replace(SHAPES[name], samples=SAMPLES, flush=3)


@pytest.fixture(scope="module", params=sorted(SHAPES))
def log(request, tmp_path_factory):
    path = tmp_path_factory.mktemp("logs") / f"{request.param}.eval"
    make_log(tiny(request.param), path)
    return path


@pytest.mark.parametrize("workers", [1, None])
def test_a_made_log_is_read_without_contradiction(log, workers):
    found = describe(*ours(log, workers=workers))
    assert found["contradictions"] == []
    assert found["agree"]
    assert found["samples"] == found["hashed"] == SAMPLES
    names = [(scorer, name) for scorer, name, _ in found["numbers"]]
    assert names == [("match", "accuracy"), ("match", "stderr")]
    accuracy = found["numbers"][0][2]
    assert 0 < accuracy < 1  # both verdicts occur, else a flip could hide


def test_frames_state_no_size_as_in_real_logs(log):
    data = log.read_bytes()
    members = list(scan_directory(data))
    names = [name.decode() for name, *_ in members]
    assert names[0] == "_journal/start.json"
    assert names[-3:] == ["summaries.json", "reductions.json", "header.json"]
    assert [n for n in names if n.startswith("_journal/summaries/")] == [
        f"_journal/summaries/{n}.json" for n in (1, 2, 3)
    ]
    for _, start, packed, size in members:
        frame = data[start : start + packed]
        assert zstandard.frame_content_size(frame) == -1
        content = zstandard.ZstdDecompressor().decompress(frame, max_output_size=size)
        assert len(content) == size
        json.loads(content)


def test_a_seed_gives_the_same_log_and_another_seed_another(tmp_path):
    contents = []
    for place, seed in enumerate((1, 1, 2)):
        path = tmp_path / f"{place}.eval"
        make_log(tiny("small"), path, seed=seed)
        contents.append(path.read_bytes())
    assert contents[0] == contents[1] != contents[2]


def test_a_sample_of_each_shape_has_the_size_of_the_reference(log):
    wanted = {"small": 6_800, "fat": 39_800, "agentic": 672_000}[log.stem]
    members = scan_directory(log.read_bytes())
    sizes = [size for name, _, _, size in members if name.startswith(b"samples/")]
    assert wanted * 0.9 < sum(sizes) / len(sizes) < wanted * 1.1


def test_more_members_than_the_old_directory_counts_are_found_again(tmp_path):
    path = tmp_path / "many.zip"
    with ArchiveWriter(path) as archive:
        for number in range(70_000):
            archive.write(f"{number}", b"1")
    names = [name for name, *_ in scan_directory(path.read_bytes())]
    assert names == [str(number).encode() for number in range(70_000)]


@pytest.mark.parametrize("subject", sorted(SUBJECTS))
def test_every_subject_runs(subject, log):
    found = SUBJECTS[subject](log)
    assert (found is None) == (subject == "inflate")


def test_a_set_is_read_as_often_as_it_has_files(log, tmp_path, monkeypatch):
    monkeypatch.setattr(bench.evidence_large, "FOLDER", tmp_path)
    paths = make_set([log], 3 * log.stat().st_size)
    assert len(paths) == 3
    with ThreadPoolExecutor(1) as executor:
        assert read_all(paths, executor, 1) == 3 * SAMPLES


def test_numbers_are_the_same_to_the_bit_but_for_sums_of_squares():
    peer = [["match", "accuracy", 0.6], ["match", "stderr", 0.1]]
    assert same_numbers(peer, peer[::-1])
    assert same_numbers([peer[0], ["match", "stderr", 0.10000000000000002]], peer)
    assert not same_numbers([["match", "accuracy", 0.6000000000000001], peer[1]], peer)
    assert not same_numbers([peer[0], ["match", "stderr", 0.1000001]], peer)
    assert not same_numbers(peer[:1], peer)


def test_without_a_peer_the_program_says_what_to_do(monkeypatch, tmp_path):
    monkeypatch.setenv("IFTHEN_INSPECT_PYTHON", str(tmp_path / "python"))
    with pytest.raises(SystemExit, match=r"pip install inspect-ai"):
        find_peer()


@needs_inspect
def test_the_peer_recomputes_the_same_numbers(log):
    command = [INSPECT, str(PEER_SCRIPT), str(log), str(log)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    peer = json.loads(done.stdout.splitlines()[-1])
    assert same_numbers(describe(*ours(log))["numbers"], peer["numbers"])
    assert peer["seconds"][0] > 0
    assert peer["peak_mb"] > 10


@needs_inspect
def test_the_whole_benchmark_gives_its_ratios(monkeypatch, tmp_path):
    shapes = {name: tiny(name) for name in SHAPES}
    monkeypatch.setattr(bench.evidence, "SHAPES", shapes)
    monkeypatch.setattr(bench.evidence_logs, "FOLDER", tmp_path)
    result = json.loads(json.dumps(measure(rounds=1, peer_rounds=1, repeat=1)))
    assert result["same_numbers"]
    assert result["consistent"]
    assert result["every_sample_hashed"]
    assert set(result["goals"]) == set(bench.evidence.GOALS)
    for name in bench.evidence.GOALS:
        assert result[name] > 0
    assert result["ours_small_s"] > result["inflate_small_s"] > 0
    ratio = result["inspect_small_s"] / result["ours_small_s"]
    assert result["ratio_vs_inspect_small"] == pytest.approx(ratio, rel=0.2)
