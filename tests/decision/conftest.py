"""What decisions say in the tests stays as it was read."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.sentences import read_sentences, watch, write_sentences

SENTENCES = read_sentences(Path(__file__).parent / "data" / "sentences.txt")


@pytest.fixture(autouse=True)
def _sentences(request: pytest.FixtureRequest) -> Iterator[None]:
    yield from watch(request, SENTENCES)


def pytest_sessionfinish() -> None:
    write_sentences()
