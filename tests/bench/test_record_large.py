"""The bench of a large record verifies what it says."""

from bench import record_large as bench


def test_a_small_record_has_every_kind_and_no_step_fails(tmp_path):
    found = bench.measure(tmp_path, 36, 1)
    assert found["verify_10000_vs_floor"] > 1
    assert found["verify_10000_cpu_s"] > found["verify_10000_floor_cpu_s"] > 0
    assert found["verify_statements"] == 36
    _, verdict = bench.verify_large(tmp_path, 36)
    assert verdict.kinds == {
        "people": 1, "framework": 1, "model": 1, "plan": 11, "declaration": 11, "evidence": 11,
    }  # fmt: skip
    verified = {x.id: x.verified for x in verdict.steps if x.status == "verified"}
    every = ("envelopes", "roles", "chain", "copies", "redactions")
    assert {id: verified[id] for id in every} == dict.fromkeys(every, 36)
    assert (verified["plans"], verified["completeness"]) == (11, 11)
