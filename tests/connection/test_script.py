import subprocess

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from smolrun.connection.script import assignments
from smolrun.errors import NotRunError

TEXT = some.text(some.characters(blacklist_characters="\0", blacklist_categories=["Cs"]), max_size=40)


@settings(max_examples=30, deadline=None)
@given(first=TEXT, second=TEXT)
def test_every_value_arrives_as_it_is(first: str, second: str) -> None:
    script = assignments({"a": first, "b": second}) + 'printf "%s\\0" "$a" "$b"'

    ended = subprocess.run(["/bin/sh", "-c", script], capture_output=True, check=True)

    assert ended.stdout == f"{first}\0{second}\0".encode()


@pytest.mark.parametrize("name", ["1a", "a b", "a-b", "", "a;b"])
def test_what_is_no_name_of_a_variable_is_refused(name: str) -> None:
    with pytest.raises(NotRunError, match="cannot be the name"):
        assignments({name: ""})


def test_a_nul_is_refused() -> None:
    with pytest.raises(NotRunError, match="NUL"):
        assignments({"a": "\0"})
