"""Prints, as JSON, what Every Eval Ever's own validator finds: errors and warnings.

``python eee_reference.py ROOT FILE ...``; the files lie below ``ROOT/data``.
"""

import json
import sys
from pathlib import Path

from every_eval_ever.validator.validation_core import validate_file


class Files:
    """The files below a root, as a repository of the datastore."""

    def __init__(self, root):
        self.root = root

    def __contains__(self, path):
        return (self.root / path).is_file()


def validate(root, path):
    report = validate_file(
        path,
        repo_path=path.relative_to(root).as_posix(),
        available_files=Files(root),
        read_repo_file=lambda name: (root / name).read_text("utf-8"),
        run_semantic_checks=True,
    )
    return [] if report.valid and not report.warnings else [*report.errors, *report.warnings]


if __name__ == "__main__":
    root = Path(sys.argv[1])
    found = [item for name in sys.argv[2:] for item in validate(root, Path(name))]
    print(json.dumps(found, default=str))  # noqa: T201 - its output
