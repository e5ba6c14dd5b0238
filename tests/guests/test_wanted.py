from pathlib import Path
from typing import Any

import pytest

from smolrun.errors import LoadError, UsageError
from smolrun.guests.providers import provider_named, provider_names
from smolrun.guests.qemu.settings import QemuSettings
from smolrun.guests.smolvm.settings import SmolVMSettings
from smolrun.guests.wanted import WantedGuest, guest_from, wanted_guests
from smolrun.inventory.inventory import load_inventory
from smolrun.templating.templar import Templar


def wanted(folder: Path, text: str) -> tuple[WantedGuest, ...]:
    path = folder / "inventory.yml"
    path.write_text(text)
    templar = Templar()
    hosts = load_inventory([path]).hosts.values()
    return wanted_guests(hosts, lambda value, variables: templar.render(value, variables))


def mistakes(folder: Path, text: str) -> list[tuple[str, int, str | None]]:
    with pytest.raises(LoadError) as caught:
        wanted(folder, text)
    return [(d.message, d.location.line if d.location else 0, d.hint) for d in caught.value.diagnostics]


def test_hosts_say_where_they_come_from(tmp_path: Path) -> None:
    text = """
all:
  vars: {amount: 2}
  hosts:
    a: {guest: {provider: qemu, image: disks/a.qcow2, vcpus: "{{ amount }}"}}
    b: {guest: nobody's business}
    c:
"""
    (found,) = wanted(tmp_path, text)
    assert (found.name, found.kind) == ("a", "qemu")
    assert isinstance(found.settings, QemuSettings)
    assert found.settings.vcpus == 2
    assert found.settings.image == tmp_path / "disks/a.qcow2"


def test_several_hosts_can_share_what_one_variable_says(tmp_path: Path) -> None:
    text = """
all:
  vars:
    box: {provider: qemu, image: box.qcow2, memory: "{{ amount }}"}
    guest: "{{ box }}"
  hosts:
    a: {amount: 1G}
    b: {amount: 2G}
    c: {guest: "{{ known_later }}"}
"""
    assert [(found.name, found.settings) for found in wanted(tmp_path, text)] == [
        (name, QemuSettings(provider="qemu", image=tmp_path / "box.qcow2", memory=memory))
        for name, memory in (("a", 1024), ("b", 2048))
    ]


def test_paths_start_from_the_inventory_whatever_the_provider(tmp_path: Path) -> None:
    text = "all: {hosts: {a: {guest: {provider: smolvm, image: root.ext4, kernel: ../kernel}}}}"
    (found,) = wanted(tmp_path, text)
    assert found.missing == [f"kernel {tmp_path}/../kernel", f"image {tmp_path}/root.ext4"]
    assert isinstance(found.settings, SmolVMSettings)
    assert found.settings.image == f"{tmp_path}/root.ext4"
    (tmp_path / "root.ext4").touch()
    assert found.missing == [f"kernel {tmp_path}/../kernel"]
    assert guest_from("s", "smolvm", {"image": "ubuntu"}).missing == []


def test_every_mistake_is_told_at_its_place(tmp_path: Path) -> None:
    text = """
all:
  hosts:
    a:
      guest:
        provider: qemu
        image: a.qcow2
        memory: much
        vcpus: 0
    b: {guest: {provider: qmeu}}
    c: {guest: {image: x}}
"""
    found = mistakes(tmp_path, text)
    assert [(message, line) for message, line, _ in found] == [
        ("'memory': expected an amount such as 512M or 2G, found 'much'", 8),
        ("'vcpus': input should be greater than or equal to 1", 9),
        ("there is no guest provider 'qmeu'", 10),
        ("'guest' needs a 'provider'", 11),
    ]
    assert found[2][2] == "did you mean 'qemu'?"


def test_unknown_words_are_told_with_what_was_meant(tmp_path: Path) -> None:
    ((message, _, hint),) = mistakes(tmp_path, "all: {hosts: {a: {guest: {provider: qemu, image: x, memroy: 1}}}}")
    assert message == "qemu knows no 'memroy'"
    assert hint == "did you mean 'memory'?"


def test_an_undefined_variable_is_told(tmp_path: Path) -> None:
    ((message, *_),) = mistakes(tmp_path, "all: {hosts: {a: {guest: {provider: qemu, image: '{{ nothing }}'}}}}")
    assert "nothing" in message


@pytest.mark.parametrize(
    ("text", "settings"),
    [
        ("qemu:disk.qcow2", {"image": "disk.qcow2"}),
        ("smolvm", {}),
        ("smolvm:ubuntu", {"image": "ubuntu"}),
        ("existing:me@web1:2222", {"host": "web1", "port": 2222, "user": "me"}),
        ("existing:web1", {"host": "web1"}),
    ],
)
def test_a_few_words_are_enough(text: str, settings: dict[str, Any]) -> None:
    kind, _, detail = text.partition(":")
    assert provider_named(kind).short(detail) == settings
    assert guest_from("host", kind, settings).kind == kind


@pytest.mark.parametrize("text", ["qemu:", "embedded:x", "existing:", "existing:h:p"])
def test_other_words_are_refused(text: str) -> None:
    kind, _, detail = text.partition(":")
    with pytest.raises(UsageError):
        provider_named(kind).short(detail)


def test_there_is_no_other_provider() -> None:
    assert provider_names() == ("embedded", "existing", "qemu", "smolvm")
    with pytest.raises(UsageError) as caught:
        provider_named("smol")
    assert caught.value.hint == "did you mean 'smolvm'?"
