"""``yum_repository``: one section of a file of sources, and no other."""

from typing import Any

import pytest
from pydantic import ValidationError

from smolrun.modules.yum_repository import YumRepositoryArguments, with_section
from tests.modules.guest import Guest

OTHER = "# ours\n[other]\nname = other\nbaseurl = http://other/\n"


def wanted(guest: Guest, **more: Any) -> dict[str, Any]:
    source = {"name": "tool", "description": "Tool", "baseurl": ["http://a/", "http://b/"], "gpgcheck": True}
    return {"reposdir": guest.path(""), "file": "shared", **source, **more}


def test_a_source_comes_beside_others_and_goes(guest: Guest) -> None:
    file = guest.here("shared.repo")
    file.write_text(OTHER)
    task = wanted(guest, exclude=["x", "y*"], password="hidden", validate_certs=False, **{"async": True})
    assert guest.do("yum_repository", task, check_mode=True).changed
    assert file.read_text() == OTHER
    done = guest.do("yum_repository", {**task, "mode": "0600"})
    assert (done.changed, done.values["repo"], done.values["state"]) == (True, "tool", "present")
    lines = ["async = 1", "baseurl = http://a/", "\thttp://b/", "exclude = x y*", "gpgcheck = 1", "name = Tool"]
    own = "\n".join(["[tool]", *lines, "password = hidden", "sslverify = 0", ""])
    assert file.read_text() == OTHER + own
    assert file.stat().st_mode & 0o777 == 0o600
    assert not guest.do("yum_repository", task).changed
    assert guest.do("yum_repository", {**task, "gpgcheck": False}).changed
    assert file.read_text() == OTHER + own.replace("gpgcheck = 1", "gpgcheck = 0")
    for name, left in (("other", True), ("tool", False)):
        gone = {**wanted(guest), "name": name, "state": "absent"}
        assert guest.do("yum_repository", gone, check_mode=True).changed
        assert file.exists()
        assert guest.do("yum_repository", gone).changed
        assert not guest.do("yum_repository", gone).changed
        assert file.exists() == left


def test_what_cannot_be_is_told(guest: Guest) -> None:
    assert "there is no folder" in guest.fails("yum_repository", wanted(guest, reposdir=guest.path("none")))
    guest.here("shared.repo").write_text("no section\n")
    assert "no file of sources" in guest.fails("yum_repository", wanted(guest))


def test_the_rest_of_the_file_stays() -> None:
    text = "[a]\nx = 1\n\n[b]\ny = 2\n; note\n\n[c]\nz = 3"
    assert with_section(text, "b", {"y": "3"}) == "[a]\nx = 1\n\n[b]\ny = 3\n\n[c]\nz = 3"
    assert with_section(text, "c", {"z": "3"}) == text
    assert with_section(text, "d", {"w": "4"}) == text + "\n[d]\nw = 4\n"
    assert with_section(text, "a", None) == "[b]\ny = 2\n; note\n\n[c]\nz = 3"


@pytest.mark.parametrize(
    ("given", "message"),
    [({"name": "x"}, "is needed"), ({"name": "x", "baseurl": "y"}, "`description` is needed"),
     ({"name": "a/b", "baseurl": "y", "description": "z"}, "is a name")],
)  # fmt: skip
def test_bad_arguments_are_refused(given: dict[str, Any], message: str) -> None:
    with pytest.raises(ValidationError, match=message):
        YumRepositoryArguments.model_validate(given)
