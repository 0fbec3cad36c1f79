"""The bench of the log measures what it says; the figures themselves are the machine's."""

import subprocess

import pytest

from bench import tlog as bench
from bench import tlog_own as own


def test_a_small_log_has_every_figure(monkeypatch):
    def missing(*_):
        raise subprocess.CalledProcessError(1, "pip")

    monkeypatch.setattr(bench, "install_peer", missing)
    found = bench.measure(quick=True, entries=3_000)
    assert bench.GOALS.keys() <= found.keys()
    assert found["proof_vs_pymerkle_sqlite"] is None
    assert "could not be installed" in found["proof_vs_pymerkle_sqlite_reason"]
    figures = [value for name, value in found.items() if "pymerkle" not in name]
    assert all(value > 0 for value in figures)


def test_the_peer_is_compared(monkeypatch):
    monkeypatch.setattr(bench, "run_json", lambda _: {"proof_ms": 0.5, "append_s": 2.0})
    peer = {"proof_s": 0.05, "append_s": 3.0, "version": "7"}
    monkeypatch.setattr(bench, "measure_peer", lambda *_: peer)
    found = bench.measure(quick=True)
    assert found["proof_vs_pymerkle_sqlite"] == pytest.approx(100)
    assert found["append_vs_pymerkle_sqlite"] == pytest.approx(1.5)


def test_entries_differ_and_the_floor_hashes_all(monkeypatch):
    entries = own.make_entries(5, 300)
    assert len(set(entries)) == 300
    assert {len(entry) for entry in entries} == {256}
    assert own.make_entries(5, 300) == entries
    counted = []
    real = own.hashlib.sha256
    monkeypatch.setattr(own.hashlib, "sha256", lambda data: counted.append(data) or real(data))
    assert own.hash_floor(entries) > 0
    assert len(counted) == 2 * 300 - 1
