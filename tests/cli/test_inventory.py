from collections.abc import Callable
from pathlib import Path

import pytest

from tests.cli.conftest import Ended

Smolrun = Callable[..., Ended]


@pytest.fixture(autouse=True)
def _hosts(tmp_path: Path) -> None:
    (tmp_path / "hosts.ini").write_text("[web]\nw1 a=1\nw2 a=2\n[web:vars]\nb=3\n")


def test_json_yaml_graph_and_host(smolrun: Smolrun) -> None:
    assert '"w1"' in smolrun("inventory", "-i", "hosts.ini", "--list").out
    assert smolrun("inventory", "-i", "hosts.ini", "--list", "-y").out.startswith("all:\n  children:\n    web:\n")
    assert smolrun("inventory", "-i", "hosts.ini", "--host", "w2").out == '{\n    "a": 2,\n    "b": 3\n}\n'
    assert smolrun("inventory", "-i", "hosts.ini", "--graph", "web").out == "@web:\n  |--w1\n  |--w2\n"
    assert smolrun("inventory", "-i", "hosts.ini", "--graph", "web", "-l", "w2").out == "@web:\n  |--w2\n"


def test_the_configured_inventory_and_a_file_for_the_output(smolrun: Smolrun, tmp_path: Path) -> None:
    (tmp_path / "smolrun.toml").write_text("inventory = 'hosts.ini'\n")
    ended = smolrun("inventory", "--host", "w1", "-y", "--output", "w1.yml")
    assert (ended.code, ended.out) == (0, "")
    assert (tmp_path / "w1.yml").read_text() == "a: 1\nb: 3\n"


def test_variables_beside_a_playbook(smolrun: Smolrun, tmp_path: Path) -> None:
    (tmp_path / "play" / "group_vars").mkdir(parents=True)
    (tmp_path / "play" / "group_vars" / "all.yml").write_text("c: 9\n")
    ended = smolrun("inventory", "-i", "hosts.ini", "--host", "w1", "-y", "--playbook-dir", "play")
    assert ended.out == "a: 1\nb: 3\nc: 9\n"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ((), "choose one of"),
        (("--list", "--graph"), "choose one of"),
        (("--list", "web"), "goes with --graph only"),
        (("--graph", "wbe"), "did you mean 'web'?"),
        (("--host", "w3"), "'w3' is not in the inventory"),
    ],
)
def test_wrong_options_end_with_5(smolrun: Smolrun, arguments: tuple[str, ...], said: str) -> None:
    ended = smolrun("inventory", "-i", "hosts.ini", *arguments)
    assert ended.code == 5
    assert said in ended.err


def test_without_an_inventory_it_says_where_to_name_one(smolrun: Smolrun) -> None:
    ended = smolrun("inventory", "--list")
    assert ended.code == 5
    assert "smolrun.toml" in ended.err


def test_mistakes_in_variables_are_told(smolrun: Smolrun, tmp_path: Path) -> None:
    (tmp_path / "host_vars").mkdir()
    (tmp_path / "host_vars" / "w1.yml").write_text("a: [1\n")
    ended = smolrun("inventory", "-i", "hosts.ini", "--list")
    assert ended.code == 4
    assert "w1.yml:" in ended.err
