"""Versions of packages that a log names, and where two that should agree do not.

What scored the answers is code: of another version it may score the same answer otherwise, and no
number in the log would show it.
"""

import re
from collections import Counter
from collections.abc import Iterator, Mapping

from ifthen.evidence.log import Finding, RunFacts, format_line, notice
from ifthen.evidence.record import Run

EFFECT = "the code that scores may differ, so the scores may not be comparable"
MAX_NAMED = 3
"""Most that are listed of those who name the same version."""
_VERSIONED = re.compile(r"(\S+) (v?[0-9].*)")


def read_packages(run: RunFacts) -> tuple[dict[str, str], tuple[Finding, ...]]:
    """Return the versions that a log names besides its producer's, by package, sorted by name.

    A version that is no text gives the notice ``log.package-version`` and is left out.
    """
    packages: dict[str, str] = {}
    odd: list[str] = []
    for name, version in run.packages.items():
        if not isinstance(version, str):
            odd.append(format_line(name))
        elif f"{name} {version}" != run.producer:
            packages[format_line(name)] = format_line(version)
    found = dict(sorted(packages.items()))
    if not odd:
        return found, ()
    message = f"the versions of these packages are no text: {', '.join(sorted(odd))}"
    return found, (notice("log.package-version", message, "header"),)


def list_versions(run: Run) -> dict[str, str]:
    """Return every version that a record's run names: its packages' and its producer's."""
    producer = _VERSIONED.fullmatch(run.producer)
    named = {} if producer is None else {producer[1]: producer[2]}
    return {**run.packages, **named}


class Versions:
    """Who names which version of which package; of many who name the same only a few are kept.

    Names are compared as installers do it (PEP 503): ``Inspect_AI`` is ``inspect-ai``.
    """

    def __init__(self) -> None:
        """Start with nothing."""
        self._said: dict[str, dict[str, list[str]]] = {}
        self._counts: Counter[tuple[str, str]] = Counter()

    def add(self, who: str, versions: Mapping[str, str]) -> None:
        """Note what somebody (in words, such as ``record x``) names."""
        for name, version in versions.items():
            package = re.sub(r"[-_.]+", "-", name).lower()
            who_said = self._said.setdefault(package, {}).setdefault(version, [])
            self._counts[package, version] += 1
            if len(who_said) < MAX_NAMED:
                who_said.append(who)

    def differences(self) -> Iterator[str]:
        """Yield a sentence for each package that is named in more than one version.

        Who names no version of a package contradicts nobody.
        """
        for package, versions in sorted(self._said.items()):
            if len(versions) < 2:
                continue
            said = [self._one(package, version, who) for version, who in sorted(versions.items())]
            yield f"{'; '.join(said)}: {EFFECT}"

    def _one(self, package: str, version: str, who: list[str]) -> str:
        count = self._counts[package, version]
        more = f" and {count - len(who)} more" if count > len(who) else ""
        return f"{', '.join(who)}{more} {'name' if count > 1 else 'names'} {package} {version}"
