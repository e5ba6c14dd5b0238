"""Modules are found by every name that Ansible knows them by, and each says what it is."""

import re
import subprocess
import sys

import pytest
import yaml
from pydantic import ValidationError

from smolrun.modules import registry
from smolrun.modules.base import Arguments

EXPECTED = {
    "run", "command", "shell", "raw", "script", "copy", "template", "fetch", "debug", "set_fact", "assert", "fail",
    "pause", "wait_for_connection", "ping", "setup",
}  # fmt: skip


def test_every_module_is_there() -> None:
    assert set(registry.names()) >= EXPECTED


@pytest.mark.parametrize("prefix", ["", "ansible.builtin.", "ansible.legacy."])
def test_a_qualified_name_means_the_same(prefix: str) -> None:
    found = registry.find(f"{prefix}shell")
    assert found is not None
    assert found.name == "shell"
    assert found == registry.find("shell")


@pytest.mark.parametrize(
    "name", ["nope", "community.general.shell", "ansible.builtin.run", "base", "registry", "", "x.y"]
)
def test_other_names_are_not_found(name: str) -> None:
    assert registry.find(name) is None


def test_our_own_word_has_our_own_collection() -> None:
    assert registry.find("smolrun.run") == registry.find("run")


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("shel", "shell"),
        ("ansible.builtin.cpoy", "copy"),
        ("set-fact", "set_fact"),
        ("Template", "template"),
        ("zzz", None),
    ],
)
def test_the_module_that_was_meant_is_guessed(name: str, meant: str | None) -> None:
    assert registry.near(name) == meant


def test_only_the_module_that_is_asked_for_is_imported() -> None:
    code = (
        "import sys; from smolrun.modules import registry; registry.names(); registry.find('ping'); "
        "print([name for name in sys.modules if name.startswith('smolrun.modules.')"
        " and name.split('.')[2] in registry.names()], 'paramiko' in sys.modules, 'jinja2' in sys.modules)"
    )
    printed = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert printed.strip() == "['smolrun.modules.ping'] False False"


@pytest.mark.parametrize("name", registry.names())
class TestEveryModule:
    def arguments(self, name: str) -> type[Arguments]:
        found = registry.find(name)
        assert found is not None
        return found.module.arguments

    def test_says_what_it_does_returns_and_needs(self, name: str) -> None:
        text = self.arguments(name).__doc__ or ""
        assert "Example:" in text
        assert "Returns:" in text
        assert "The guest needs:" in text

    def test_describes_every_argument(self, name: str) -> None:
        for field_name, field in self.arguments(name).model_fields.items():
            assert field.description, field_name

    def test_has_an_example_that_loads(self, name: str) -> None:
        example = re.search(r"```yaml\n(.*?)```", self.arguments(name).__doc__ or "", re.DOTALL)
        assert example is not None
        tasks = yaml.safe_load(example[1])
        uses = [task for play in tasks for task in play.get("tasks", [play]) if name in task]
        assert uses
        for task in uses:
            self.arguments(name).model_validate(self.given(name, task))

    def given(self, name: str, task: dict[str, object]) -> object:
        """The arguments of a task, a free form under its name."""
        found = registry.find(name)
        assert found is not None
        written = task[name]
        if isinstance(written, str | list):
            assert found.module.free_form is not None
            extra = task.get("args", {})
            assert isinstance(extra, dict)
            return {found.module.free_form: written, **extra}
        return written or {}

    def test_refuses_what_it_does_not_know(self, name: str) -> None:
        found = registry.find(name)
        assert found is not None
        if not found.module.takes_any_argument:
            with pytest.raises(ValidationError, match="no_such_argument"):
                self.arguments(name).model_validate({"no_such_argument": 1})
