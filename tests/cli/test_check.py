from collections.abc import Callable

from tests.cli.conftest import Ended

Smolrun = Callable[..., Ended]
Playbook = Callable[..., str]

GOOD = "- run: echo hi"
ODD = "- no.such.module:\n    x: 1"


def short(path: str, ended: Ended) -> str:
    """What was told, without the folder of the playbook."""
    return ended.err.replace(path.removesuffix("play.yml"), "")


def test_0_without_mistakes(smolrun: Smolrun, playbook: Playbook) -> None:
    ended = smolrun("check", playbook(GOOD), "-i", "web1,")
    assert (ended.code, ended.out, ended.err) == (0, "", "No mistakes found\n")


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


def test_what_is_wrong_again_and_again_is_shown_once_with_its_other_places(
    smolrun: Smolrun, playbook: Playbook
) -> None:
    path = playbook("\n".join([ODD] * 6))
    told = short(path, smolrun("check", path))
    assert told.count("'no.such.module'") == 1
    assert "also at play.yml:6:7, play.yml:8:7, play.yml:10:7 and 2 more (-v lists them)" in told
    assert "0 errors, 6 warnings" in told
    all_places = ", ".join(f"play.yml:{line}:7" for line in (6, 8, 10, 12, 14))
    assert f"also at {all_places}\n" in short(path, smolrun("check", "-v", path))


def test_what_could_not_be_known_is_told_at_the_end(smolrun: Smolrun, playbook: Playbook) -> None:
    path = playbook("- include_tasks: '{{ x }}.yml'\n- run: echo {{ y }} {{ y }}")
    ended = smolrun("check", path)
    assert ended.code == 0
    assert short(path, ended).endswith(
        "No mistakes found\n\n"
        "Could not be known before a run, and was not checked:\n"
        "  1 include of tasks that a template names: {{ x }}.yml (play.yml:4:22)\n"
        "  2 variables that nothing here sets: x (play.yml:4:26), y (play.yml:5:20)\n"
        "    they may come from the inventory, since there is none\n"
    )
    assert "    y: play.yml:5:20, play.yml:5:28\n" in short(path, smolrun("check", "-v", path))


def test_a_configured_inventory_that_is_not_there_is_a_warning(smolrun: Smolrun, playbook: Playbook) -> None:
    from pathlib import Path

    Path("ansible.cfg").write_text("[defaults]\ninventory = away\n")
    ended = smolrun("check", playbook("- run: echo {{ x }}"))
    assert ended.code == 0
    assert "warning[missing-inventory]" in ended.err
    assert "1 variable that nothing here sets: x" in ended.err


def test_variables_of_groups_that_no_inventory_has_are_known(smolrun: Smolrun, playbook: Playbook) -> None:
    from pathlib import Path

    Path("group_vars/web").mkdir(parents=True)
    Path("group_vars/web/main.yml").write_text("set_there: 1\n")
    Path("group_vars/broken.yml").write_text("- 1\n")
    assert smolrun("check", playbook("- run: echo {{ set_there }}"), "-i", "db1,").err == "No mistakes found\n"


# --- roles and folders ---------------------------------------------------------------------------------------------


def a_repository() -> None:
    from pathlib import Path

    files = {
        "site.yml": "- hosts: all\n  gather_facts: false\n  roles: [used]\n",
        "roles/used/tasks/main.yml": "- include_tasks: '{{ kind }}.yml'\n- run: ls\n  regster: x\n",
        "roles/used/tasks/odd.yml": "- rnu: ls\n",
        "roles/alone/tasks/main.yml": "- run: echo {{ given }}\n  notify: of the play\n- rnu: ls\n",
    }
    for name, text in files.items():
        Path(name).parent.mkdir(parents=True, exist_ok=True)
        Path(name).write_text(text)


def test_a_folder_means_all_its_playbooks_and_roles_and_each_mistake_is_told_once(smolrun: Smolrun) -> None:
    a_repository()
    ended = smolrun("check", ".", "-v")
    assert ended.code == 4
    assert ended.err.count("'regster' is") == 1
    assert "3 errors, 0 warnings" in ended.err
    for place in ("roles/used/tasks/main.yml:3:3", "roles/used/tasks/odd.yml:1:3", "roles/alone/tasks/main.yml:3:3"):
        assert ended.err.count(place) == 1


def test_a_role_and_a_file_of_tasks_can_be_checked_by_themselves(smolrun: Smolrun) -> None:
    a_repository()
    role = smolrun("check", "roles/alone")
    assert role.code == 4
    assert "1 error, 0 warnings" in role.err
    file = smolrun("check", "roles/used/tasks/odd.yml")
    assert "1 error, 0 warnings" in file.err
    assert "roles/used/tasks/odd.yml:1:3" in file.err


def test_what_a_role_is_given_is_no_mistake_of_it(smolrun: Smolrun) -> None:
    from pathlib import Path

    Path("roles/r/tasks").mkdir(parents=True)
    Path("roles/r/tasks/main.yml").write_text("- run: echo {{ given }}\n  notify: of the play\n")
    ended = smolrun("check", "roles/r", "-i", "web1,")
    assert ended.code == 0
    assert "1 variable that nothing here sets: given (roles/r/tasks/main.yml:1:16)" in ended.err
    assert "they may come from whoever uses the roles" in ended.err


def test_a_folder_with_nothing_to_check_is_a_bad_option(smolrun: Smolrun) -> None:
    from pathlib import Path

    Path("empty").mkdir()
    assert smolrun("check", "empty").code == 5
