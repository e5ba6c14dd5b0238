"""``pip``: a virtual environment and packages of the test's own."""

from typing import Any

import pytest
from pydantic import ValidationError

from smolrun.connection.session import GuestSession
from smolrun.deadline import Deadline
from smolrun.modules.packages.python_names import parse_requirement
from smolrun.modules.pip import PipArguments
from tests.modules.guest import Guest

BACKEND = """
import zipfile
def build_wheel(folder, settings=None, metadata=None):
    name = "sr_{name}-{version}-py3-none-any.whl"
    with zipfile.ZipFile(folder + "/" + name, "w") as wheel:
        info = "sr_{name}-{version}.dist-info/"
        wheel.writestr("sr_{name}.py", "")
        wheel.writestr(info + "METADATA", "Metadata-Version: 2.1\\nName: sr-{name}\\nVersion: {version}\\n")
        wheel.writestr(info + "WHEEL", "Wheel-Version: 1.0\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n")
        wheel.writestr(info + "RECORD", "")
    return name
"""


def wheel(guest: Guest, name: str, version: str) -> None:
    folder = guest.here("wheels")
    folder.mkdir(exist_ok=True)
    space: dict[str, Any] = {}
    exec(BACKEND.format(name=name, version=version), space)
    space["build_wheel"](str(folder))


def offline(guest: Guest, **more: Any) -> dict[str, Any]:
    return {
        "virtualenv": guest.path("a venv"), "virtualenv_command": "python3 -m venv",
        "extra_args": f"--no-index --find-links '{guest.path('wheels')}'", **more,
    }  # fmt: skip


@pytest.mark.slow
@pytest.mark.timeout(400)
def test_packages_come_change_and_go(local: Guest) -> None:
    local.context["deadline"] = Deadline.after(None)
    local.context["guest"] = GuestSession(local.connection, Deadline.after(None))  # making a venv takes its time
    for name, version in (("one", "1.0"), ("one", "2.0"), ("two", "1.0")):
        wheel(local, name, version)
    assert local.do("pip", offline(local, name="sr-one"), check_mode=True).changed
    assert not local.here("a venv").exists()
    assert local.do("pip", offline(local, name=["sr_one<2", "SR.two"])).changed
    assert not local.do("pip", offline(local, name=["sr_one<2", "SR.two"])).changed
    assert local.round_trips(lambda: local.do("pip", offline(local, name="sr-one"))) == 1
    assert local.do("pip", offline(local, name="sr-one", state="latest"), check_mode=True).changed
    assert (
        local.do("pip", offline(local, name="sr-one", state="latest"), diff_mode=True).diffs[0].after == "sr-one-2.0\n"
    )
    assert not local.do("pip", offline(local, name="sr-one", state="latest")).changed
    assert local.do("pip", offline(local, name="sr-one", version="1.0")).changed
    local.here("list").write_text("sr-one==2.0\n")
    requirements = offline(local, requirements=local.path("list"))
    assert local.do("pip", requirements, check_mode=True).changed
    assert local.do("pip", requirements).changed
    assert not local.do("pip", requirements).changed
    message = local.fails("pip", offline(local, name="sr-none"))
    assert "sr-none" in message
    gone = {"name": ["sr-one", "sr-none"], "state": "absent", "virtualenv": local.path("a venv")}
    assert local.do("pip", gone, check_mode=True).changed
    assert local.do("pip", gone).changed
    assert not local.do("pip", gone).changed


def test_a_guest_without_it_is_told(busybox: Guest) -> None:
    assert busybox.fails("pip", {"name": "x"}) == "`pip3` is not installed on web1"
    assert busybox.fails("pip", {"virtualenv": "/x"}) == "`python3` is not installed on web1"


@pytest.mark.parametrize(
    ("text", "yes", "no"),
    [
        ("a", "1", None), ("a==1.0", "1", "1.1"), ("a>=1.2,<2", "1.10", "2.0"), ("a~=1.4.2", "1.4.9", "1.5"),
        ("a==1.*", "1.9", "2"), ("A_b[x]!=1", "2", "1"), ("a>1rc1", "1", "1b2"), ("a===1.0", "1.0", "1"),
    ],
)  # fmt: skip
def test_versions_are_compared_as_pip_does(text: str, yes: str, no: str | None) -> None:
    wanted = parse_requirement(text)
    assert wanted is not None
    assert wanted.allows(yes)
    assert no is None or not wanted.allows(no)


def test_what_only_pip_understands() -> None:
    assert parse_requirement("git+https://example.com/x") is None
    assert parse_requirement("x; python_version < '3'") is None
    assert PipArguments.model_validate({"name": "a>=1,<2, b"}).name == ["a>=1,<2", "b"]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({}, "one of `name`"),
        ({"name": ["a", "b"], "version": "1"}, "one package"),
        ({"name": "a", "virtualenv": "/v", "executable": "pip"}, "cannot be given together"),
        ({"name": "a", "extra_args": "'"}, "cannot be split"),
    ],
)
def test_wrong_arguments_are_told(arguments: dict[str, Any], message: str) -> None:
    with pytest.raises(ValidationError, match=message):
        PipArguments.model_validate(arguments)
