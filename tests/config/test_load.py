"""Which value holds, where it comes from, and what is told of the rest."""

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, strategies
from hypothesis import settings as hypothesis_settings

from smolrun.config.search import Surroundings
from smolrun.config.settings import SETTINGS
from smolrun.errors import LoadError
from tests.config.conftest import Load

ANSIBLE = "[defaults]\nforks = 20\nremote_user = deploy\n"


def told(error: LoadError) -> list[str]:
    return [f"{found.location}: {found.message}" for found in error.diagnostics if found.is_error]


def test_without_anything_the_defaults_hold(load: Load) -> None:
    configuration = load()
    assert {setting.name: configuration[setting.name] for setting in SETTINGS} == {
        setting.name: setting.default for setting in SETTINGS
    }
    assert str(configuration.origin("forks")) == "default"
    assert configuration.warnings == ()


def test_the_environment_wins_over_our_file_over_ansibles(load: Load, around: Surroundings) -> None:
    (around.folder / "ansible.cfg").write_text(ANSIBLE)
    assert load()["forks"] == 20
    (around.folder / "smolrun.toml").write_text("forks = 7\n")
    assert load()["forks"] == 7
    assert load(ANSIBLE_FORKS="9")["forks"] == 9
    configuration = load(ANSIBLE_FORKS="9", SMOLRUN_FORKS="3")
    assert configuration["forks"] == 3
    assert [(other.value, str(other.origin)) for other in configuration.overridden("forks")] == [
        (9, "environment variable ANSIBLE_FORKS"),
        (7, "smolrun.toml:1"),
        (20, "ansible.cfg:2"),
    ]
    assert (configuration["user"], str(configuration.origin("user"))) == ("deploy", "ansible.cfg:3")


PLACES = ("SMOLRUN_FORKS", "ANSIBLE_FORKS", "smolrun.toml", "ansible.cfg")


@given(strategies.dictionaries(strategies.sampled_from(PLACES), strategies.integers(1, 999)))
@hypothesis_settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_the_strongest_place_that_says_anything_decides(load: Load, around: Surroundings, said: dict[str, int]) -> None:
    for name, text in (("smolrun.toml", "forks = {}\n"), ("ansible.cfg", "[defaults]\nforks: {}\n")):
        (around.folder / name).unlink(missing_ok=True)
        if name in said:
            (around.folder / name).write_text(text.format(said[name]))
    configuration = load(**{name: str(value) for name, value in said.items() if name.isupper()})
    values = [said[place] for place in PLACES if place in said]
    assert configuration["forks"] == (values[0] if values else 5)
    assert [other.value for other in configuration.overridden("forks")] == values[1:]


def test_a_table_of_pyproject_counts_where_there_is_no_file_of_ours(load: Load, around: Surroundings) -> None:
    (around.folder / "pyproject.toml").write_text("[project]\nname = 'x'\n\n[tool.smolrun]\nforks = 8\n")
    assert str(load().origin("forks")) == "pyproject.toml:5"
    (around.folder / "smolrun.toml").write_text("strict = true\n")
    configuration = load()
    assert (configuration["forks"], configuration["strict"]) == (5, True)
    assert "pyproject.toml has no effect" in configuration.warnings[0].message


def test_the_users_own_file_counts_last(load: Load, around: Surroundings) -> None:
    folder = around.home / ".config" / "smolrun"
    folder.mkdir(parents=True)
    (folder / "smolrun.toml").write_text("forks = 6\n")
    assert load()["forks"] == 6
    (around.folder / "smolrun.toml").write_text("")
    assert load()["forks"] == 5


def test_a_named_file_counts_and_has_to_be_there(load: Load, around: Surroundings) -> None:
    (around.folder / "other.toml").write_text("forks = 4\n")
    assert load(SMOLRUN_CONFIG="other.toml")["forks"] == 4
    with pytest.raises(LoadError, match="there is no file"):
        load(SMOLRUN_CONFIG="none.toml")


def test_ansible_cfg_is_found_in_ansibles_order(load: Load, around: Surroundings) -> None:
    def write(path: Path, forks: int) -> None:
        path.write_text(f"[defaults]\nforks = {forks}\n")

    write(around.system / "ansible" / "ansible.cfg", 1)
    assert load()["forks"] == 1
    write(around.home / ".ansible.cfg", 2)
    assert load()["forks"] == 2
    write(around.folder / "ansible.cfg", 3)
    assert load()["forks"] == 3
    (around.folder / "sub").mkdir()
    write(around.folder / "sub" / "ansible.cfg", 4)
    assert load(ANSIBLE_CONFIG="sub")["forks"] == 4
    assert load(ANSIBLE_CONFIG="sub/ansible.cfg")["forks"] == 4
    assert load(ANSIBLE_CONFIG="not/there.cfg")["forks"] == 3


def test_files_in_a_folder_that_everyone_may_write_to_are_ignored(load: Load, around: Surroundings) -> None:
    (around.folder / "ansible.cfg").write_text(ANSIBLE)
    (around.folder / "smolrun.toml").write_text("strict = true\n")
    around.folder.chmod(0o777)
    configuration = load()
    assert (configuration["forks"], configuration["strict"]) == (5, False)
    assert sorted(found.message.split()[0] for found in configuration.warnings) == ["ansible.cfg", "smolrun.toml"]
    assert load(ANSIBLE_CONFIG="./ansible.cfg")["forks"] == 20


def test_all_mistakes_of_all_places_are_told_at_once(load: Load, around: Surroundings) -> None:
    (around.folder / "smolrun.toml").write_text('froks = 7\nmode = "logon"\nbecome = "perhaps"\nremote_user = "x"\n')
    (around.folder / "ansible.cfg").write_text("[defaults]\nforks = 0\nodd\n[tags]\nrun = a\nrun = b\n")
    with pytest.raises(LoadError) as raised:
        load(SMOLRUN_HOST_KEY="sha")
    assert raised.value.exit_code == 4
    assert told(raised.value) == [
        (
            "<environment>:1:18: SMOLRUN_HOST_KEY: host_key must be one of known_hosts, accept-new, insecure or "
            "SHA256:… (43 characters), not 'sha'"
        ),
        "smolrun.toml:1:1: there is no setting 'froks'",
        "smolrun.toml:2:8: mode: expected one of login, raw, found the text 'logon'",
        "smolrun.toml:3:10: become: expected true or false, found the text 'perhaps'",
        "smolrun.toml:4:1: there is no setting 'remote_user'",
        "ansible.cfg:3:1: expected key = value",
        "ansible.cfg:6:1: run is set a second time (first in line 5)",
        "ansible.cfg:2:9: [defaults] forks: expected a whole number of at least 1, found the text '0'",
    ]
    hints = [found.hint for found in raised.value.diagnostics]
    assert "did you mean 'forks'?" in hints
    assert "here it is called 'user'" in hints


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("forks = \n", "smolrun.toml:1:9"),
        ("forks = 1\nforks = 2\n", "smolrun.toml:2:10"),
        ('user = "x', "smolrun.toml:1"),
    ],
)
def test_what_is_no_toml_is_told_with_its_place(load: Load, around: Surroundings, text: str, place: str) -> None:
    (around.folder / "smolrun.toml").write_text(text)
    with pytest.raises(LoadError, match="this is not TOML") as raised:
        load()
    assert str(raised.value.location).startswith(place)


@pytest.mark.parametrize(
    "line",
    ["stdout_callback = json", "jinja2_extensions = a.b", "action_plugins = ./plugins",
     "callbacks_enabled = timer, my.own", "inventory_plugins = x", "executable = /bin/bash",
     "error_on_undefined_vars = no"],
)  # fmt: skip
def test_keys_that_would_change_the_meaning_are_warned_of(load: Load, around: Surroundings, line: str) -> None:
    (around.folder / "ansible.cfg").write_text(f"[defaults]\n{line}\n")
    (warning,) = load().warnings
    assert warning.code == "configuration-ignored"
    assert str(warning.location) == "ansible.cfg:2:1"


@pytest.mark.parametrize(
    "line",
    ["nocows = 1", "force_color = true", "interpreter_python = auto_silent", "stdout_callback = yaml",
     "callbacks_enabled = ansible.posix.profile_tasks, timer", "hash_behaviour = replace", "strategy = linear",
     "executable = /bin/sh", "retry_files_enabled = False", "bespoke_plugin_option = 1", "host_key_checking = True"],
)  # fmt: skip
def test_harmless_keys_stay_quiet(load: Load, around: Surroundings, line: str) -> None:
    (around.folder / "ansible.cfg").write_text(
        f"[defaults]\n{line}\n[ssh_connection]\npipelining = True\n[galaxy]\nserver_list = x\n"
    )
    assert load().warnings == ()


def test_misspelt_and_misplaced_keys_are_warned_of(load: Load, around: Surroundings) -> None:
    (around.folder / "ansible.cfg").write_text("[defaults]\nrolse_path = x\nbecome_user = y\n")
    assert [found.hint for found in load().warnings] == [
        "did you mean 'roles_path'?",
        "it belongs into [privilege_escalation]",
    ]


def test_variables_that_set_nothing_are_warned_of(load: Load) -> None:
    warnings = load(SMOLRUN_FRKS="1", ANSIBLE_STDOUT_CALLBACK="json", SMOLRUN_TRACEBACK="1").warnings
    assert [found.message for found in warnings] == [
        "SMOLRUN_FRKS sets nothing",
        "ANSIBLE_STDOUT_CALLBACK has no effect",
    ]
    assert warnings[0].hint == "did you mean 'SMOLRUN_FORKS'?"


def test_a_key_file_that_is_not_there_is_passed_over(load: Load, around: Surroundings) -> None:
    (around.folder / "ansible.cfg").write_text("[defaults]\nprivate_key_file = id\n")
    configuration = load()
    assert configuration["private_key"] is None
    assert [found.code for found in configuration.warnings] == ["missing-key-file"]
    (around.folder / "id").write_text("")
    assert load()["private_key"] == around.folder / "id"
