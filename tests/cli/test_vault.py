"""``smolrun vault``: the files of ansible-vault, kept private and replaced in one step."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from smolrun.source.vault import VaultSecret, VaultSecrets, decrypt
from tests.cli.conftest import Ended
from tests.source.test_vault import LABELLED, PASSWORD, VALUE

Smolrun = Callable[..., Ended]
Editor = Callable[[str], None]


@pytest.fixture(autouse=True)
def _passwords(tmp_path: Path) -> None:
    (tmp_path / "pass").write_bytes(PASSWORD + b"\n")
    (tmp_path / "other").write_bytes(b"other password\n")


@pytest.fixture
def editor(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Editor:
    """Makes a line of shell the editor; ``$1`` is the file."""

    def use(line: str) -> None:
        script = tmp_path / "editor"
        script.write_text(f"#!/bin/sh\n{line}\n")
        script.chmod(0o755)
        monkeypatch.setenv("EDITOR", str(script))

    return use


def opened(path: Path, password: bytes = PASSWORD) -> bytes:
    return decrypt(path.read_bytes(), VaultSecrets((VaultSecret("default", password),)))


def first_line(path: Path) -> str:
    return path.read_text().splitlines()[0]


def piped(*arguments: str, given: bytes) -> bytes:
    ended = subprocess.run(
        [sys.executable, "-m", "smolrun", "vault", *arguments], input=given, capture_output=True, check=True, timeout=60
    )
    return ended.stdout


def test_encrypted_in_place_with_the_mode_it_had_and_decrypted_again(smolrun: Smolrun, tmp_path: Path) -> None:
    file = tmp_path / "vars.yml"
    file.write_text("a: 1\n")
    file.chmod(0o640)
    assert smolrun("vault", "encrypt", "vars.yml", "--vault-password-file", "pass") == Ended(0, "", "")
    assert first_line(file) == "$ANSIBLE_VAULT;1.1;AES256"
    assert opened(file) == b"a: 1\n"
    assert file.stat().st_mode & 0o777 == 0o640
    assert smolrun("vault", "decrypt", "vars.yml", "--vault-password-file", "pass").code == 0
    assert file.read_text() == "a: 1\n"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["other", "pass", "vars.yml"]


def test_a_symbolic_link_stays_one(smolrun: Smolrun, tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "real" / "vars.yml").write_text("a: 1\n")
    (tmp_path / "link.yml").symlink_to("real/vars.yml")
    assert smolrun("vault", "encrypt", "link.yml", "--vault-id", "pass").code == 0
    assert (tmp_path / "link.yml").is_symlink()
    assert opened(tmp_path / "real" / "vars.yml") == b"a: 1\n"


def test_what_ansible_vault_wrote_is_shown(smolrun: Smolrun, tmp_path: Path) -> None:
    (tmp_path / "one").write_text(VALUE)
    (tmp_path / "two").write_text(LABELLED)
    plain = [decrypt(text.encode(), VaultSecrets((VaultSecret("x", PASSWORD),))).decode() for text in (VALUE, LABELLED)]
    ended = smolrun("vault", "view", "one", "two", "--vault-id", "wrong@other", "--vault-id", "dev@pass")
    assert (ended.code, ended.out) == (0, "".join(plain))


def test_through_pipes() -> None:
    vaulted = piped("encrypt", "--vault-id", "dev@pass", given=b"hi\x00\xff")
    assert vaulted.startswith(b"$ANSIBLE_VAULT;1.2;AES256;dev\n")
    assert piped("decrypt", "--vault-id", "pass", given=vaulted) == b"hi\x00\xff"


def test_output_elsewhere_is_a_private_file(smolrun: Smolrun, tmp_path: Path) -> None:
    (tmp_path / "one").write_text(LABELLED)
    assert smolrun("vault", "decrypt", "one", "--vault-id", "pass", "--output", "plain").code == 0
    assert (tmp_path / "plain").stat().st_mode & 0o777 == 0o600
    assert (tmp_path / "one").read_text() == LABELLED
    shown = smolrun("vault", "decrypt", "one", "--vault-id", "pass", "--output", "-").out
    assert shown == (tmp_path / "plain").read_text()


def test_nothing_is_touched_unless_every_file_can_be(smolrun: Smolrun, tmp_path: Path) -> None:
    (tmp_path / "good").write_text(LABELLED)
    (tmp_path / "plain").write_text("a: 1\n")
    for arguments in (("decrypt",), ("rekey", "--new-vault-id", "new@other")):
        ended = smolrun("vault", *arguments, "good", "plain", "--vault-id", "pass")
        assert ended.code == 1
        assert "plain is not vaulted" in ended.err
        assert (tmp_path / "good").read_text() == LABELLED
    ended = smolrun("vault", "encrypt", "plain", "good", "--vault-id", "pass")
    assert (ended.code, "good is encrypted already" in ended.err) == (1, True)
    assert (tmp_path / "plain").read_text() == "a: 1\n"


def test_another_password_and_id(smolrun: Smolrun, tmp_path: Path) -> None:
    file = tmp_path / "one"
    file.write_text(LABELLED)
    before = opened(file)
    assert smolrun("vault", "rekey", "one", "--vault-id", "pass", "--new-vault-password-file", "other").code == 0
    assert first_line(file) == "$ANSIBLE_VAULT;1.1;AES256"
    assert opened(file, b"other password") == before
    assert smolrun("vault", "rekey", "one", "--vault-id", "other", "--new-vault-id", "prod@pass").code == 0
    assert first_line(file) == "$ANSIBLE_VAULT;1.2;AES256;prod"
    assert opened(file) == before


def test_edited_in_a_private_place_that_is_gone_afterwards(smolrun: Smolrun, tmp_path: Path, editor: Editor) -> None:
    file = tmp_path / "one.yml"
    file.write_text(LABELLED)
    editor(
        f'printf "%s\\n" "$1" > {tmp_path}/place; stat -c %a "$1" "$(dirname "$1")" > {tmp_path}/modes\n'
        'cp "$1" "$1~"; echo changed >> "$1"'
    )
    before = opened(file)
    assert smolrun("vault", "edit", "one.yml", "--vault-id", "wrong@other", "--vault-id", "pass").code == 0
    assert opened(file) == before + b"changed\n"
    assert first_line(file) == "$ANSIBLE_VAULT;1.2;AES256;dev"
    place = Path((tmp_path / "place").read_text().strip())
    assert place.suffix == ".yml"
    assert not place.parent.exists()
    assert (tmp_path / "modes").read_text().split() == ["600", "700"]


def test_an_edit_without_a_change_leaves_the_file_alone(smolrun: Smolrun, tmp_path: Path, editor: Editor) -> None:
    (tmp_path / "one").write_text(LABELLED)
    editor("true")
    assert smolrun("vault", "edit", "one", "--vault-id", "pass").code == 0
    assert (tmp_path / "one").read_text() == LABELLED


def test_an_editor_that_fails_changes_nothing(
    smolrun: Smolrun, tmp_path: Path, editor: Editor, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "one").write_text(LABELLED)
    editor('echo changed > "$1"; exit 3')
    ended = smolrun("vault", "edit", "one", "--vault-id", "pass")
    assert (ended.code, "ended with 3" in ended.err) == (1, True)
    assert (tmp_path / "one").read_text() == LABELLED
    monkeypatch.setenv("EDITOR", "/no/such/editor")
    assert smolrun("vault", "edit", "one", "--vault-id", "pass").code == 5


def test_a_new_file_is_private_and_an_old_one_is_left_alone(smolrun: Smolrun, tmp_path: Path, editor: Editor) -> None:
    editor('echo "a: 1" > "$1"')
    assert smolrun("vault", "create", "new.yml", "--vault-id", "dev@pass").code == 0
    assert opened(tmp_path / "new.yml") == b"a: 1\n"
    assert (tmp_path / "new.yml").stat().st_mode & 0o777 == 0o600
    assert smolrun("vault", "create", "new.yml", "--vault-id", "dev@pass").code == 5
    assert smolrun("vault", "create", "no/new.yml", "--vault-id", "dev@pass").code == 5


def test_strings_as_values(smolrun: Smolrun) -> None:
    ended = smolrun("vault", "encrypt_string", "hi", "there", "-n", "greeting", "--vault-id", "dev@pass")
    assert ended.code == 0
    lines = ended.out.splitlines()
    assert lines[:2] == ["greeting: !vault |", "          $ANSIBLE_VAULT;1.2;AES256;dev"]
    assert lines.count("!vault |") == 1
    assert smolrun("vault", "encrypt_string", "hi", "-n", "a", "-n", "b", "--vault-id", "pass").code == 5


def test_a_string_from_standard_input() -> None:
    out = piped("encrypt_string", "--stdin-name", "key", "--vault-id", "pass", given=b"line\n").decode()
    name, *rest = out.splitlines()
    assert name == "key: !vault |"
    vaulted = "\n".join(line.strip() for line in rest).encode()
    assert decrypt(vaulted, VaultSecrets((VaultSecret("default", PASSWORD),))) == b"line\n"


def test_which_password_encrypts(smolrun: Smolrun, tmp_path: Path) -> None:
    both = ("--vault-id", "a@pass", "--vault-id", "b@other")
    ended = smolrun("vault", "encrypt_string", "hi", *both)
    assert (ended.code, "--encrypt-vault-id" in ended.err) == (5, True)
    assert ";b\n" in smolrun("vault", "encrypt_string", "hi", *both, "--encrypt-vault-id", "b").out
    assert smolrun("vault", "encrypt_string", "hi", *both, "--encrypt-vault-id", "c").code == 5
    assert smolrun("vault", "encrypt_string", "hi").code == 5
    (tmp_path / "ansible.cfg").write_text(
        "[defaults]\nvault_identity_list = a@pass, b@other\nvault_encrypt_identity = a\n"
    )
    assert ";a\n" in smolrun("vault", "encrypt_string", "hi").out


def test_what_cannot_be_opened_or_read(smolrun: Smolrun, tmp_path: Path) -> None:
    (tmp_path / "one").write_text(LABELLED)
    ended = smolrun("vault", "view", "one", "--vault-id", "other")
    assert (ended.code, ended.out) == (1, "")
    assert "one: no vault password fits" in ended.err
    assert smolrun("vault", "view", "none", "--vault-id", "pass").code == 5
    assert smolrun("vault", "view", "one").code == 5


def test_a_result_that_cannot_be_written(smolrun: Smolrun, tmp_path: Path) -> None:
    (tmp_path / "one").write_text(LABELLED)
    ended = smolrun("vault", "decrypt", "one", "--vault-id", "pass", "--output", "no/plain")
    assert (ended.code, "no/plain cannot be written" in ended.err) == (5, True)
    assert (tmp_path / "one").read_text() == LABELLED
