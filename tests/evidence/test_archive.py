"""Archives: every way to be damaged or hostile gives a coded error."""

import io
import random
import struct
import tracemalloc
import zipfile
import zlib

import pytest
import zstandard

from ifthen.errors import Error
from ifthen.evidence.archive import Archive, Limits

CONTENT = b"content " * 50


def make_zip(entries, *, start=0, comment=b"", prefix=b""):
    """Write a zip by hand: (name, method, packed, size, crc, flags) for each entry."""
    body, directory = bytearray(prefix), bytearray()
    for name, method, packed, size, crc, flags in entries:
        at = len(body)
        body += struct.pack(
            "<4s5H3L2H",
            b"PK\x03\x04",
            45,
            flags,
            method,
            0,
            0,
            crc,
            len(packed),
            size,
            len(name),
            0,
        )
        body += name + packed
        directory += struct.pack(
            "<4s6H3L5H2L", b"PK\x01\x02", 45, 45, flags, method, 0, 0, crc, len(packed), size,
            len(name), 0, 0, 0, 0, 0, at,
        ) + name  # fmt: skip
    end = struct.pack(
        "<4s4H2LH", b"PK\x05\x06", 0, 0, len(entries), len(entries), len(directory), len(body),
        len(comment),
    )  # fmt: skip
    return bytes(body + directory + end + comment)


def entry(name=b"a", method=0, content=CONTENT, packed=None, size=None, crc=None, flags=0):
    return (
        name,
        method,
        content if packed is None else packed,
        len(content) if size is None else size,
        zlib.crc32(content) if crc is None else crc,
        flags,
    )


def deflate(content):
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    return packer.compress(content) + packer.flush()


def code_of(action):
    with pytest.raises(Error) as caught:
        action()
    return caught.value.code


def read_all(data, **limits):
    archive = Archive(data, name="x", limits=Limits(**limits))
    return {member.name: archive.read(member) for member in archive.members}


def test_stored_deflated_and_zstandard_members_are_read():
    pack = zstandard.ZstdCompressor().compress
    data = make_zip(
        [
            entry(b"stored"),
            entry(b"deflated", 8, packed=deflate(CONTENT)),
            entry(b"zstandard", 93, packed=pack(CONTENT)),
            entry(b"empty", 8, content=b"", packed=deflate(b"")),
        ],
        comment=b"a comment",
    )
    assert read_all(data) == {
        "stored": CONTENT,
        "deflated": CONTENT,
        "zstandard": CONTENT,
        "empty": b"",
    }


def test_every_frame_of_a_multi_frame_member_is_read():
    pack = zstandard.ZstdCompressor().compress
    packed = pack(CONTENT[:100]) + pack(CONTENT[100:300]) + pack(CONTENT[300:])
    assert read_all(make_zip([entry(method=93, packed=packed)])) == {"a": CONTENT}


def test_large_zstandard_member_is_read_in_pieces():
    content = random.Random(1).randbytes(3_000_000)  # noqa: S311
    packed = zstandard.ZstdCompressor().compress(content)
    assert read_all(make_zip([entry(method=93, content=content, packed=packed)])) == {"a": content}


@pytest.mark.parametrize("method", [8, 93])
def test_wrong_size_or_rubbish_is_damage(method):
    good = deflate(CONTENT) if method == 8 else zstandard.ZstdCompressor().compress(CONTENT)
    for packed, size in [
        (good, 1),
        (good, len(CONTENT) + 1),
        (good[:-3], len(CONTENT)),
        (good + b"xx", len(CONTENT)),
        (b"\xff" * 40, len(CONTENT)),
    ]:
        data = make_zip([entry(method=method, packed=packed, size=size)])
        assert code_of(lambda data=data: read_all(data)) == "log.damaged"


def test_stored_member_of_another_size_is_damage():
    assert code_of(lambda: read_all(make_zip([entry(size=3)]))) == "log.damaged"


def test_wrong_checksum():
    assert code_of(lambda: read_all(make_zip([entry(crc=0)]))) == "log.crc"


@pytest.mark.parametrize(
    "name", [b"../a", b"a/../b", b"/etc/passwd", b"\\\\host", b"", b"a\0b", b"..", b"samples/.."]
)
def test_names_that_lead_out_of_the_archive(name):
    assert code_of(lambda: read_all(make_zip([entry(name)]))) == "log.member-name"


def test_names_with_dots_that_lead_nowhere_are_read():
    assert list(read_all(make_zip([entry(b"a..b/...json")]))) == ["a..b/...json"]


def test_name_that_says_utf8_and_is_not():
    assert code_of(lambda: read_all(make_zip([entry(b"\xff", flags=0x800)]))) == "log.member-name"
    assert list(read_all(make_zip([entry("ä".encode(), flags=0x800)]))) == ["ä"]


def test_encrypted_member():
    assert code_of(lambda: read_all(make_zip([entry(flags=1)]))) == "log.encrypted"


def test_unknown_method():
    assert code_of(lambda: read_all(make_zip([entry(method=12)]))) == "log.method"


def test_members_that_overlap():
    data = bytearray(make_zip([entry(b"a"), entry(b"b")]))
    second = data.index(b"PK\x01\x02", data.index(b"PK\x01\x02") + 4)
    data[second + 42 : second + 46] = struct.pack("<L", 0)
    assert code_of(lambda: read_all(bytes(data))) == "log.overlap"


def test_local_header_that_names_another_member():
    data = bytearray(make_zip([entry(b"a")]))
    data[30] = ord("z")
    assert code_of(lambda: read_all(bytes(data))) == "log.damaged"


def test_local_header_of_another_method():
    data = bytearray(make_zip([entry(b"a")]))
    data[8] = 8
    assert code_of(lambda: read_all(bytes(data))) == "log.damaged"


def test_member_outside_the_archive():
    data = bytearray(make_zip([entry(b"a")]))
    at = data.index(b"PK\x01\x02")
    data[at + 42 : at + 46] = struct.pack("<L", len(data))
    assert code_of(lambda: read_all(bytes(data))) == "log.damaged"


def test_bytes_before_or_after_the_archive():
    data = make_zip([entry()])
    assert code_of(lambda: read_all(data + b"x")) == "log.damaged"
    assert code_of(lambda: read_all(b"x" + data)) == "log.damaged"


def test_dead_bytes_between_members_are_legal():
    assert read_all(make_zip([entry()], prefix=b"dead")) == {"a": CONTENT}


@pytest.mark.parametrize(
    ("offset", "value"),
    [(4, 1), (6, 1), (8, 7), (10, 2), (12, 9), (16, 1)],
    ids=["disk", "first-disk", "here", "count", "size", "start"],
)
def test_directory_that_contradicts_itself(offset, value):
    data = bytearray(make_zip([entry()]))
    end = data.index(b"PK\x05\x06")
    data[end + offset] = value
    assert code_of(lambda: read_all(bytes(data))) == "log.damaged"


def test_fewer_and_more_entries_than_stated():
    for count in (1, 3):
        data = bytearray(make_zip([entry(b"a"), entry(b"b")]))
        end = data.index(b"PK\x05\x06")
        data[end + 8 : end + 12] = struct.pack("<2H", count, count)
        assert code_of(lambda data=data: read_all(bytes(data))) == "log.damaged"


def test_directory_entry_without_its_signature():
    data = bytearray(make_zip([entry()]))
    data[data.index(b"PK\x01\x02") + 2] = 9
    assert code_of(lambda: read_all(bytes(data))) == "log.damaged"


def test_limits_on_members_member_total_and_ratio():
    data = make_zip([entry(b"a"), entry(b"b")])
    assert code_of(lambda: read_all(data, members=1)) == "log.too-large"
    assert code_of(lambda: read_all(data, member_bytes=10)) == "log.too-large"
    assert code_of(lambda: read_all(data, total_bytes=500)) == "log.too-large"


@pytest.mark.parametrize("method", [8, 93])
def test_bomb_is_refused_before_it_is_inflated(method):
    content = bytes(200_000_000)
    packed = deflate(content) if method == 8 else zstandard.ZstdCompressor().compress(content)
    honest = make_zip([entry(method=method, packed=packed, size=len(content), crc=0)])
    lying = make_zip([entry(method=method, packed=packed, size=1000, crc=0)])
    del content
    tracemalloc.start()
    codes = [code_of(lambda data=data: read_all(data, ratio=500)) for data in (honest, lying)]
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert codes == ["log.bomb", "log.damaged"]
    assert peak < 20_000_000


def test_truncation_at_any_offset_is_damage():
    data = make_zip([entry(b"a"), entry(b"b", 8, packed=deflate(CONTENT))])
    for length in range(len(data)):
        assert code_of(lambda length=length: read_all(data[:length])) == "log.damaged"


def test_duplicate_names_are_reported_and_the_last_counts():
    archive = Archive(make_zip([entry(b"a", content=b"1"), entry(b"a", content=b"2")]), name="x")
    assert archive.duplicates == ("a",)
    assert [archive.read(member) for member in archive.live()] == [b"2"]
    assert archive.find("b") is None


def zip64(tmp_path, monkeypatch):
    """A zip in which the sizes of each member and the directory stand in zip64 fields."""
    monkeypatch.setattr(zipfile, "ZIP64_LIMIT", 10)
    path = tmp_path / "x.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("a", CONTENT)
        archive.writestr("b", CONTENT)
    data = bytearray(path.read_bytes())
    end = data.index(b"PK\x05\x06")
    data[end + 8 : end + 20] = b"\xff" * 12
    return data


def test_zip64_fields_are_read(tmp_path, monkeypatch):
    assert read_all(bytes(zip64(tmp_path, monkeypatch))) == {"a": CONTENT, "b": CONTENT}


def test_zip64_fields_that_are_missing_or_wrong(tmp_path, monkeypatch):
    data = zip64(tmp_path, monkeypatch)
    for signature in (b"PK\x06\x07", b"PK\x06\x06"):
        broken = bytearray(data)
        broken[broken.index(signature)] = 0
        assert code_of(lambda broken=broken: read_all(bytes(broken))) == "log.damaged"
    broken = bytearray(data)
    at = broken.index(b"PK\x01\x02") + 46 + 1  # the extra field of the first entry
    broken[at] = 2
    assert code_of(lambda: read_all(bytes(broken))) == "log.damaged"
    lone = b"PK\x05\x06" + b"\xff" * 16 + b"\0\0"
    assert code_of(lambda: read_all(lone)) == "log.damaged"


def odd_zip():
    """Return an archive whose members have all that a local header can have."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for number in range(4):
            info = zipfile.ZipInfo(f"samples/{number}.json")
            info.extra = b"\xfe\xca\x02\0ab" if number == 1 else b""
            if number == 2:  # sizes of 64 bits in the local header only
                with archive.open(info, "w", force_zip64=True) as member:
                    member.write(CONTENT)
            else:
                archive.writestr(info, CONTENT + b"%d" % number)
    return file.getvalue()


def outcome(action):
    try:
        return action()
    except Error as error:
        return error.code, error.message, error.where


def test_many_members_are_read_as_they_are_one_by_one():
    data = odd_zip()
    first_header = range(30 + len("samples/0.json"))
    cases = [data, *(data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :] for at in first_header)]
    found = []
    for case in cases:
        archive = Archive(case, name="x")
        many = outcome(lambda archive=archive: list(archive.read_many(range(4))))
        single = outcome(
            lambda archive=archive: [(x.name, archive.read(x)) for x in archive.members]
        )
        assert many == single
        found.append(isinstance(many, list))
    assert found[0]
    assert found.count(False) > 15  # what both readers refuse
