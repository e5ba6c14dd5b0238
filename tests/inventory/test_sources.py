from pathlib import Path

import pytest

from smolrun.errors import LoadError
from smolrun.inventory.inventory import load_inventory
from tests.inventory.sample import load, mistakes, said


def test_a_folder_is_all_inventories_in_it_in_the_order_of_names(tmp_path: Path) -> None:
    files = {
        "lab/10-static": "[web]\nweb1 a=1 b=1\n",
        "lab/20-more.yml": "web:\n  hosts:\n    web1: {b: 2}\n",
        "lab/deeper/30": "[db]\ndb1\n",
        "lab/README.md": "not an inventory\n",
        "lab/.git": "neither\n",
        "lab/group_vars/web.yml": "c: 3\n",
        "lab/host_vars/web1.yml": "d: 4\n",
    }

    inventory = load(tmp_path, files, "lab")

    assert list(inventory.hosts) == ["web1", "db1"]
    assert inventory.hosts["web1"].variables == {"a": 1, "b": 2, "c": 3, "d": 4}


def test_the_mistakes_of_all_sources_are_told_at_once(tmp_path: Path) -> None:
    found = mistakes(
        tmp_path, {"one": "web[2:1]\n", "two.yml": "all: [\n", "three": "x y\n"}, "one", "two.yml", "gone", "three"
    )

    assert [diagnostic.location and Path(diagnostic.location.file.name).name for diagnostic in found] == [
        "one",
        "two.yml",
        None,
        "three",
    ]


def test_a_missing_inventory_says_how_a_host_is_named() -> None:
    with pytest.raises(LoadError, match="there is no inventory web1") as caught:
        load_inventory(["web1"])

    assert caught.value.hint == "for a host of that name write -i web1,"


def test_json_is_read_as_yaml(tmp_path: Path) -> None:
    inventory = load(tmp_path, {"hosts.json": '{"web": {"hosts": {"web1": {"a": 1}}}}'}, "hosts.json")

    assert inventory.hosts["web1"].variables == {"a": 1}


def test_an_executable_text_without_a_first_line_for_it_is_read(tmp_path: Path) -> None:
    (tmp_path / "hosts").write_text("web1\n")
    (tmp_path / "hosts").chmod(0o755)

    assert list(load_inventory([tmp_path / "hosts"]).hosts) == ["web1"]


def test_a_list_with_a_bad_range_is_told() -> None:
    with pytest.raises(LoadError) as caught:
        load_inventory(["web[2:1],"])

    assert said(list(caught.value.diagnostics)) == ["the range [2:1] ends before it begins"]


def test_a_host_knows_the_file_that_named_it_first(tmp_path: Path) -> None:
    inventory = load(tmp_path, {"one": "a\n", "two": "a\nb\n"}, "one", "two", hosts={"made": {}})

    assert {name: host.source for name, host in inventory.hosts.items()} == {
        "a": tmp_path / "one",
        "b": tmp_path / "two",
        "made": None,
    }
