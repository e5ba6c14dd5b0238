from pathlib import Path

import pytest

from smolrun.errors import LoadError
from smolrun.source.vault import VaultSecret, VaultSecrets, VaultText
from tests.inventory.sample import load, said
from tests.source.test_vault import FILE, PASSWORD, VALUE

VAULTED = "$ANSIBLE_VAULT;1.1;AES256\n6162\n"


def test_files_need_no_extension_and_folders_are_read_in_the_order_of_names(tmp_path: Path) -> None:
    files = {
        "hosts": "[web]\nweb1\nweb2\n[db]\nweb1\n",
        "group_vars/web/10-first.yml": "a: 1\nb: 1\n",
        "group_vars/web/20-second": "b: 2\n",
        "group_vars/web/sub/deeper.yaml": "c: 3\n",
        "group_vars/web/.hidden.yml": "d: 4\n",
        "group_vars/web/old.yml~": "d: 4\n",
        "group_vars/web/notes.txt": "not: read\n",
        "group_vars/db": "---\ne: 5\n",
        "host_vars/web1.json": '{"f": 6}',
        "host_vars/web2.yml": "",
    }

    inventory = load(tmp_path, files)

    assert inventory.hosts["web1"].variables == {"a": 1, "b": 2, "c": 3, "e": 5, "f": 6}
    assert inventory.hosts["web2"].variables == {"a": 1, "b": 2, "c": 3}


def test_the_first_extension_that_exists_counts(tmp_path: Path) -> None:
    files = {"hosts": "web1\n", "host_vars/web1": "a: 1\n", "host_vars/web1.yml": "a: 2\n", "host_vars/web1.json": "{}"}

    assert load(tmp_path, files).hosts["web1"].variables == {"a": 1}


def test_every_mistake_in_the_files_of_the_chosen_hosts_is_told_at_once(tmp_path: Path) -> None:
    files = {
        "hosts": "web1\nweb2\nother\n",
        "group_vars/all.yml": "a: [1\n",
        "host_vars/web1.yml": "- item\n",
        "host_vars/web2.yml": "1: x\n",
        "host_vars/other.yml": "a: {\n",
    }
    inventory = load(tmp_path, files)

    with pytest.raises(LoadError) as caught:
        inventory.load_variables(inventory.select("web1:web2"))

    found = sorted(said(list(caught.value.diagnostics)))
    assert len(found) == 3
    assert found[0] == "1:1 1 is not the name of a variable"
    assert found[1] == "1:1 a file of variables holds `name: value` lines"


def test_a_vault_that_does_not_open_only_matters_to_hosts_that_need_it(tmp_path: Path) -> None:
    files = {"hosts": "[prod]\nweb1\n[staging]\nweb2\n", "group_vars/prod/vault.yml": VAULTED}
    inventory = load(tmp_path, files)

    inventory.load_variables(inventory.select("staging"))
    with pytest.raises(LoadError, match="vault"):
        inventory.load_variables(inventory.select("prod"))


def test_vaulted_files_and_values_open_with_the_password(tmp_path: Path) -> None:
    value = VALUE.replace("\n", "\n  ").rstrip()
    files = {"hosts": "[web]\nweb1\n", "group_vars/web.yml": FILE, "host_vars/web1.yml": f"c: !vault |\n  {value}\n"}
    vault = VaultSecrets((VaultSecret("default", PASSWORD),))

    variables = load(tmp_path, files, vault=vault).hosts["web1"].variables

    assert (variables["a"], variables["b"]) == (1, ["x"])
    assert isinstance(variables["c"], VaultText)
    assert variables["c"].reveal() == "s3cret value: 日本"
