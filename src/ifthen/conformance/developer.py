"""What is known of a developer, as conformance reads it; the document is one of the dossier."""

from ifthen.dossier.developer import (
    Amount,
    Developer,
    DeveloperDocument,
    DeveloperEvent,
    DeveloperModel,
    YearRevenue,
)

__all__ = [
    "Amount",
    "Developer",
    "DeveloperDocument",
    "DeveloperEvent",
    "DeveloperModel",
    "YearRevenue",
]
