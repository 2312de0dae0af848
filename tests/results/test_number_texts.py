"""Numbers as texts."""

from __future__ import annotations

import pytest

from wadflow.results.number_texts import percent, significant


@pytest.mark.parametrize(
    ("value", "text"),
    [(1234.5, "1234"), (-616.931, "-616.9"), (14.104, "14.10"), (0.0042, "0.004"), (-0.0, "0.000")],
)
def test_numbers_are_as_long_as_they_are_read(value: float, text: str) -> None:
    assert significant(value) == text


def test_per_cent() -> None:
    assert (percent(None), percent(-0.0213), percent(2.106)) == ("--", "-2.1", "+211")
