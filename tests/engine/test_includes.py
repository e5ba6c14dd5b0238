from pathlib import Path

from tests.engine.conftest import Play
from tests.engine.written import local, write

SAY = "- {name: '%s', debug: {msg: '{{ %s }}'}}\n"


def test_the_item_of_a_loop_is_there_in_what_it_includes(play: Play, tmp_path: Path) -> None:
    write(tmp_path, one="- {name: 'one {{ item }}', debug: {msg: hi}}\n", two="- {name: 'two {{ item }}', debug: {}}\n")
    played = play(local("- include_tasks: '{{ item }}.yml'\n  loop: [one, two, one]\n"))
    assert played.tasks()[1:] == ["one one", "two two", "one one"]
    assert played.code == 0


def test_variables_of_an_include_beat_set_fact_and_those_of_an_import_do_not(play: Play, tmp_path: Path) -> None:
    write(tmp_path, say=SAY % ("{{ who }}", "x"))
    played = play(
        local(
            """
        - set_fact: {x: fact}
        - include_tasks: say.yml
          vars: {x: given, who: include}
        - import_tasks: say.yml
          vars: {x: given, who: import}
        """
        )
    )
    assert (played.message("include"), played.message("import")) == ("given", "fact")


def test_the_condition_of_an_import_is_asked_at_every_task_and_that_of_an_include_once(
    play: Play, tmp_path: Path
) -> None:
    write(tmp_path, turn="- set_fact: {go: false}\n- {name: second, debug: {}}\n")
    begin = "- set_fact: {go: true}\n"
    assert "second" in play(local(begin + "- include_tasks: turn.yml\n  when: go\n")).tasks()
    assert "second" not in play(local(begin + "- import_tasks: turn.yml\n  when: go\n")).tasks()


def test_keywords_of_an_include_stay_with_it_unless_they_are_applied(play: Play, tmp_path: Path) -> None:
    write(tmp_path, inner="- {name: inner, debug: {}}\n")
    assert play(local("- include_tasks: inner.yml\n  tags: a\n"), tags=("a",)).tasks() == ["include_tasks"]
    applied = "- include_tasks: {file: inner.yml, apply: {tags: a}}\n  tags: a\n"
    assert play(local(applied), tags=("a",)).tasks() == ["include_tasks", "inner"]
    assert play(local("- import_tasks: inner.yml\n  tags: a\n"), tags=("a",)).tasks() == ["inner"]


def test_what_is_included_inherits_from_the_block_around_the_include(play: Play, tmp_path: Path) -> None:
    write(tmp_path, inner="- {name: inner, fail: {}}\n")
    played = play(local("- block:\n    - include_tasks: inner.yml\n  ignore_errors: true\n"))
    assert played.counts()["ignored"] == 1


def test_a_file_that_is_not_there_fails_and_can_be_rescued(play: Play) -> None:
    played = play(
        local("- block: [{include_tasks: '{{ name | default(\"no\") }}.yml'}]\n  rescue: [{name: saved, debug: {}}]\n")
    )
    assert (played.tasks()[-1], played.code) == ("saved", 0)
    assert "no file of tasks 'no.yml'" in played.failure("include_tasks").message


def test_a_failure_in_what_is_included_goes_to_the_rescue_around_it(play: Play, tmp_path: Path) -> None:
    write(tmp_path, bad="- fail: {}\n- {name: never, debug: {}}\n")
    played = play(local("- block:\n    - include_tasks: bad.yml\n  rescue:\n    - {name: saved, debug: {}}\n"))
    assert played.tasks()[-1] == "saved"
    assert "never" not in played.tasks()


def test_hosts_that_include_different_files_each_run_their_own(play: Play, tmp_path: Path) -> None:
    write(tmp_path, a="- {name: for a, debug: {}}\n", b="- {name: for b, debug: {}}\n")
    text = local("- include_tasks: '{{ kind }}.yml'\n- {name: end, debug: {}}\n").replace("localhost", "all")
    played = play(text, hosts={"h1": {"kind": "a"}, "h2": {"kind": "b"}, "h3": {"kind": "a"}})
    assert played.tasks("h1") == ["include_tasks", "for a", "end"]
    assert played.tasks("h2") == ["include_tasks", "for b", "end"]
    assert played.tasks("h3") == ["include_tasks", "for a", "end"]


def test_names_in_an_included_file_are_looked_up_from_its_own_folder_first(play: Play, tmp_path: Path) -> None:
    write(tmp_path, sub__outer="- include_tasks: inner.yml\n", sub__inner="- {name: near, debug: {}}\n")
    write(tmp_path, inner="- {name: far, debug: {}}\n")
    assert play(local("- include_tasks: sub/outer.yml\n")).tasks()[-1] == "near"


def test_a_handler_may_include_tasks_and_an_imported_one_goes_by_its_own_name(play: Play, tmp_path: Path) -> None:
    write(tmp_path, more="- {name: inner, debug: {}}\n", own="- {name: imported, debug: {}}\n")
    text = """
        - hosts: localhost
          gather_facts: false
          tasks:
            - {debug: {}, changed_when: true, notify: [outer, imported]}
          handlers:
            - {name: outer, include_tasks: more.yml}
            - import_tasks: own.yml
        """
    assert play(text).tasks()[1:] == ["outer", "inner", "imported"]


def test_include_vars_reads_templates_that_are_rendered_later(play: Play, tmp_path: Path) -> None:
    write(tmp_path, vars__a="greeting: 'hello {{ who }}'\n", settings__1="x: 1\ny: 1\n", settings__2="y: 2\n")
    played = play(
        local(
            """
        - include_vars: a.yml
        - {name: say, debug: {msg: '{{ greeting }}'}, vars: {who: you}}
        - include_vars: {dir: settings, name: all}
        - {name: sum, debug: {msg: '{{ all.x + all.y }}'}}
        """
        )
    )
    assert (played.message("say"), played.message("sum")) == ("hello you", 3)


def test_module_defaults_fill_in_what_a_task_does_not_say(play: Play) -> None:
    played = play(
        """
        - hosts: localhost
          gather_facts: false
          module_defaults: {debug: {msg: outer}}
          tasks:
            - {name: default, debug: {}}
            - {name: own, debug: {msg: own}}
            - {name: inner, debug: {}, module_defaults: {ansible.builtin.debug: {msg: inner}}}
        """
    )
    assert [played.message(name) for name in ("default", "own", "inner")] == ["outer", "own", "inner"]


def test_an_imported_playbook_has_its_own_folder_conditions_and_variables(play: Play, tmp_path: Path) -> None:
    write(
        tmp_path,
        sub__other="""
            - hosts: localhost
              gather_facts: false
              vars: {x: own}
              tasks:
                - {name: x, debug: {msg: '{{ x }}'}}
                - {name: where, debug: {msg: '{{ playbook_dir | basename }}'}}
            """,
    )
    text = "- import_playbook: sub/other.yml\n  vars: {x: given}\n"
    played = play(text)
    assert (played.message("x"), played.message("where")) == ("given", "sub")
    assert play(text + "  when: false\n").tasks() == []
