"""A transport that asks for host keys in the order it is told, and keeps what the server showed."""

from typing import Any

from smolrun.ssh.host_keys import PresentedKey
from smolrun.ssh.library import paramiko
from smolrun.ssh.transport import Transport


class HostKeyTransport(Transport):
    """The transport of a connection that is being made.

    Attributes:
        presented: the key or certificate that the server proved to hold, once the handshake is over.
    """

    def __init__(self, sock: Any, algorithms: tuple[str, ...]) -> None:
        self._algorithms = algorithms
        self.presented: PresentedKey | None = None
        super().__init__(sock)

    @property
    def preferred_keys(self) -> tuple[str, ...]:
        """paramiko's own list puts certificates behind plain keys, which servers that have one always have too."""
        return self._algorithms

    def _verify_key(self, host_key: bytes, sig: bytes) -> None:
        super()._verify_key(host_key, sig)
        # RFC 4253, section 7.1: only here, between KEXINIT and NEWKEYS, is what the server offers known to paramiko.
        presented = PresentedKey(_key_type(host_key), host_key, _offered(self.remote_kex_init))
        if self.presented is not None and presented.blob != self.presented.blob:
            raise paramiko.SSHException("the server showed another host key in a later key exchange")
        self.presented = presented


def _key_type(blob: bytes) -> str:
    """A public key blob begins with its type's name (RFC 4253, section 6.6)."""
    return blob[4 : 4 + int.from_bytes(blob[:4], "big")].decode("ascii", "replace")


def _offered(kex_init: bytes) -> tuple[str, ...]:
    """The host key algorithms in a server's KEXINIT (RFC 4253, section 7.1)."""
    message = paramiko.Message(kex_init)
    message.get_byte()
    message.get_bytes(16)  # the cookie
    message.get_list()  # key exchange algorithms
    return tuple(message.get_list())
