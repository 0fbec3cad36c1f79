"""A digest is remembered only where the file system shows that nothing was written since."""

import os
import time

import pytest

from ifthen.encoding.canonical import digest_bytes
from ifthen.workspace import digests
from ifthen.workspace.digests import FOLDER, PREFIX, Digests

MARGIN = 30_000_000  # nanoseconds; several ticks of the clocks that file systems take


@pytest.fixture(autouse=True)
def short_margin(monkeypatch):
    monkeypatch.setattr(digests, "CLEARLY_NS", MARGIN)


@pytest.fixture
def hashed(monkeypatch):
    """Collect the names of the files that are hashed."""
    names: list[str] = []
    original = digests.hash_file

    def spy(path):
        names.append(path.name)
        return original(path)

    monkeypatch.setattr(digests, "hash_file", spy)
    return names


@pytest.fixture
def log(tmp_path):
    path = tmp_path / "a.eval"
    path.write_bytes(b"first")
    settle()
    return path


def settle() -> None:
    """Let the clock of the file system pass the margin."""
    time.sleep(3 * MARGIN / 1e9)


def entries(root):
    return sorted(root.glob(f"{FOLDER}/*"))


def digest(root, path, *, use=True):
    return Digests(root, use=use).digest(path)


def test_an_unchanged_file_is_hashed_once(tmp_path, log, hashed):
    expected = digest_bytes(b"first")
    assert [digest(tmp_path, log) for _ in range(3)] == [expected] * 3
    assert hashed == ["a.eval"]
    assert [path.name.startswith(PREFIX) for path in entries(tmp_path)] == [True]


def test_without_the_cache_every_file_is_hashed_and_nothing_kept(tmp_path, log, hashed):
    digest(tmp_path, log)
    (entry,) = entries(tmp_path)
    entry.unlink()
    assert digest(tmp_path, log, use=False) == digest_bytes(b"first")
    assert hashed == ["a.eval"] * 2
    assert entries(tmp_path) == []


def test_an_edit_of_the_same_size_with_its_time_restored_is_seen(tmp_path, log):
    digest(tmp_path, log)
    before = log.stat()
    with log.open("r+b") as file:  # the same inode
        file.write(b"other")
    os.utime(log, ns=(before.st_atime_ns, before.st_mtime_ns))
    after = log.stat()
    assert (after.st_size, after.st_mtime_ns, after.st_ino) == (
        before.st_size,
        before.st_mtime_ns,
        before.st_ino,
    )
    settle()
    assert digest(tmp_path, log) == digest_bytes(b"other")


def test_a_file_in_its_place_with_the_same_size_and_time_is_seen(tmp_path, log):
    digest(tmp_path, log)
    before = log.stat()
    other = tmp_path / "b"
    other.write_bytes(b"other")
    os.utime(other, ns=(before.st_atime_ns, before.st_mtime_ns))
    other.replace(log)
    settle()
    assert digest(tmp_path, log) == digest_bytes(b"other")


def test_a_file_that_was_just_written_is_not_remembered(tmp_path, monkeypatch, hashed):
    monkeypatch.setattr(digests, "CLEARLY_NS", 3600 * 10**9)
    log = tmp_path / "a.eval"
    log.write_bytes(b"first")
    for _ in range(2):
        digest(tmp_path, log)
    assert hashed == ["a.eval"] * 2
    assert entries(tmp_path) == []


def test_a_write_within_the_tick_in_which_it_was_hashed_is_seen(tmp_path):
    """Many edits right after each other: none may be answered with the digest before it."""
    log = tmp_path / "a.eval"
    log.write_bytes(b"0000")
    memory = Digests(tmp_path, use=True)
    for number in range(300):
        content = b"%04d" % number
        with log.open("r+b") as file:
            file.write(content)
        assert memory.digest(log) == digest_bytes(content)


def test_the_time_before_hashing_counts_not_that_of_the_entry(tmp_path, monkeypatch, log):
    """Hashing takes long; an edit at its end, in the tick of its beginning, must not pass."""
    with log.open("ab") as file:
        file.write(b"!")
    original = digests.hash_file

    def slow(path):
        found = original(path)
        settle()
        return found

    monkeypatch.setattr(digests, "hash_file", slow)
    digest(tmp_path, log)
    assert entries(tmp_path) == []


def test_a_file_that_changes_while_it_is_hashed_is_not_remembered(tmp_path, monkeypatch, log):
    original = digests.hash_file

    def disturbed(path):
        found = original(path)
        path.write_bytes(b"after")
        return found

    monkeypatch.setattr(digests, "hash_file", disturbed)
    digest(tmp_path, log)
    assert entries(tmp_path) == []


def test_an_entry_that_is_not_younger_than_the_file_is_not_used(tmp_path, log, hashed):
    digest(tmp_path, log)
    (entry,) = entries(tmp_path)
    then = log.stat().st_mtime_ns
    os.utime(entry, ns=(then, then))
    digest(tmp_path, log)
    assert hashed == ["a.eval"] * 2


@pytest.mark.parametrize("content", [b"", b"[1, 2]", b'["", "{}"]', b"\xff", b"[" * 5000])
def test_an_entry_that_is_not_whole_is_not_used(tmp_path, log, hashed, content):
    digest(tmp_path, log)
    (entry,) = entries(tmp_path)
    entry.write_bytes(content)
    settle()
    assert digest(tmp_path, log) == digest_bytes(b"first")
    assert hashed == ["a.eval"] * 2


def test_an_entry_of_another_file_is_not_used(tmp_path, log):
    other = tmp_path / "b.eval"
    other.write_bytes(b"other")
    settle()
    digest(tmp_path, log)
    (entry,) = entries(tmp_path)
    digest(tmp_path, other)
    (second,) = set(entries(tmp_path)) - {entry}
    second.write_bytes(entry.read_bytes())
    assert digest(tmp_path, other) == digest_bytes(b"other")


def test_a_missing_file_is_an_error_of_the_system(tmp_path):
    with pytest.raises(FileNotFoundError):
        digest(tmp_path, tmp_path / "none")


def test_a_memory_that_cannot_be_written_is_done_without(tmp_path, log, hashed):
    (tmp_path / ".ifthen").write_bytes(b"in the way")
    assert [digest(tmp_path, log) for _ in range(2)] == [digest_bytes(b"first")] * 2
    assert hashed == ["a.eval"] * 2
