"""``slurp``: any file comes back byte for byte, in one round trip."""

import base64

import pytest

from tests.modules.guest import Guest
from tests.modules.test_copy import HOSTILE_NAMES


@pytest.mark.parametrize(
    "content", [b"", b"no newline", b"\0\xff\r\n\0content=x\0", bytes(range(256)) * 8192, b"a\0kind=link\0"]
)
def test_any_content_comes_back_as_it_is(guest: Guest, content: bytes) -> None:
    guest.here("file").write_bytes(content)
    result = guest.do("slurp", {"src": guest.path("file")})
    assert base64.b64decode(result.values["content"]) == content
    assert (result.values["encoding"], result.values["source"]) == ("base64", guest.path("file"))
    assert not result.changed


@pytest.mark.parametrize("name", HOSTILE_NAMES)
def test_any_name_is_only_a_name(local: Guest, name: str) -> None:
    local.here(name).write_text("x")
    assert local.do("slurp", {"src": local.path(name)}).values["content"] == "eA=="


def test_a_link_is_followed_and_keeps_its_name(guest: Guest) -> None:
    guest.here("file").write_text("x")
    guest.here("link").symlink_to("file")
    values = guest.do("slurp", {"path": guest.path("link")}).values
    assert (values["content"], values["source"]) == ("eA==", guest.path("link"))


def test_files_of_the_kernel_have_no_size_but_content(local: Guest) -> None:
    values = local.do("slurp", {"src": "/proc/version"}, check_mode=True).values
    assert base64.b64decode(values["content"]).startswith(b"Linux version")


def test_one_round_trip(guest: Guest) -> None:
    guest.here("file").write_text("x")
    assert guest.round_trips(lambda: guest.do("slurp", {"src": guest.path("file")})) == 1


def test_what_is_no_file_says_so(guest: Guest) -> None:
    assert "is a folder" in guest.fails("slurp", {"src": guest.folder})
    assert "is not on web1" in guest.fails("slurp", {"src": guest.path("nope")})
