import pytest

from tests.inventory.sample import ini, said

EXAMPLE = """\
# a comment
lone ansible_host=10.0.0.9

[web]
web[1:2].lab:2222 role="front end" weight=5
; another comment

[db]
db1 # primary
web1.lab

[prod:children]
web
db

[prod:vars]
list = [1, 2]
text = a b # c
"""


def test_hosts_groups_and_variables() -> None:
    draft = ini(EXAMPLE)

    assert draft.diagnostics == []
    assert list(draft.hosts) == ["lone", "web1.lab", "web2.lab", "db1"]
    assert list(draft.groups["db"].hosts) == ["db1", "web1.lab"]
    assert list(draft.groups["prod"].children) == ["web", "db"]
    assert draft.hosts["web2.lab"].variables == {"hosts.ini": {"ansible_port": 2222, "role": "front end", "weight": 5}}
    assert draft.groups["prod"].variables == {"hosts.ini": {"list": [1, 2], "text": "a b # c"}}


def test_values_know_their_place() -> None:
    draft = ini(EXAMPLE)

    role = draft.hosts["web1.lab"].variables["hosts.ini"]["role"]
    assert (role.location.line, role.location.column) == (5, 19)
    text = draft.groups["prod"].variables["hosts.ini"]["text"]
    assert (text.location.line, text.location.column) == (18, 8)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("[web:var]\na=1\n", ["1:1 a section cannot be of the kind 'var'"]),
        ("[web\nweb1\n", ["1:1 '[web' is not the head of a section"]),
        ("[web:vars]\na=1\n", ["1:1 [web:vars] names the group 'web', which is defined nowhere"]),
        ("[all_web:children]\nweb\n", ["2:1 [all_web:children] names the group 'web', which is defined nowhere"]),
        ("web1 a=1 b\n", ["1:10 expected name=value behind a host, found 'b'"]),
        ("web1 a='x\n", ["1:8 this quote is not closed"]),
        ("web[3:1]\n", ["1:1 the range [3:1] ends before it begins"]),
        ("[web]\n[web:vars]\nword\n", ["3:1 expected name=value, found 'word'"]),
        ("[web]\n[x:children]\nweb db\n", ["3:1 expected one group, found 'web db'"]),
    ],
)
def test_mistakes_are_told_where_they_are(text: str, expected: list[str]) -> None:
    assert said(ini(text).diagnostics) == expected


def test_all_mistakes_are_told_at_once_with_suggestions() -> None:
    draft = ini("[web]\nweb[2:1]\nweb3 x\n[wbe:vars]\na=1\n[web:childen]\n")

    assert [found.location and found.location.line for found in draft.diagnostics] == [2, 3, 6, 4]
    assert draft.diagnostics[2].hint == "did you mean 'children'?"
    assert draft.diagnostics[3].hint == "did you mean 'web'?"


def test_a_host_may_begin_with_a_range() -> None:
    assert list(ini("[web]\n[1:2].lab\n").groups["web"].hosts) == ["1.lab", "2.lab"]
    assert list(ini("[1:2].lab a=1\n").hosts) == ["1.lab", "2.lab"]


def test_a_value_that_a_comment_cuts_short_is_warned_about() -> None:
    draft = ini("web1 ansible_password=ab#cd\n")

    assert said(draft.diagnostics) == ["1:25 everything from this # on is a comment"]
    assert not draft.diagnostics[0].is_error


def test_the_variables_of_a_host_named_twice_are_put_together() -> None:
    draft = ini("[a]\nweb1 x=1 y=1\n[b]\nweb1 y=2\n")

    assert draft.hosts["web1"].variables["hosts.ini"] == {"x": 1, "y": 2}
