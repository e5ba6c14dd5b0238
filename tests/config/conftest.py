"""A working directory and a home of their own for each test of the configuration."""

from collections.abc import Callable
from pathlib import Path

import pytest

from smolrun.config.configuration import Configuration
from smolrun.config.load import load_configuration
from smolrun.config.search import Surroundings

Load = Callable[..., Configuration]


@pytest.fixture
def around(tmp_path: Path) -> Surroundings:
    for name in ("work", "home", "etc/ansible"):
        (tmp_path / name).mkdir(parents=True)
    return Surroundings({}, tmp_path / "work", tmp_path / "home", tmp_path / "etc")


@pytest.fixture
def load(around: Surroundings) -> Load:
    """Loads the configuration of these surroundings with some variables."""

    def do(**environment: str) -> Configuration:
        return load_configuration(Surroundings(environment, around.folder, around.home, around.system))

    return do
