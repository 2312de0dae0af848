"""The command line as tests call it."""

from __future__ import annotations

import pytest

from wadflow.workflows.cli import main


def call(*arguments: object) -> int:
    """Call ``wadflow`` with arguments and return its exit code."""
    with pytest.raises(SystemExit) as caught:
        main([str(argument) for argument in arguments])
    assert isinstance(caught.value.code, int)
    return caught.value.code
