"""When facts are gathered, which, and what is kept of them between runs."""

import json
import os
import time
from pathlib import Path

import pytest

from smolrun.engine.events import Warned
from smolrun.engine.fact_cache import FactCache
from tests.engine.conftest import Play, Played

SEES = """
- hosts: localhost
  tasks:
    - {name: it, debug: {msg: "{{ ansible_facts.system is defined }}"}}
"""

SAYS_SO = SEES.replace("  tasks", "  gather_facts: true\n  tasks")


def gathered(played: Played) -> int:
    return played.tasks().count("Gathering Facts")


@pytest.mark.parametrize(("gathering", "silent", "asked"), [("implicit", 2, 2), ("explicit", 0, 2), ("smart", 1, 1)])
def test_plays_gather_facts_as_the_setting_says(play: Play, gathering: str, silent: int, asked: int) -> None:
    assert gathered(play(SEES, SEES, gathering=gathering)) == silent
    assert gathered(play(SAYS_SO, SAYS_SO, gathering=gathering)) == asked


def test_a_play_says_which_facts(play: Play) -> None:
    played = play(
        """
        - hosts: localhost
          vars: {subset: "!all"}
          gather_subset: ["{{ subset }}", "!min", network]
          gather_timeout: 5
          tasks:
            - {name: it, debug: {msg: "{{ ['distribution' in ansible_facts, 'interfaces' in ansible_facts] }}"}}
        """
    )
    assert played.message("it") == [False, True]


def test_facts_of_other_modules_are_variables_by_their_own_names_below_those_of_the_play(play: Play) -> None:
    played = play(
        """
        - hosts: localhost
          gather_facts: false
          vars: {getent_group: mine}
          tasks:
            - service_facts:
            - getent: {database: passwd, key: root}
            - getent: {database: group, key: root}
            - {name: it, debug: {msg: "{{ [services == ansible_facts.services, ansible_services is defined,
                getent_passwd.root[1], getent_group, ansible_facts.getent_group.root[1]] }}"}}
        """
    )
    assert played.message("it") == [True, False, "0", "mine", "0"]


def test_facts_are_kept_between_runs_and_set_facts_that_are_cacheable_too(play: Play, tmp_path: Path) -> None:
    kept = {"fact_caching": "jsonfile", "fact_caching_connection": tmp_path / "facts", "fact_caching_prefix": "p_"}
    play(
        """
        - hosts: localhost
          tasks:
            - set_fact: {mine: [1, "{{ '{' }}{ x }}"], cacheable: true}
            - set_fact: {gone: 1}
        """,
        **kept,
    )
    (file,) = (tmp_path / "facts").iterdir()
    assert file.name == "p_s1_localhost"
    assert file.stat().st_mode & 0o777 == 0o600
    payload = json.loads(json.loads(file.read_text())["__payload__"])
    assert payload["_ansible_facts_gathered"] is True
    assert "ansible_distribution" in payload
    second = """
        - hosts: localhost
          tasks:
            - {name: it, debug: {msg: "{{ [mine, ansible_facts.mine[0], gone is defined, ansible_system] }}"}}
        """
    later = play(second, gathering="smart", **kept)
    assert gathered(later) == 0
    assert later.message("it") == [[1, "{{ x }}"], 1, False, "Linux"]
    assert gathered(play(second.replace("mine", "omit"), gathering="smart", flush_cache=True, **kept)) == 1


def test_what_ansible_kept_can_be_read(tmp_path: Path) -> None:
    tagged = {"value": [{"value": 1, "tags": [], "__ansible_type": "_AnsibleTaggedInt"}], "__ansible_type": "x"}
    (tmp_path / "s1_h").write_text(json.dumps({"__payload__": json.dumps({"a": tagged})}))
    assert FactCache(tmp_path, "", 0, print).read("h") == {"a": [1]}


def test_old_and_broken_files_are_as_good_as_none(tmp_path: Path) -> None:
    said: list[str] = []
    cache = FactCache(tmp_path, "", 60, said.append)
    cache.write("h", {"a": 1})
    assert cache.read("h") == {"a": 1}
    os.utime(tmp_path / "s1_h", (time.time() - 61,) * 2)
    assert cache.read("h") == {}
    (tmp_path / "s1_h").write_text("{")
    assert cache.read("h") == {}
    assert "cannot be read" in said[0]
    (tmp_path / "file").write_text("")
    FactCache(tmp_path / "file", "", 60, said.append).write("h", {})
    assert "cannot be kept" in said[1]


def test_other_ways_of_keeping_facts_are_told_not_to_work(play: Play) -> None:
    played = play(SEES, fact_caching="redis")
    assert any("'redis'" in event.message for event in played.of(Warned))


def test_mappings_of_several_sources_are_merged_where_the_setting_says_so(play: Play) -> None:
    text = """
        - hosts: a
          gather_facts: false
          vars: {m: {b: {y: 2, z: "{{ 1 + 2 }}"}, list: [2]}}
          tasks:
            - {name: it, debug: {msg: "{{ m }}"}}
            - {name: theirs, debug: {msg: "{{ hostvars.a.m }}"}}
        """
    inventory = "[g]\na ansible_connection=local\n[g:vars]\nm={'a': 1, 'b': {'x': 1, 'y': 1}, 'list': [1]}\n"
    merged = play(text, inventory=inventory, hash_behaviour="merge", extra_vars={"m": {"e": 5}})
    assert merged.message("it") == {"a": 1, "b": {"x": 1, "y": 2, "z": 3}, "list": [2], "e": 5}
    assert merged.message("theirs") == {"a": 1, "b": {"x": 1, "y": 1}, "list": [1], "e": 5}
    assert play(text, inventory=inventory).message("it") == {"b": {"y": 2, "z": 3}, "list": [2]}
