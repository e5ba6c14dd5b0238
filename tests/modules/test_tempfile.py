"""``tempfile``: a new name each time, and nobody else's."""

from typing import Any

import pytest
from pydantic import ValidationError

from tests.modules.guest import Guest


@pytest.mark.parametrize(("state", "mode"), [("file", "0600"), ("directory", "0700")])
@pytest.mark.root
def test_a_new_one_each_time(guest: Guest, state: str, mode: str) -> None:
    given = {"path": guest.folder, "state": state, "prefix": "-a b", "suffix": ".it's"}
    results = [guest.do("tempfile", given) for _ in range(2)]
    names = {path.name for path in guest.here().iterdir()}
    assert len(names) == 2
    assert all(name.startswith("-a b") and name.endswith(".it's") for name in names)
    for result in results:
        assert result.changed
        assert (result.values["state"], result.values["mode"], result.values["owner"]) == (state, mode, "root")
        assert (guest.root / result.values["path"].lstrip("/")).exists()


def test_it_goes_where_temporary_files_are_kept(local: Guest) -> None:
    local.here("tmp").mkdir()
    made = local.do("tempfile", {}, environment={"TMPDIR": local.path("tmp")})
    assert made.values["path"].startswith(local.path("tmp") + "/ansible.")


def test_a_missing_folder_says_so(guest: Guest) -> None:
    assert "cannot be written" in guest.fails("tempfile", {"path": guest.path("nope")})
    assert "cannot be written" in guest.fails("tempfile", {"path": guest.path("nope"), "state": "directory"})


@pytest.mark.parametrize("given", [{"prefix": "a/b"}, {"suffix": "/"}, {"state": "link"}])
def test_what_cannot_be_is_refused(local: Guest, given: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        local.do("tempfile", given)
