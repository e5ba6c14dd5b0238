"""Where a variable comes from; what is said to win is what a run uses."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.cli.conftest import Ended

Smolrun = Callable[..., Ended]

HOSTS = "[web]\nw1 ansible_connection=local p=host\nw2\n[web:vars]\np=group\n"
PLAY = """\
- name: Web
  hosts: web
  gather_facts: false
  vars:
    p: play
  vars_files: [vf.yml]
  roles: [r]
  tasks:
    - debug: msg={{ p }}
- name: Other
  hosts: w2
  gather_facts: false
  tasks: []
"""
FILES = {
    "hosts": HOSTS,
    "site.yml": PLAY,
    "vf.yml": "p: file\n",
    "host_vars/w1.yml": "p: host_vars\n",
    "group_vars/web.yml": "p: group_vars\n",
    "group_vars/all.yml": "---\n\np: group_vars_all\n",
    "roles/r/defaults/main.yml": "p: defaults\n",
    "roles/r/vars/main.yml": "p: role_vars\n",
    "roles/r/tasks/main.yml": "- meta: noop\n",
}
STRONGEST_FIRST = (
    "role_vars",
    "file",
    "play",
    "host_vars",
    "host",
    "group_vars",
    "group_vars_all",
    "group",
    "defaults",
)
REMOVE = {
    "role_vars": ("roles/r/vars/main.yml", "p: role_vars\n"),
    "file": ("vf.yml", "p: file\n"),
    "play": ("site.yml", "  vars:\n    p: play\n"),
    "host_vars": ("host_vars/w1.yml", "p: host_vars\n"),
    "host": ("hosts", " p=host"),
    "group_vars": ("group_vars/web.yml", "p: group_vars\n"),
    "group_vars_all": ("group_vars/all.yml", "p: group_vars_all\n"),
    "group": ("hosts", "[web:vars]\np=group\n"),
}


@pytest.fixture(autouse=True)
def _files(tmp_path: Path) -> None:
    for name, text in FILES.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)


def test_every_place_is_told_in_the_order_of_precedence_with_its_line(smolrun: Smolrun) -> None:
    ended = smolrun("explain", "w1", "p", "-i", "hosts", "site.yml", "-e", "p=extra", "--output", "json")
    assert ended.code == 0
    (explained,) = json.loads(ended.out)
    assert explained["play"] == "Web"
    values = [json.loads(setter["value"]) for setter in explained["setters"]]
    assert tuple(values) == ("extra", *STRONGEST_FIRST)
    assert [setter["wins"] for setter in explained["setters"]] == [True] + [False] * 9
    places = {
        value: Path(setter["location"]).name
        for value, setter in zip(values, explained["setters"], strict=True)
        if setter["location"]
    }
    assert places["play"] == "site.yml:5:5"
    assert places["group_vars_all"] == "all.yml:3:1"
    assert places["host"].startswith("hosts:2:")
    assert places["group"].startswith("hosts:5:")
    assert set(places) == set(values)


def test_what_is_said_to_win_is_what_a_run_uses(smolrun: Smolrun, tmp_path: Path) -> None:
    for expected in STRONGEST_FIRST:
        explained = json.loads(smolrun("explain", "w1", "p", "-i", "hosts", "site.yml", "--output", "json").out)[0]
        wins = next(setter for setter in explained["setters"] if setter["wins"])
        shown = smolrun("run", "site.yml", "-i", "hosts", "-l", "w1", "--output", "json").out
        used = [
            json.loads(line)["result"]["msg"]
            for line in shown.splitlines()
            if json.loads(line).get("result", {}).get("msg")
        ]
        assert (json.loads(wins["value"]), used) == (expected, [expected])
        if expected in REMOVE:
            name, text = REMOVE[expected]
            (tmp_path / name).write_text((tmp_path / name).read_text().replace(text, ""))


def test_what_only_some_tasks_see_and_what_only_the_run_sets_is_marked(smolrun: Smolrun, tmp_path: Path) -> None:
    (tmp_path / "site.yml").write_text(
        "- hosts: web\n  vars: {p: play}\n  tasks:\n"
        "    - debug: msg=x\n      vars: {p: task}\n"
        "    - run: echo\n      register: p\n"
        "    - name: setting\n      set_fact: {p: fact}\n"
        "    - include_vars: vf.yml\n"
    )
    lines = smolrun("explain", "w1", "p", "-i", "hosts", "site.yml").out.splitlines()
    assert lines[0].startswith("p of w1 in the play 'web' (site.yml:1:")
    marked = [line for line in lines[1:] if not line.startswith("   ")]
    assert [line[:1] for line in marked[:6]] == ["~", "~", "~", "~", "*", " "]
    assert '"fact"  set_fact  site.yml:9:' in marked[0]
    assert "?  register  site.yml:6:" in marked[1]
    assert "include_vars  site.yml:10:" in marked[2]
    assert '"task"  vars of the task  site.yml:5:' in marked[3]
    assert '"play"  vars of the play  site.yml:2:' in marked[4]


def test_without_a_playbook_only_the_inventory_speaks(smolrun: Smolrun) -> None:
    ended = smolrun("explain", "w1", "p", "-i", "hosts")
    assert ended.out.startswith('p of w1\n* "host_vars"  inventory host vars  host_vars/w1.yml:1:1\n')
    assert "play" not in ended.out


def test_magic_variables_and_facts(smolrun: Smolrun) -> None:
    assert (
        "magic variable" in smolrun("explain", "w1", "inventory_hostname", "-i", "hosts", "site.yml", "-e", "x=1").out
    )
    assert "~ ?  facts" in smolrun("explain", "w1", "ansible_distribution", "-i", "hosts", "site.yml").out
    assert "facts" not in smolrun("explain", "w1", "ansible_host", "-i", "hosts", "site.yml").out


def test_vaulted_values_are_not_shown(smolrun: Smolrun, tmp_path: Path) -> None:
    from tests.source.test_vault import LABELLED

    text = "p: !vault |\n" + "".join(f"  {line}\n" for line in LABELLED.splitlines())
    (tmp_path / "host_vars" / "w1.yml").write_text(text)
    ended = smolrun("explain", "w1", "p", "-i", "hosts")
    assert "* (vaulted)  inventory host vars" in ended.out
    assert "ANSIBLE_VAULT" not in ended.out


def test_what_a_vaulted_file_holds_is_not_shown(smolrun: Smolrun, tmp_path: Path) -> None:
    (tmp_path / "pass").write_text("x\n")
    (tmp_path / "host_vars" / "w1.yml").write_text("p: opensesame\n")
    vault = ("--vault-password-file", "pass")
    assert smolrun("vault", "encrypt", "host_vars/w1.yml", *vault).code == 0
    ended = smolrun("explain", "w1", "p", "-i", "hosts", *vault)
    assert "* (vaulted)  inventory host vars" in ended.out
    assert "opensesame" not in ended.out


def test_each_play_for_the_host_is_explained(smolrun: Smolrun) -> None:
    out = smolrun("explain", "w2", "p", "-i", "hosts", "site.yml").out
    assert [line for line in out.splitlines() if " in the play " in line] == [
        "p of w2 in the play 'Web' (site.yml:1:3)",
        "p of w2 in the play 'Other' (site.yml:10:3)",
    ]


def test_a_variables_file_that_cannot_be_known_is_left_out_with_a_warning(smolrun: Smolrun, tmp_path: Path) -> None:
    (tmp_path / "site.yml").write_text("- hosts: web\n  vars_files: ['{{ ansible_distribution }}.yml']\n  tasks: []\n")
    ended = smolrun("explain", "w1", "p", "-i", "hosts", "site.yml")
    assert ended.code == 0
    assert "left out" in ended.err
    assert "site.yml:2:" in ended.err


def test_codes(smolrun: Smolrun, tmp_path: Path) -> None:
    nothing = smolrun("explain", "w1", "nowhere", "-i", "hosts", "site.yml")
    assert (nothing.code, "nothing sets nowhere of w1" in nothing.out) == (1, True)
    assert smolrun("explain", "w9", "p", "-i", "hosts").code == 5
    assert smolrun("explain", "localhost", "p", "-i", "hosts", "site.yml").code == 5
    (tmp_path / "site.yml").write_text("- hosts: web\n  tsks: []\n")
    assert smolrun("explain", "w1", "p", "-i", "hosts", "site.yml").code == 4
