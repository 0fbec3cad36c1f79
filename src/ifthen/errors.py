"""The one error type that reaches a user, and the one that carries several of them.

Every error has a stable dotted code (``yaml.duplicate-key``), a message that says what was found
and what was expected, a place (``file:line:column`` or a path inside a document) and a next step.
Tests and tools match the code, never the prose.
"""

from collections.abc import Iterable
from functools import partial
from typing import Any


class Error(Exception):
    """A fault in what the user gave, with code, place and next step.

    ``code`` is stable, kebab-case and dotted. ``where`` is ``file:line:column``, a file, or a
    member inside a log. ``hint`` is the next step, written as an instruction.
    """

    def __init__(
        self, code: str, message: str, *, where: str | None = None, hint: str | None = None
    ) -> None:
        super().__init__(code, message, where, hint)
        self.code = code
        self.message = message
        self.where = where
        self.hint = hint

    def __str__(self) -> str:
        place = f"{self.where}: " if self.where else ""
        return f"{place}{self.message} [{self.code}]"

    def __reduce__(self) -> tuple[Any, ...]:
        """Go from one process to another whole: an exception is made again from its arguments."""
        return partial(Error, where=self.where, hint=self.hint), (self.code, self.message)

    def to_dict(self) -> dict[str, Any]:
        """Return the error as plain data, for ``--json``."""
        return {
            "code": self.code,
            "message": self.message,
            "where": self.where,
            "hint": self.hint,
        }


class Problems(Error):
    """Several errors found in one pass, so that a user mends them all at once."""

    def __init__(self, errors: Iterable[Error]) -> None:
        self.errors: tuple[Error, ...] = tuple(errors)
        if not self.errors:
            raise ValueError("Problems needs at least one error")
        count = len(self.errors)
        super().__init__("problems", f"{count} problem{'s' if count > 1 else ''}")

    def __reduce__(self) -> tuple[Any, ...]:
        """Go from one process to another with its errors."""
        return Problems, (self.errors,)

    def __str__(self) -> str:
        return "\n".join(str(error) for error in self.errors)

    def to_dict(self) -> dict[str, Any]:
        """Return the errors as plain data, for ``--json``."""
        return super().to_dict() | {"errors": [error.to_dict() for error in self.errors]}
