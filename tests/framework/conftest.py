"""No error of these tests is without words."""

from collections.abc import Iterator

import pytest
from tests.sentences import expect_words


@pytest.fixture(autouse=True)
def _words() -> Iterator[None]:
    with expect_words():
        yield
