import pytest

from smolrun.errors import SmolVMError
from smolrun.guests.environment import FILE, write_environment
from smolrun.guests.qemu.settings import QemuSettings
from tests.servers.endpoint import Endpoint


def test_login_shells_have_the_variables_whatever_is_in_them(busybox_guest: Endpoint) -> None:
    variables = {"PLAIN": "x", "ODD": 'it\'s $HOME `id` "1"\nand more'}
    with busybox_guest.client() as client:
        write_environment(client, variables)
        shown = client.run(f'. {FILE}; printf \'%s|%s\' "$PLAIN" "$ODD"', shell="raw").stdout
        assert shown == "|".join(variables.values())
        write_environment(client, {"PLAIN": "y"})
        assert client.run(f". {FILE}; echo $PLAIN $ODD", shell="raw").output == "y"
        assert client.run("ls /etc/profile.d", shell="raw").output == FILE.rpartition("/")[2]
        client.run(f"rm {FILE}", shell="raw")


def test_a_guest_that_does_not_let_us_is_told(busybox_guest: Endpoint) -> None:
    with busybox_guest.client() as client:
        client.run("rm -rf /etc/profile.d; touch /etc/profile.d", shell="raw")
        with pytest.raises(SmolVMError, match="its 'env' could not be written to /etc/profile"):
            write_environment(client, {"A": "b"})
        client.run("rm /etc/profile.d", shell="raw")


def test_names_and_values_are_checked_when_they_are_read() -> None:
    settings = QemuSettings.model_validate({"provider": "qemu", "image": "x", "env": {"A": 1, "B": True, "C_2": "t"}})
    assert settings.env == {"A": "1", "B": "true", "C_2": "t"}
    for wrong in ({"2A": "x"}, {"A-B": "x"}, {"A": ["x"]}):
        with pytest.raises(ValueError, match="env"):
            QemuSettings.model_validate({"provider": "qemu", "image": "x", "env": wrong})
