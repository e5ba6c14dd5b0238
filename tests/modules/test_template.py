"""``template``: rendered here, written there."""

import platform

import pytest
from pydantic import ValidationError

from smolrun.errors import TemplateError, UndefinedVariableError
from tests.modules.guest import Guest, written


def test_renders_writes_once_and_tells_in_check_mode(guest: Guest) -> None:
    guest.source("conf.j2", "port {{ port }}\n{% if port > 1 %}\nyes\n{% endif %}\n")
    arguments = {"src": "conf.j2", "dest": guest.path("it's conf"), "mode": "0600"}
    variables = {"port": 80}
    foreseen = guest.do("template", arguments, variables=variables, check_mode=True, diff_mode=True)
    assert foreseen.changed
    assert not guest.here("it's conf").exists()
    result = guest.do("template", arguments, variables=variables, diff_mode=True)
    assert guest.here("it's conf").read_text() == "port 80\nyes\n"
    assert result.diffs == foreseen.diffs
    assert not guest.do("template", arguments, variables=variables).changed
    assert guest.do("template", arguments, variables={"port": 1}).changed


def test_output_of_a_guest_is_never_a_template(local: Guest) -> None:
    local.source("conf.j2", "{{ output }} {{ mine }}")
    variables = {"output": "{{ 7 * 7 }}", "mine": written("{{ 6 * 7 }}")}
    local.do("template", {"src": "conf.j2", "dest": local.path("conf")}, variables=variables)
    assert local.here("conf").read_text() == "{{ 7 * 7 }} 42"


@pytest.mark.parametrize(
    ("options", "text", "rendered"),
    [
        ({}, "a\n\n", b"a\n\n"),
        ({"newline_sequence": "\\r\\n"}, "a\nb\n", b"a\r\nb\r\n"),
        ({"trim_blocks": False}, "{% if true %}\na\n{% endif %}\n", b"\na\n"),
        ({"lstrip_blocks": True}, "  {% if true %}\na\n  {% endif %}\n", b"a\n"),
        ({"variable_start_string": "[[", "variable_end_string": "]]"}, "[[ x ]] {{ x }}", b"1 {{ x }}"),
        ({"block_start_string": "<%", "block_end_string": "%>"}, "<% if x %>a<% endif %>", b"a"),
        ({"comment_start_string": "/*", "comment_end_string": "*/"}, "a/* b */", b"a"),
        ({"output_encoding": "latin-1"}, "naïve", "naïve".encode("latin-1")),
        ({}, '#jinja2: variable_start_string:"[[", variable_end_string:"]]"\n[[ x ]]\n', b"1\n"),
    ],
)
def test_every_option_of_ansible(local: Guest, options: dict[str, object], text: str, rendered: bytes) -> None:
    local.source("t", text)
    local.do("template", {"src": "t", "dest": local.path("out"), **options}, variables={"x": 1})
    assert local.here("out").read_bytes() == rendered


@pytest.mark.root
def test_a_template_knows_of_itself(local: Guest) -> None:
    path = local.source("t.j2", "{{ ansible_managed }}|{{ template_path }}|{{ template_host }}|{{ template_destpath }}|"
                        "{{ template_uid }}|{{ template_fullpath }}|{{ template_run_date.year > 2000 }}")  # fmt: skip
    local.do("template", {"src": "t.j2", "dest": local.path("out")})
    expected = ["Ansible managed", str(path), platform.node(), local.path("out"), "root", str(path), "True"]
    assert local.here("out").read_text().split("|") == expected
    local.source("t.j2", "{{ ansible_managed }}")
    local.do("template", {"src": "t.j2", "dest": local.path("out")}, variables={"ansible_managed": "ours"})
    assert local.here("out").read_text() == "ours"


def test_includes_are_found_beside_the_template(local: Guest) -> None:
    local.source("sub/part.j2", "part {{ x }}")
    local.source("sub/whole.j2", "{% include 'part.j2' %}")
    local.do("template", {"src": "sub/whole.j2", "dest": local.path("out")}, variables={"x": 1})
    assert local.here("out").read_text() == "part 1"


def test_mistakes_have_their_line(local: Guest) -> None:
    local.source("t", "fine\n{{ nope }}\n")
    with pytest.raises(UndefinedVariableError) as caught:
        local.do("template", {"src": "t", "dest": local.path("out")})
    assert caught.value.location is not None
    assert caught.value.location.line == 2
    local.source("t", "fine\n{% if %}\n")
    with pytest.raises(TemplateError) as broken:
        local.do("template", {"src": "t", "dest": local.path("out")})
    assert broken.value.location is not None
    assert broken.value.location.line == 2
    assert not local.here("out").exists()


def test_what_cannot_be_done_says_why(local: Guest) -> None:
    local.source("t", "☃")
    message = local.fails("template", {"src": "t", "dest": local.path("out"), "output_encoding": "ascii"})
    assert "cannot be written as ascii" in message
    local.source("t", b"\xff")
    assert "not a UTF-8 text" in local.fails("template", {"src": "t", "dest": local.path("out")})
    with pytest.raises(ValidationError, match="newline_sequence"):
        local.do("template", {"src": "t", "dest": "x", "newline_sequence": "x"})
    with pytest.raises(ValidationError, match="must contain %s"):
        local.do("template", {"src": "t", "dest": "x", "validate": "true"})


def test_preserve_takes_the_mode_of_the_template(local: Guest) -> None:
    local.source("t", "x").chmod(0o755)
    local.do("template", {"src": "t", "dest": local.path("out"), "mode": "preserve"})
    assert local.here("out").stat().st_mode & 0o777 == 0o755
