"""What is written here is, byte for byte, what ansible-vault of ansible-core 2.19 writes with the same salt."""

import binascii

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from smolrun.location import SourceFile
from smolrun.source.vault import VaultError, VaultSecret, VaultSecrets, decrypt, unlock
from smolrun.source.vault_writer import as_yaml, encrypt
from smolrun.source.yaml_loader import load_yaml
from tests.source.test_vault import FILE, LABELLED, PASSWORD, VALUE


def salt_of(vaulted: str) -> bytes:
    body = binascii.unhexlify("".join(vaulted.splitlines()[1:]))
    return binascii.unhexlify(body.split(b"\n")[0])


@pytest.mark.parametrize(("vaulted", "label"), [(VALUE, "default"), (LABELLED, "dev"), (FILE, "default")])
def test_the_same_salt_gives_the_bytes_of_ansible_vault(vaulted: str, label: str) -> None:
    secret = VaultSecret(label, PASSWORD)
    plain = decrypt(vaulted.encode(), VaultSecrets((secret,)))
    assert encrypt(plain, secret, salt=salt_of(vaulted)).decode() == vaulted


@given(content=st.binary(max_size=200), password=st.binary(min_size=1, max_size=20))
@settings(max_examples=20, deadline=None)
def test_what_was_encrypted_is_decrypted(content: bytes, password: bytes) -> None:
    secret = VaultSecret("default", password)
    vaulted = encrypt(content, secret)
    assert decrypt(vaulted, VaultSecrets((secret,))) == content
    assert max(map(len, vaulted.splitlines())) <= 80


def test_every_vault_has_a_salt_of_its_own() -> None:
    secret = VaultSecret("default", b"x")
    assert encrypt(b"same", secret) != encrypt(b"same", secret)


def test_only_an_id_of_its_own_makes_a_header_of_version_1_2() -> None:
    assert encrypt(b"", VaultSecret("default", b"x")).startswith(b"$ANSIBLE_VAULT;1.1;AES256\n")
    assert encrypt(b"", VaultSecret("prod", b"x")).startswith(b"$ANSIBLE_VAULT;1.2;AES256;prod\n")


@pytest.mark.parametrize("label", ["", "a;b", "a b", "a\n"])
def test_a_label_that_would_break_the_header_is_refused(label: str) -> None:
    with pytest.raises(VaultError, match="vault id"):
        encrypt(b"", VaultSecret(label, b"x"))


def test_unlocking_tells_which_password_fitted_under_the_id_of_the_text() -> None:
    secrets = VaultSecrets((VaultSecret("other", b"wrong"), VaultSecret("mine", PASSWORD)))
    assert unlock(LABELLED.encode(), secrets).secret == VaultSecret("dev", PASSWORD)


def test_only_the_passwords_of_the_named_id_are_tried_where_ids_have_to_match() -> None:
    secrets = VaultSecrets((VaultSecret("mine", PASSWORD),), match=True)
    with pytest.raises(VaultError, match="vault id 'dev'"):
        decrypt(LABELLED.encode(), secrets)
    assert decrypt(VALUE.encode(), secrets)


def test_a_value_for_a_yaml_file_loads_again() -> None:
    secret = VaultSecret("dev", PASSWORD)
    text = as_yaml(encrypt(b"hello", secret), "greeting")
    assert text.startswith("greeting: !vault |\n          $ANSIBLE_VAULT;1.2;AES256;dev\n")
    loaded = load_yaml(SourceFile("vars.yml", text), vault=VaultSecrets((secret,)))
    assert loaded["greeting"].reveal() == "hello"
    assert as_yaml(encrypt(b"hello", secret)).startswith("!vault |\n")
