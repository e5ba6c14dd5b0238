"""Rendering in one word, for every test of this floor."""

from collections.abc import Callable
from typing import Any

import pytest

from smolrun.errors import TemplateError
from smolrun.source.text import SourceText
from smolrun.templating.templar import Templar

Render = Callable[..., Any]


def trusted(value: Any) -> Any:
    """`value` as if somebody had written it: every text in it is a template."""
    if isinstance(value, str):
        return SourceText(value)
    if isinstance(value, dict):
        return {key: trusted(item) for key, item in value.items()}
    if isinstance(value, list):
        return [trusted(item) for item in value]
    return value


@pytest.fixture(scope="session")
def templar() -> Templar:
    return Templar()


@pytest.fixture(scope="session")
def render(templar: Templar) -> Render:
    """``render(template, **variables)``: the variables are data as they stand."""

    def rendered(template: str, **variables: Any) -> Any:
        return templar.render(SourceText(template), variables)

    return rendered


@pytest.fixture(scope="session")
def failure(render: Render) -> Callable[..., str]:
    """``failure(template, **variables)``: the message of the error that rendering ends with."""

    def failed(template: str, **variables: Any) -> str:
        with pytest.raises(TemplateError) as caught:
            render(template, **variables)
        return caught.value.message

    return failed
