"""Vaults made by ansible-vault of ansible-core 2.19 open; those that were changed, or have another password, do not."""

import time

import pytest

from smolrun.location import Location, SourceFile
from smolrun.source.vault import VaultError, VaultSecret, VaultSecrets, VaultText, decrypt

PASSWORD = b"correct horse"
VALUE = """$ANSIBLE_VAULT;1.1;AES256
31366237323063306266356539356538646637653438346461343539353830653561363239333836
3837373636616333353665663966396461383966313563660a326139333165666638613239616166
33646266376465636634333434623762313965663439303436663932626135613831336364643032
6530316466363534640a366234356631336137306338343463373262306536383134333863356237
66336638353236646130393930333239636536376661363137616531613766326464
"""
LABELLED = """$ANSIBLE_VAULT;1.2;AES256;dev
65663434316135646331366363363230323633333934386162666331363063313639646562653066
3032653862313635333162613661663465396531396166310a626433346363316431356532316364
62316461623431323030633531636636643830323039643232653935653439353839666534323831
6436666631393132330a653932666334633436326662613335643231353434646364323862353239
3963
"""
FILE = """$ANSIBLE_VAULT;1.1;AES256
39316431343064316664303264386464313637666231373664343330363234303265326361613633
6237363132663336633234663936663831396466333464380a623030363136633563623236393965
63646362303566353861613532393266303432333465323233343837633430363362313230353535
6331343663613637350a343336653537383538346363636133623561353461376462336435303235
6661
"""


def secrets(*passwords: bytes) -> VaultSecrets:
    return VaultSecrets(tuple(VaultSecret("default", password) for password in passwords))


def test_a_value_of_format_1_1_opens() -> None:
    assert decrypt(VALUE.encode(), secrets(PASSWORD)).decode() == "s3cret value: 日本"


def test_a_value_of_format_1_2_with_a_vault_id_opens() -> None:
    assert decrypt(LABELLED.encode(), secrets(PASSWORD)) == b"labelled"


def test_a_file_opens() -> None:
    assert decrypt(FILE.encode(), secrets(PASSWORD)) == b"a: 1\nb: [x]\n"


def test_every_password_is_tried() -> None:
    assert decrypt(LABELLED.encode(), secrets(b"other", PASSWORD)) == b"labelled"


def test_the_password_of_the_named_vault_id_is_tried_first() -> None:
    keyring = VaultSecrets((VaultSecret("prod", b"other"), VaultSecret("dev", PASSWORD)))
    assert [secret.label for secret in keyring.candidates("dev")] == ["dev", "prod"]


def test_a_wrong_password_is_refused() -> None:
    with pytest.raises(VaultError, match="no vault password fits, or the text was changed"):
        decrypt(VALUE.encode(), secrets(b"wrong"))


def test_the_vault_id_is_named_when_no_password_fits() -> None:
    with pytest.raises(VaultError) as caught:
        decrypt(LABELLED.encode(), secrets(b"wrong"))
    assert caught.value.hint == "it was made with the vault id 'dev'"


def test_without_a_password_the_option_is_named() -> None:
    with pytest.raises(VaultError) as caught:
        decrypt(VALUE.encode(), None)
    assert caught.value.hint == "give one with --vault-password-file or --ask-vault-pass"


def test_a_changed_text_is_refused_before_it_is_decrypted() -> None:
    changed = VALUE.replace("66336638353236646130", "66336638353236646131")
    with pytest.raises(VaultError, match="no vault password fits, or the text was changed"):
        decrypt(changed.encode(), secrets(PASSWORD))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("$ANSIBLE_VAULT;1.1;AES256\nzz", "damaged"),
        ("$ANSIBLE_VAULT;1.1;AES256\n6162", "damaged"),
        ("$ANSIBLE_VAULT;1.0;AES\n6162", "vault format 1.0 with AES is not supported"),
        ("$ANSIBLE_VAULT\n6162", "begins with"),
        ("hello", "begins with"),
        ("", "begins with"),
    ],
)
def test_what_is_no_vault_is_told_so(text: str, message: str) -> None:
    with pytest.raises(VaultError, match=message):
        decrypt(text.encode(), secrets(PASSWORD))


def test_a_key_is_derived_once_for_each_salt() -> None:
    keyring = secrets(PASSWORD)
    decrypt(VALUE.encode(), keyring)
    start = time.process_time()
    for _ in range(50):
        decrypt(VALUE.encode(), keyring)
    assert time.process_time() - start < 0.1  # one derivation alone takes several milliseconds


def test_a_revealed_value_is_remembered_for_redaction() -> None:
    keyring = secrets(PASSWORD)
    assert VaultText(LABELLED, keyring).reveal() == "labelled"
    assert keyring.revealed == {"labelled"}


def test_a_failure_to_reveal_names_the_place() -> None:
    place = Location(SourceFile("vars.yml", ""), 3, 7)
    with pytest.raises(VaultError) as caught:
        VaultText(VALUE, secrets(b"wrong"), place).reveal()
    assert caught.value.location is place


def test_neither_the_text_nor_the_passwords_show_in_a_repr() -> None:
    keyring = secrets(PASSWORD)
    text = VaultText(LABELLED, keyring)
    text.reveal()
    assert "horse" not in repr(keyring)
    assert "labelled" not in repr(keyring)
    assert "6566" not in repr(text)
