"""Why a seed of the log alone is refused: its author finds another one in some twenty tries."""

import hashlib


def bad_in_sample(seed, graded=36, questions=500, bad=40):
    ranked = sorted(range(questions), key=lambda n: hashlib.sha256(b"%d:%d" % (seed, n)).digest())
    return sum(n < bad for n in ranked[:graded])


def test_grinding_a_seed_hides_every_bad_grade():
    tries = [
        next(n for n in range(10_000) if bad_in_sample(start * 10_000 + n) == 0) + 1
        for start in range(20)
    ]
    assert 5 < sum(tries) / len(tries) < 60
