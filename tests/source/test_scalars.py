"""Plain scalars as YAML 1.1 resolves them."""

from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from smolrun.source.scalars import ScalarError, resolve_plain, resolve_tagged


@given(st.from_regex(r"[-+0-9:._exXobtfnyYNTF~ ]{1,12}", fullmatch=True))
def test_plain_scalars_mean_what_pyyaml_says(text: str) -> None:
    loader: Any = yaml.SafeLoader("")
    tag = loader.resolve(yaml.ScalarNode, text, (True, False))
    if tag in ("tag:yaml.org,2002:merge", "tag:yaml.org,2002:value"):
        return
    try:
        theirs = loader.construct_object(yaml.ScalarNode(tag, text))
    except ValueError:
        with pytest.raises(ScalarError):
            resolve_plain(text)
        return
    assert repr(resolve_plain(text)) == repr(theirs)


@pytest.mark.parametrize(
    ("kind", "text"), [("int", "x"), ("bool", "maybe"), ("binary", "ü"), ("set", "a"), ("float", "")]
)
def test_what_is_not_what_its_tag_says_is_refused(kind: str, text: str) -> None:
    with pytest.raises(ScalarError):
        resolve_tagged(kind, text)


def test_an_overlong_number_is_refused_and_not_quoted_in_full() -> None:
    with pytest.raises(ScalarError) as caught:
        resolve_plain("9" * 5_000)
    assert len(str(caught.value)) < 120
