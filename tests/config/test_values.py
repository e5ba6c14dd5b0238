"""Values as ``ansible.cfg``, TOML and the environment write them."""

from typing import Any

import pytest

from smolrun.config.ini_reader import read_ini
from smolrun.config.search import Surroundings
from smolrun.errors import LoadError
from smolrun.location import SourceFile
from tests.config.conftest import Load


def test_ini_values_as_configparser_reads_them() -> None:
    import configparser

    text = (
        "# first\n[defaults]\nforks=5 ; behind\nuser : 'x'\n  \nlong = a\n  b ; no\n\n  c\nempty =\nurl = a;b#c\n"
        "; whole\n[Other]\nKey = v\n"
    )
    parser = configparser.RawConfigParser(inline_comment_prefixes=(";",))
    parser.read_string(text)
    values, mistakes = read_ini(SourceFile("ansible.cfg", text))
    assert mistakes == ()
    expected = {(part, key): parser.get(part, key) for part in parser.sections() for key in parser.options(part)}
    found = {key: value.text for key, value in values.items()}
    expected["defaults", "user"] = "x"  # Ansible takes the quotes away
    expected["defaults", "long"] = expected["defaults", "long"].replace("\n\n", "\n")
    assert found == expected
    assert str(values["Other", "key"].location) == "ansible.cfg:14:7"


@pytest.mark.parametrize(("checking", "policy"), [("False", "insecure"), ("no", "insecure"), ("true", "known_hosts")])
def test_host_key_checking_of_ansible(load: Load, around: Surroundings, checking: str, policy: str) -> None:
    (around.folder / "ansible.cfg").write_text(f"[defaults]\nhost_key_checking = {checking}\n")
    assert load()["host_key"] == policy
    assert load(ANSIBLE_HOST_KEY_CHECKING="0")["host_key"] == "insecure"


def test_paths_start_from_the_folder_of_their_file(load: Load, around: Surroundings) -> None:
    around.folder.joinpath("sub").mkdir()
    (around.folder / "sub" / "ansible.cfg").write_text("[defaults]\ninventory = hosts\nroles_path = roles:/opt/roles\n")
    configuration = load(ANSIBLE_CONFIG="sub/ansible.cfg")
    assert configuration["inventory"] == (str(around.folder / "sub" / "hosts"),)
    assert list(map(str, configuration["roles_path"])) == [str(around.folder / "sub" / "roles"), "/opt/roles"]
    assert load(ANSIBLE_INVENTORY="hosts")["inventory"] == (str(around.folder / "hosts"),)


@pytest.mark.parametrize(
    ("written", "expected"),
    [("web1,web2", ("web1,web2,",)), ("web1,", ("web1,",)), ("a/x, b/y", ("{0}/a/x", "{0}/b/y"))],
)
def test_lists_of_hosts_and_of_files(load: Load, around: Surroundings, written: str, expected: tuple[str, ...]) -> None:
    wanted = tuple(item.format(around.folder) for item in expected)
    assert load(SMOLRUN_INVENTORY=written)["inventory"] == wanted


@pytest.mark.parametrize(
    ("line", "name", "value"),
    [
        ("task_timeout = 90", "task_timeout", 90.0),
        ("tags = ['a', 'b']", "tags", ("a", "b")),
        ("tags = 'a, b'", "tags", ("a", "b")),
        ("verbosity = 2", "verbosity", 2),
        ("become = true", "become", True),
        ("become = 'yes'", "become", True),
        ("vault_identity_list = ['dev@prompt']", "vault_identity_list", ("dev@prompt",)),
        ("color = 'never'", "color", "never"),
    ],
)
def test_values_of_toml(load: Load, around: Surroundings, line: str, name: str, value: Any) -> None:
    (around.folder / "smolrun.toml").write_text(line + "\n")
    assert load()[name] == value


def test_vault_ids_of_our_file_start_from_its_folder_and_of_ansibles_from_here(
    load: Load, around: Surroundings
) -> None:
    around.folder.joinpath("sub").mkdir()
    (around.folder / "sub" / "c.toml").write_text('vault_identity_list = ["dev@pass"]\n')
    assert load(SMOLRUN_CONFIG="sub/c.toml")["vault_identity_list"] == (f"dev@{around.folder}/sub/pass",)
    (around.folder / "sub" / "ansible.cfg").write_text("[defaults]\nvault_identity_list = dev@pass, prod@prompt\n")
    assert load(ANSIBLE_CONFIG="sub")["vault_identity_list"] == (f"dev@{around.folder}/pass", "prod@prompt")


@pytest.mark.parametrize(
    ("written", "strategy"),
    [("free", "free"), ("ansible.builtin.host_pinned", "host_pinned"), ("mitogen_linear", "linear")],
)
def test_strategies(load: Load, around: Surroundings, written: str, strategy: str) -> None:
    (around.folder / "ansible.cfg").write_text(f"[defaults]\nstrategy = {written}\n")
    configuration = load()
    assert (configuration["strategy"], configuration.warnings) == (strategy, ())
    (around.folder / "ansible.cfg").write_text("[defaults]\nstrategy = fastest\n")
    with pytest.raises(LoadError, match="expected one of linear"):
        load()
