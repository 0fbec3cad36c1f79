"""The benchmark of conformance times what it says, and says why where a peer is missing."""

from bench import conformance, startup


def test_it_holds_500_provisions_against_100_documents_and_finds_something():
    found = conformance.measure(runs=1)
    assert (found["provisions"], found["documents"]) == (500, 100)
    assert sum(found["states"].values()) == 500
    assert min(found["states"][x] for x in ("present", "absent", "inconsistent")) > 10
    assert found["deadlines"] > 100
    assert 0 < found["findings_alone_ms"] <= found["conform_ms"]


def test_without_the_peer_start_times_are_left_out_with_the_reason(monkeypatch):
    def missing(name, requirement):
        raise OSError("no network")

    monkeypatch.setattr(startup, "install_peer", missing)
    assert conformance.measure_start(1) == {"skipped": f"no {startup.PEER}: no network"}
