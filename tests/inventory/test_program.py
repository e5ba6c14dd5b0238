from pathlib import Path

import pytest

from smolrun.errors import LoadError
from smolrun.inventory import program
from smolrun.inventory.inventory import Inventory, load_inventory
from smolrun.source.text import is_template


def run(folder: Path, script: str) -> Inventory:
    path = folder / "inventory"
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)
    return load_inventory([path])


def test_hosts_come_from_its_list(tmp_path: Path) -> None:
    answer = """{"web": {"hosts": ["web1", "web2"], "vars": {"a": "{{ b }}"}, "children": ["inner"]},
                 "inner": ["web3"], "_meta": {"hostvars": {"web1": {"smile": "\\ud83d\\ude00"}}}}"""
    inventory = run(tmp_path, f"[ \"$*\" = --list ] || exit 9\ncat <<'END'\n{answer}\nEND")

    assert inventory.group_hosts()["web"] == ["web1", "web2", "web3"]
    assert inventory.hosts["web1"].variables == {"a": "{{ b }}", "smile": "😀"}
    assert is_template(inventory.hosts["web3"].variables["a"])


def test_without_meta_each_host_is_asked_for(tmp_path: Path) -> None:
    script = 'case $1 in --list) echo \'{"web": ["a", "b"]}\' ;; --host) echo "{\\"name\\": \\"$2\\"}" ;; esac'

    inventory = run(tmp_path, script)

    assert {name: host.variables["name"] for name, host in inventory.hosts.items()} == {"a": "a", "b": "b"}


@pytest.mark.parametrize(
    ("script", "why"),
    [
        ("echo no cloud >&2; exit 3", "ended with exit code 3 for --list"),
        ("echo text", "did not print JSON for --list"),
        ("echo '[]'", "did not print a JSON object for --list"),
        ("echo '{\"web\": 5}'", "described the group 'web'"),
        ('echo \'{"web": {"hosts": "a"}}\'', "members that are not a list of names"),
        ('echo \'{"web": {"vars": []}}\'', "the variables of the group 'web'"),
    ],
)
def test_what_goes_wrong_is_told(tmp_path: Path, script: str, why: str) -> None:
    with pytest.raises(LoadError, match=why):
        run(tmp_path, script)


def test_what_it_says_on_standard_error_is_the_hint(tmp_path: Path) -> None:
    with pytest.raises(LoadError) as caught:
        run(tmp_path, "echo no credentials >&2; exit 1")

    assert caught.value.hint == "no credentials"


def test_one_that_hangs_is_ended(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(program, "TIMEOUT", 0.2)

    with pytest.raises(LoadError, match="did not answer --list within"):
        run(tmp_path, "exec sleep 300")


def test_one_whose_interpreter_is_missing_is_told(tmp_path: Path) -> None:
    path = tmp_path / "inventory"
    path.write_text("#!/no/such/interpreter\n")
    path.chmod(0o755)

    with pytest.raises(LoadError, match="cannot be run"):
        load_inventory([path])
