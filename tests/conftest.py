"""Fixtures that every test can use."""

import os

import pytest

from tests.servers.fixtures import *  # noqa: F403  pytest finds fixtures by their names in this module
from tests.servers.sudo import sudoers as sudoers


def pytest_runtest_setup(item: pytest.Item) -> None:
    if item.get_closest_marker("root") is not None and os.geteuid() != 0:
        pytest.skip("needs root")
