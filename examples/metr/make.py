"""Write ``runs.jsonl``: invented runs in the shape of METR's runs files, with a fixed seed.

No model was asked and no person was timed. ``python examples/metr/make.py`` writes the same bytes
again, which a test checks.
"""

import json
import math
import random
from collections import Counter
from pathlib import Path

TASKS = {
    "arithmetic/add_two": 0.1,
    "arithmetic/add_ten": 0.4,
    "arithmetic/multiply_three_digits": 1.0,
    "arithmetic/long_division": 3.0,
    "arithmetic/prime_factors": 9.0,
    "arithmetic/magic_square": 45.0,
    "trivia/capitals": 0.2,
    "trivia/rivers": 0.8,
    "trivia/old_treaties": 14.0,
    "sorting/ten_words": 0.6,
    "sorting/library_cards": 25.0,
    "word_puzzle/anagram": 2.0,
    "word_puzzle/crossword": 40.0,
    "word_puzzle/cryptic_crossword": 180.0,
    "timetable/one_day": 12.0,
    "timetable/whole_school": 480.0,
    "essay_index/pamphlet": 60.0,
    "essay_index/handbook": 600.0,
}
"""Task and human working time in minutes."""
AGENTS = {"aurora-1": (8.0, 0.7, 4), "aurora-2": (45.0, 0.6, 4), "human": (500.0, 0.4, 1)}
"""Agent, its horizon in minutes, its slope for log2(minutes), and its runs of each task."""
LIMIT = 0.75
"""A run succeeds from this score on."""
START = 1_795_000_000_000


def make_rows(rng: random.Random) -> list[dict[str, object]]:
    """Return the runs of every agent, with METR's weights."""
    families = Counter(task.partition("/")[0] for task in TASKS)
    total = math.fsum(1 / math.sqrt(families[task.partition("/")[0]]) for task in TASKS)
    rows: list[dict[str, object]] = []
    for agent, (horizon, slope, runs) in AGENTS.items():
        for task, minutes in TASKS.items():
            family = task.partition("/")[0]
            chance = 1 / (1 + (minutes / horizon) ** (slope / math.log(2)))
            weight = 1 / math.sqrt(families[family]) / total / runs
            for _ in range(runs):
                success = rng.random() < chance
                score = 1.0 if success and rng.random() < 0.7 else rng.uniform(LIMIT, 1)
                score = round(score if success else score * rng.choice([0, 0.3, 0.7]), 4)
                stopped = agent != "human" and not success and minutes > 20 and rng.random() < 0.4
                started = START + 60_000 * len(rows)
                rows.append(
                    {
                        "task_id": task,
                        "task_family": family,
                        "run_id": f"example_{len(rows):04}",
                        "alias": agent,
                        "model": agent,
                        "score_cont": score,
                        "score_binarized": int(success),
                        "fatal_error_from": "usageLimits" if stopped else None,
                        "human_minutes": minutes,
                        "started_at": 0 if agent == "human" else started,
                        "equal_task_weight": round(1 / len(TASKS) / runs, 10),
                        "invsqrt_task_weight": round(weight, 10),
                    }
                )
    return rows


def main() -> None:
    """Write the file beside this one."""
    rows = make_rows(random.Random(20261123))  # noqa: S311 - invented data, no secret
    text = "".join(json.dumps(row, separators=(",", ":")) + "\n" for row in rows)
    Path(__file__).with_name("runs.jsonl").write_text(text, "utf-8")


if __name__ == "__main__":
    main()
