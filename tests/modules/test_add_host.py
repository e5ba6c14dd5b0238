"""``add_host`` and ``group_by``: hosts and groups that a run makes."""

import pytest

from smolrun.modules.add_host import split_port
from tests.engine.conftest import Play
from tests.engine.conftest import play as play


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("web", ("web", None)),
        (" web:2222 ", ("web", 2222)),
        ("fe80::1", ("fe80::1", None)),
        ("[fe80::1]:22", ("fe80::1", 22)),
        ("web:x", ("web:x", None)),
    ],
)
def test_a_port_may_stand_behind_the_name(text: str, expected: tuple[str, int | None]) -> None:
    assert split_port(text) == expected


def test_a_new_host_is_there_for_the_plays_that_follow_with_its_groups_and_variables(play: Play) -> None:
    played = play(
        """
        - hosts: all
          gather_facts: false
          tasks:
            - add_host:
                name: "new{{ item }}"
                groups: fresh,other
                ansible_connection: local
                color: "{{ item }}"
              loop: [1, 2]
              register: it
            - add_host: {hostname: new1, group: fresh}
              register: again
            - name: seen  # as in Ansible, the first host alone knows the result
              debug: {msg: "{{ [it.changed, it.results[0].add_host.groups, again.changed] }}"}
              run_once: true
            - {name: groups, debug: {msg: "{{ [groups.fresh, hostvars.new2.color, hostvars.new1.group_names] }}"}}
        - hosts: fresh
          gather_facts: false
          tasks:
            - {name: there, debug: {msg: "{{ color }}"}}
        """,
        hosts=["a", "b"],
    )
    assert played.code == 0
    assert len([event for event in played.tasks("b") if event == "add_host"]) == 0  # once for all
    assert played.message("seen") == [True, ["fresh", "other"], False]
    assert played.message("groups") == [["new1", "new2"], 2, ["fresh", "other"]]
    assert [played.task("there", host).result["msg"] for host in ("new1", "new2")] == [1, 2]


def test_group_by_sorts_hosts_into_groups_below_parents(play: Play) -> None:
    played = play(
        """
        - hosts: all
          gather_facts: false
          tasks:
            - {name: by, group_by: {key: "kind {{ kind }}", parents: [kinds]}}
            - {name: again, group_by: {key: "kind {{ kind }}", parents: kinds}}
            - {name: seen, debug: {msg: "{{ [groups['kind-x'], groups.kinds | sort, group_names] }}"}}
        - hosts: kinds:&kind-y
          gather_facts: false
          tasks:
            - {name: there, debug: {}}
        """,
        hosts={"a": {"kind": "x"}, "b": {"kind": "y"}, "c": {"kind": "x"}},
    )
    assert (played.task("by", "a").status, played.task("again", "a").status) == ("changed", "ok")
    assert played.message("seen") == [["a", "c"], ["a", "b", "c"], ["kind-x", "kinds"]]
    assert played.tasks("b")[-1] == "there"
    assert "there" not in played.tasks("a")
