"""Two versions of a framework from files, and the difference between them as one document."""

from pathlib import Path

from ifthen.encoding.document import Loaded, Part, load_document
from ifthen.encoding.tree import MAX_BYTES, parse_tree
from ifthen.errors import Error, Problems
from ifthen.framework.diff import DiffCoding, FrameworkDiff, diff_frameworks
from ifthen.framework.disclosure import Disclosure, check_disclosure
from ifthen.framework.lint import check_framework
from ifthen.framework.model import Framework
from ifthen.workspace.loading import read_bytes


class Comparison(Part):
    """What changed between two versions, and what the change log says of it."""

    diff: FrameworkDiff
    """What became of each clause."""
    disclosure: Disclosure
    """Which material changes the later version's change log accounts for."""


def compare_files(before: Path, after: Path, coding: Path | None = None) -> Comparison:
    """Return the comparison of two framework files.

    Raises:
        Problems: every fault of a file, with its place.
        Error: ``file.missing``, ``file.unreadable``, ``diff.other-framework``,
            ``diff.coding-differs``.
    """
    old, new = (load_framework(path) for path in (before, after))
    if old.document.id != new.document.id:
        raise Error(
            "diff.other-framework",
            f"{before.name} is framework '{old.document.id}', {after.name} is '{new.document.id}'",
            hint="compare two versions of one framework",
        )
    coded = None if coding is None else _load_coding(coding, old.document, new.document)
    diff = diff_frameworks(old, new, coded)
    return Comparison(diff=diff, disclosure=check_disclosure(diff, new.document.changelog))


def load_framework(path: Path) -> Loaded[Framework]:
    """Return the framework in a file, without the faults that leave it without one meaning.

    Raises:
        Problems: every fault of the file, with its place.
        Error: ``file.unreadable``.
    """
    name = path.as_posix()
    loaded = load_document(parse_tree(read_bytes(path, name, MAX_BYTES), name=name), Framework)
    errors = check_framework(loaded).errors
    if errors:
        raise Problems(errors)
    return loaded


def _load_coding(path: Path, before: Framework, after: Framework) -> DiffCoding:
    name = path.as_posix()
    source = parse_tree(read_bytes(path, name, MAX_BYTES), name=name)
    loaded = load_document(source, DiffCoding)
    coding = loaded.document
    if (coding.before, coding.after) != (before.version, after.version):
        raise Error(
            "diff.coding-differs",
            f"the coding is of {coding.before} and {coding.after}; compared are"
            f" {before.version} and {after.version}",
            where=loaded.where("before"),
            hint="give the coding of these versions, in this order",
        )
    return coding
