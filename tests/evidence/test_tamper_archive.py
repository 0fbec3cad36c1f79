"""Real logs whose members, or the archive that holds them, were changed."""

import copy
import json
import random

import pytest
from tests.evidence.tampering import (
    AURORA,
    HEADER,
    REDUCTION_DIFFERS,
    REDUCTIONS,
    SAMPLES_ONLY,
    START,
    SUMMARIES,
    SUMMARY_DIFFERS,
    EvalLog,
    codes,
    every_log,
    flip,
    frames,
    numbers,
    result,
    told_to_differ,
    write_zip,
)

# Members


@every_log
def test_samples_removed(log):
    log.members = [m for m in log.members if m[1] is not log.samples[0]]
    assert {"log.sample-count", "log.sample-missing", SUMMARY_DIFFERS} <= codes(log)


@every_log
def test_samples_removed_and_the_counts_adjusted(log):
    first = log.samples[0]
    key = (first["id"], first["epoch"])
    log.members = [m for m in log.members if m[1] is not first]
    log.header["results"]["total_samples"] -= 1
    log.header["results"]["completed_samples"] -= 1
    assert {"log.sample-missing", SUMMARY_DIFFERS} <= codes(log)
    for stated in log.header["results"]["scores"]:
        stated["scored_samples"] -= 1
    for items in (log.summaries, *(t for n, t in log.members if "_journal/summaries" in n)):
        items[:] = [item for item in items if (item["id"], item["epoch"]) != key]
    assert "log.sample-missing" in codes(log)
    ids = log.header["eval"]["dataset"]["sample_ids"]
    ids.remove(first["id"])
    log.header["eval"]["dataset"]["samples"] = len(ids)
    assert {"log.start-differs", REDUCTION_DIFFERS} & codes(log)
    assert "log.start-differs" in codes(log)  # the beginning still tells of them


@every_log
@pytest.mark.parametrize("first", [True, False], ids=["before", "after"])
def test_member_duplicated_without_a_word_in_the_journal(log, first):
    at = next(i for i, (name, _) in enumerate(log.members) if name.startswith("samples/"))
    name, tree = log.members[at]
    other = copy.deepcopy(tree)
    next(iter(other["scores"].values()))["value"] = flip(
        next(iter(tree["scores"].values()))["value"]
    )
    log.members.insert(at if first else at + 1, (name, other))
    assert "log.duplicate-member" in codes(log)
    assert (codes(log) == {"log.duplicate-member"}) == first  # of two, the last is read


@every_log
@pytest.mark.parametrize("member", [HEADER, START, SUMMARIES, REDUCTIONS])
def test_other_members_duplicated(log, member):
    log.members.insert(0, (member, copy.deepcopy(log[member])))
    assert codes(log) == {"log.duplicate-member"}


@every_log
def test_member_duplicated_as_the_journal_tells(log):
    """A sample that was run again: both attempts count, the worse and the better."""
    before = result(log.to_bytes()).measurements[0]
    at = next(i for i, (name, _) in enumerate(log.members) if name.startswith("samples/"))
    name, tree = log.members[at]
    other = copy.deepcopy(tree)
    score = next(iter(other["scores"].values()))
    score["value"] = flip(score["value"])
    log.members.insert(at, (name, other))
    earlier = copy.deepcopy(
        next(i for i in log.journal if (i["id"], i["epoch"]) == (tree["id"], tree["epoch"]))
    )
    next(iter(earlier["scores"].values()))["value"] = score["value"]
    log.members.append(("_journal/summaries/0.json", [earlier]))
    assert codes(log) == set()
    assert "log.requeued" in codes(log, "notice")
    after = result(log.to_bytes()).measurements[0]
    assert after.value == before.value
    assert after.high - after.low > before.high - before.low


@every_log
def test_members_in_another_order_change_no_number(log):
    before = result(log.to_bytes())
    for seed in range(4):
        random.Random(seed).shuffle(log.members)  # noqa: S311
        assert numbers(result(log.to_bytes())) == numbers(before)
    log.members.sort(reverse=True)
    assert numbers(result(log.to_bytes())) == numbers(before)


@every_log
def test_samples_exchanged_between_two_logs(log):
    """Of a log with the same ids and other scores; the one with the same scores has its model."""
    other = copy.deepcopy(log)
    for sample in other.samples:
        score = next(iter(sample["scores"].values()))
        score["value"] = flip(score["value"])
    for name, tree in other.members[:5]:
        if name.startswith("samples/"):
            log[name] = tree
    assert SUMMARY_DIFFERS in codes(log)


def test_samples_exchanged_between_the_logs_of_two_models():
    one = EvalLog(AURORA / "aurora-1-arithmetic-easy.eval")
    two = EvalLog(AURORA / "aurora-2-arithmetic-easy.eval")
    same, different = [], []
    for name, tree in one.members:
        if name.startswith("samples/"):
            mine, theirs = tree["scores"]["last_number"], two[name]["scores"]["last_number"]
            (same if mine["value"] == theirs["value"] else different).append(name)
    assert same and different
    for name, expected in ((different[0], SAMPLES_ONLY), (same[0], {SUMMARY_DIFFERS})):
        log = copy.deepcopy(one)
        log[name] = two[name]
        assert codes(log) == expected
        assert "log.several-models" in codes(log, "notice")
        assert {"models", "uuid"} <= set(told_to_differ(log))


# The archive


def with_sample(log, **changes):
    name = next(name for name, _ in log.members if name.startswith("samples/"))
    return write_zip(log.contents(), only=name, **changes)


@every_log
def test_checksum_zeroed(log):
    for changes in (
        {"entry": {"crc": 0}},
        {"local": {"crc": 0}},
        {"entry": {"crc": 0}, "local": {"crc": 0}},
    ):
        assert codes(with_sample(log, **changes)) == {"log.crc"}, changes


@every_log
def test_content_changed_in_place(log):
    data = log.to_bytes()
    at = data.index(b'"epoch": 1')
    assert codes(data[:at] + b'"epoch": 2' + data[at + 10 :]) == {"log.crc"}


@every_log
@pytest.mark.parametrize(
    "changes",
    [
        {"local": {"method": 8}},
        {"local": {"flags": 0x800}},
        {"local": {"flags": 1}},
        {"local": {"size": 1}},
        {"local": {"packed": 1}},
        {"entry": {"size": 1}},
        {"entry": {"packed": 1}},
    ],
    ids=str,
)
def test_local_header_that_contradicts_the_directory(log, changes):
    assert codes(with_sample(log, **changes)) == {"log.damaged"}


@every_log
@pytest.mark.parametrize("side", ["local", "entry"])
def test_name_that_differs_between_local_header_and_directory(log, side):
    name = next(name for name, _ in log.members if name.startswith("samples/"))
    other = name.encode().replace(b"_epoch_1", b"_epoch_2")
    assert codes(with_sample(log, **{side: {"name": other}})) == {"log.damaged"}


@every_log
def test_frames_cut_off(log):
    for cut in (1, 4, 20):
        data = log.to_bytes(
            lambda members, cut=cut: write_zip(
                members, pack=lambda content: frames(content)[:-cut], method=93
            )
        )
        assert codes(data) == {"log.damaged"}


@every_log
@pytest.mark.parametrize("count", [1, 2, 3, 17])
def test_members_of_several_frames_are_read_whole(log, count):
    before = result(log.to_bytes())
    data = log.to_bytes(
        lambda members: write_zip(members, pack=lambda c: frames(c, count), method=93)
    )
    assert numbers(result(data)) == numbers(before)


@every_log
def test_first_frame_that_is_a_whole_log_by_itself(log):
    """A reader that stops after the first frame would see another score than one that does not."""
    first = log.samples[0]
    other = copy.deepcopy(first)
    next(iter(other["scores"].values()))["value"] = "P"
    hidden = json.dumps(other).encode()

    def pack(content):
        return frames(hidden, 1) + frames(content, 1)

    name = f"samples/{first['id']}_epoch_{first['epoch']}.json"
    size = len(hidden) + len(json.dumps(first))
    assert codes(with_method(log, name, pack, size)) <= {"log.crc", "log.damaged"}
    assert codes(with_method(log, name, pack, size))


def with_method(log, only, pack, size):
    """Write the log with one member packed by ``pack`` and stated as ``size`` bytes."""
    contents = log.contents()
    packed = {name: pack(data) if name == only else frames(data, 1) for name, data in contents}
    names = iter(name for name, _ in contents)
    return write_zip(
        contents,
        pack=lambda _: packed[next(names)],
        method=93,
        only=only,
        local={"size": size},
        entry={"size": size},
    )


@every_log
def test_bytes_in_a_skippable_frame_change_nothing_or_are_refused(log):
    before = result(log.to_bytes())
    hidden = b"\x50\x2a\x4d\x18" + (5).to_bytes(4, "little") + b"extra"
    for pack in (lambda c: hidden + frames(c), lambda c: frames(c) + hidden):
        data = log.to_bytes(lambda members, pack=pack: write_zip(members, pack=pack, method=93))
        found = codes(data)
        assert found == {"log.damaged"} or numbers(result(data)) == numbers(before)


@every_log
def test_gaps_between_members_change_no_number(log):
    """Compaction leaves them; nothing in them is read."""
    before = result(log.to_bytes())
    hidden = write_zip([("header.json", b"{}")])[:50]
    data = log.to_bytes(lambda members: write_zip(members, gap=hidden))
    assert numbers(result(data)) == numbers(before)
    assert result(data).log.sha256 != before.log.sha256


@every_log
@pytest.mark.parametrize("tail", [b"\0", b"x" * 100, b"PK\x05\x06", b"PK\x05\x06" + b"\0" * 18])
def test_bytes_after_the_end(log, tail):
    assert codes(log.to_bytes() + tail) <= {"log.damaged", "log.overlap", "log.not-a-log"}
    assert codes(log.to_bytes() + tail)


@every_log
def test_log_cut_off_at_any_place(log):
    data = log.to_bytes()
    rng = random.Random(7)  # noqa: S311
    for end in (1, 3, 4, len(data) - 1, *(rng.randrange(len(data)) for _ in range(40))):
        assert codes(data[:end]) <= {"log.damaged", "log.not-a-log"}
        assert codes(data[:end])
