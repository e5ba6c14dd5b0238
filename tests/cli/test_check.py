from collections.abc import Callable

from tests.cli.conftest import Ended

Smolrun = Callable[..., Ended]
Playbook = Callable[..., str]

GOOD = "- run: echo hi"
ODD = "- no.such.module:\n    x: 1"


def test_0_without_mistakes(smolrun: Smolrun, playbook: Playbook) -> None:
    ended = smolrun("check", playbook(GOOD), "-i", "web1,")
    assert (ended.code, ended.out, ended.err) == (0, "", "No mistakes found\n")


def test_what_cannot_be_told_without_an_inventory_is_said(smolrun: Smolrun, playbook: Playbook) -> None:
    ended = smolrun("check", playbook("- run: echo {{ of_the_inventory }}"))
    assert ended.code == 0
    assert "Without an inventory (-i) it cannot be told which variables nothing sets" in ended.err
    on_this_machine = playbook(GOOD, head="- hosts: localhost\n  gather_facts: false\n")
    assert smolrun("check", on_this_machine).err == "No mistakes found\n"


def test_0_with_warnings_and_4_when_strict(smolrun: Smolrun, playbook: Playbook) -> None:
    ended = smolrun("check", playbook(ODD))
    assert ended.code == 0
    assert "warning" in ended.err
    assert "play.yml:4" in ended.err
    assert smolrun("check", "--strict", playbook(ODD)).code == 4


def test_all_mistakes_of_all_files_are_told_at_once(smolrun: Smolrun, playbook: Playbook) -> None:
    one = playbook("- run: echo hi\n  regster: x\n- run: echo ho\n  whne: y", name="one.yml")
    two = playbook("- rnu: echo hi", name="two.yml")
    ended = smolrun("check", one, two)
    assert ended.code == 4
    assert "one.yml:5" in ended.err
    assert "one.yml:7" in ended.err
    assert "two.yml:4" in ended.err
    assert "'register'" in ended.err


def test_mistakes_show_the_line_and_a_caret(smolrun: Smolrun, playbook: Playbook) -> None:
    ended = smolrun("check", playbook("- run: echo hi\n  regster: x"))
    assert "regster: x" in ended.err
    assert "^" in ended.err


def test_mistakes_in_the_inventory_are_told_too(smolrun: Smolrun, playbook: Playbook) -> None:
    ended = smolrun("check", playbook(GOOD), "-i", "no/such/hosts")
    assert ended.code == 4
    assert "no/such/hosts" in ended.err


def test_colours_only_where_wanted(smolrun: Smolrun, playbook: Playbook) -> None:
    path = playbook("- run: echo hi\n  regster: x")
    assert "\x1b[" not in smolrun("check", path).err


def test_undefined_variables_are_warned_of_when_the_inventory_is_known(smolrun: Smolrun, playbook: Playbook) -> None:
    path = playbook("- run: echo {{ nowhere_set }}")
    assert "nowhere_set" in smolrun("check", path, "-i", "web1,").err
    assert smolrun("check", path, "-i", "web1,", "-e", "nowhere_set=1").err == "No mistakes found\n"


def test_variables_beside_the_playbook_are_known(smolrun: Smolrun, playbook: Playbook) -> None:
    from pathlib import Path

    Path("group_vars").mkdir()
    Path("group_vars/all.yml").write_text("set_there: 1\n")
    assert smolrun("check", playbook("- run: echo {{ set_there }}"), "-i", "web1,").err == "No mistakes found\n"


def test_hosts_that_nothing_answers_to_are_told(smolrun: Smolrun, playbook: Playbook) -> None:
    path = playbook(GOOD, head="- hosts: wbe1:db1\n  gather_facts: false\n")
    ended = smolrun("check", path, "-i", "web1,db1,")
    assert ended.code == 0
    assert "play.yml:1:10" in ended.err
    assert "no host or group matches 'wbe1'" in ended.err
    assert "did you mean 'web1'?" in ended.err
    assert smolrun("check", path, "-i", "web1,db1,", "--strict").code == 4
    assert smolrun("run", path, "-i", "web1,db1,", "--strict").code == 4


def test_hosts_that_a_task_makes_are_not_missed(smolrun: Smolrun, playbook: Playbook) -> None:
    path = playbook("- group_by: {key: made}", head="- hosts: all:made\n  gather_facts: false\n")
    assert "no host or group" not in smolrun("check", path, "-i", "web1,").err
