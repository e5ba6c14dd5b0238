import time
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some

from smolrun.errors import LoadError
from smolrun.inventory.inventory import Inventory, load_inventory
from smolrun.inventory.layers import VariableLevel, merge
from tests.inventory.sample import ini, load, mistakes, said


def names(inventory: Inventory, pattern: str, limit: str | list[str] | None = None) -> list[str]:
    return [host.name for host in inventory.select(pattern, limit)]


def test_all_and_ungrouped_are_always_there(tmp_path: Path) -> None:
    inventory = load(tmp_path, {"hosts": "lone\n[web]\nweb1\n[prod:children]\nweb\n"})

    assert inventory.group_hosts() == {
        "all": ["lone", "web1"],
        "ungrouped": ["lone"],
        "web": ["web1"],
        "prod": ["web1"],
    }
    assert inventory.hosts["web1"].group_names == ["prod", "web"]
    assert inventory.hosts["lone"].group_names == ["ungrouped"]


def test_nothing_at_all_is_an_inventory_without_hosts() -> None:
    assert list(load_inventory([]).hosts) == []


def test_a_list_of_hosts_needs_no_file() -> None:
    inventory = load_inventory(["web1,web2:2222,"])

    assert names(inventory, "all") == ["web1", "web2"]
    assert inventory.hosts["web2"].variables == {"ansible_port": 2222}


def test_later_sources_add_to_earlier_ones_and_win(tmp_path: Path) -> None:
    files = {
        "one": "[web]\nweb1 a=1 b=1\n[web:vars]\nv=1\n",
        "two.yml": "web:\n  hosts:\n    web1: {b: 2}\n    web2:\n",
    }

    inventory = load(tmp_path, files, "one", "two.yml")

    assert names(inventory, "web") == ["web1", "web2"]
    assert inventory.hosts["web1"].variables == {"a": 1, "b": 2, "v": 1}
    assert [layer.origin.rpartition("/")[2] for layer in inventory.hosts["web1"].layers] == [
        "one, group web",
        "one, host web1",
        "two.yml, host web1",
    ]


def test_hosts_made_by_the_caller_win_over_the_sources(tmp_path: Path) -> None:
    inventory = load(tmp_path, {"hosts": "guest a=1\n"}, hosts={"guest": {"ansible_port": 2201}, "other": {}})

    assert inventory.hosts["guest"].variables == {"a": 1, "ansible_port": 2201}
    assert names(inventory, "ungrouped") == ["guest", "other"]


def test_groups_win_by_depth_then_priority_then_name(tmp_path: Path) -> None:
    text = """\
[b]
web1
[a]
web1
[high]
web1
[high:vars]
ansible_group_priority=5
[parent:children]
child
[child]
web1
[all:vars]
v=all
[b:vars]
v=b
[a:vars]
v=a
[parent:vars]
v=parent
"""
    inventory = load(tmp_path, {"hosts": text})

    assert inventory.hosts["web1"].groups == ("all", "a", "b", "parent", "high", "child")
    assert inventory.hosts["web1"].variables["v"] == "parent"


def test_every_level_wins_over_those_before_it(tmp_path: Path) -> None:
    files = {
        "inventory/hosts": "[web]\nweb1 l9=9\n[web:vars]\nl4=4\nl5=4\n[all:vars]\nl3=3\nl4=3\n",
        "inventory/group_vars/all.yml": "l5: 5\nl6: 5\n",
        "play/group_vars/all.yml": "l6: 6\nl7: 6\n",
        "inventory/group_vars/web.yml": "l7: 7\nl8: 7\n",
        "play/group_vars/web.yml": "l8: 8\nl9: 8\n",
        "inventory/host_vars/web1.yml": "l10: 10\nl11: 10\n",
        "play/host_vars/web1.yml": "l11: 11\n",
    }

    inventory = load(tmp_path, files, "inventory/hosts", playbook_folder=tmp_path / "play")

    host = inventory.hosts["web1"]
    assert [layer.level for layer in host.layers] == list(VariableLevel)
    assert host.variables == {f"l{level}": int(level) for level in VariableLevel}


def test_the_same_inventory_serves_playbooks_in_other_folders(tmp_path: Path) -> None:
    files = {"hosts": "web1\n", "one/host_vars/web1": "v: 1\n", "two/host_vars/web1": "v: 2\n"}
    inventory = load(tmp_path, files)

    assert inventory.hosts["web1"].variables == {}
    assert inventory.for_playbook(tmp_path / "one").hosts["web1"].variables == {"v": 1}
    assert inventory.for_playbook(tmp_path / "two").hosts["web1"].variables == {"v": 2}
    assert inventory.for_playbook(tmp_path / "one").group_hosts() == inventory.group_hosts()


def test_mappings_are_replaced_not_merged(tmp_path: Path) -> None:
    inventory = load(tmp_path, {"hosts": "[web]\nweb1 m=\"{'b': 2}\"\n[web:vars]\nm={'a': 1}\n"})

    assert inventory.hosts["web1"].variables["m"] == {"b": 2}


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    some.lists(
        some.tuples(some.sampled_from(["all", "a", "b", "c", "host"]), some.sampled_from("xyz"), some.integers(0, 9)),
        max_size=12,
    )
)
def test_merging_is_the_last_word_of_the_strongest(tmp_path: Path, said: list[tuple[str, str, int]]) -> None:
    """c is in b; a and b are top groups: all < a < b < c < host."""
    lines = ["[a]", "web1", "[b:children]", "c", "[c]", "web1"]
    expected: dict[str, int] = {}
    for place in ["all", "a", "b", "c", "host"]:
        own = {name: value for where, name, value in said if where == place}
        expected |= own
        if place == "host":
            lines += ["[a]", "web1 " + " ".join(f"{name}={value}" for name, value in own.items())]
        else:
            lines += [f"[{place}:vars]", *(f"{name}={value}" for name, value in own.items())]

    host = load(tmp_path, {"hosts": "\n".join(lines)}).hosts["web1"]

    assert merge(host.layers) == host.variables == expected


def test_the_implicit_localhost_is_this_machine_and_not_in_all(tmp_path: Path) -> None:
    inventory = load(tmp_path, {"hosts": "web1\n[all:vars]\nv=1\n", "host_vars/localhost": "own: 2\n"})

    (localhost,) = inventory.select("localhost")

    assert localhost.implicit
    assert localhost.variables == {"ansible_connection": "local", "v": 1, "own": 2}
    assert (localhost.groups, names(inventory, "all")) == ((), ["web1"])
    assert inventory.host("127.0.0.1") is not None
    assert inventory.host("nowhere") is None
    assert inventory.select("localhost")[0] is localhost
    assert names(inventory, "localhost", limit="web1") == []


def test_a_localhost_that_is_written_down_is_an_ordinary_host(tmp_path: Path) -> None:
    inventory = load(tmp_path, {"hosts": "localhost ansible_port=2222\n"})

    assert not inventory.hosts["localhost"].implicit
    assert inventory.hosts["localhost"].variables == {"ansible_port": 2222}


def test_a_pattern_without_a_host_is_a_warning_with_its_place(tmp_path: Path) -> None:
    selection = load(tmp_path, {"hosts": "web1\n"}).match("web1:web2")

    assert [host.name for host in selection.hosts] == ["web1"]
    assert said(list(selection.warnings)) == ["no host or group matches 'web2'"]


def test_a_limit_narrows_and_may_come_from_a_file(tmp_path: Path) -> None:
    retry = tmp_path / "play.retry"
    retry.write_text("web2\n# comment\n\nweb3\n")
    inventory = load(tmp_path, {"hosts": "[web]\nweb[1:4]\n[db]\ndb1\n"})

    assert names(inventory, "web", "web[0]:db1") == ["web1"]
    assert names(inventory, "all", "!web") == ["db1"]
    assert names(inventory, "all", f"@{retry}") == ["web2", "web3"]
    assert names(inventory, "all", f"db1,@{retry}") == ["web2", "web3", "db1"]
    with pytest.raises(LoadError, match="no file"):
        inventory.select("all", "@/no/such/file")


def test_a_pattern_that_makes_no_sense_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(LoadError, match="not a regular expression"):
        load(tmp_path, {"hosts": "web1\n"}).select("~(")


def test_groups_that_contain_each_other_are_an_error(tmp_path: Path) -> None:
    found = mistakes(tmp_path, {"hosts": "[a:children]\nb\n[b:children]\nc\n[c:children]\na\n"})

    assert said(found) == ["6:1 the group 'a' contains itself: a > b > c > a"]


def test_a_group_priority_must_be_a_number(tmp_path: Path) -> None:
    found = mistakes(tmp_path, {"hosts": "[a]\nx\n[a:vars]\nansible_group_priority=high\n"})

    assert said(found) == ["4:24 ansible_group_priority must be a whole number, not 'high'"]


def test_a_deep_tree_of_groups_is_no_trouble() -> None:
    lines = [f"[g{number}:children]\ng{number + 1}" for number in range(800)]
    draft = ini("\n".join([*lines, "[g800]", "web1", ""]))

    assert Inventory(draft).groups["g0"].hosts == ("web1",)


def test_a_thousand_hosts_with_a_hundred_variables_load_in_two_seconds(tmp_path: Path) -> None:
    lines = ["[web]"]
    for host in range(1000):
        lines.append(f"h{host} " + " ".join(f"name_{number}=value_{number}" for number in range(100)))
    (tmp_path / "hosts").write_text("\n".join(lines))

    begun = time.process_time()  # of this process: the machine may be busy with other tests
    inventory = load_inventory([tmp_path / "hosts"])
    total = sum(len(host.variables) for host in inventory.select("web"))

    assert time.process_time() - begun < 2
    assert total == 100_000


def test_hosts_stand_in_a_group_as_in_the_inventory_whichever_joined_first() -> None:
    inventory = load_inventory(["c,a,b,d,"])
    for host in ("d", "b", "c", "a"):
        assert inventory.join_group(host, "made", ["above"])
        assert not inventory.join_group(host, "made", ["above"])
    assert names(inventory, "made") == names(inventory, "above") == ["c", "a", "b", "d"]
