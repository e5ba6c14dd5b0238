"""Commands that can be told from everybody else's."""

import secrets

import pytest


@pytest.fixture
def mark() -> str:
    """A number of seconds to sleep that no other test sleeps, whoever runs it at the same time."""
    return f"9{secrets.randbelow(10**8):08}"
