"""Decides whether a server is the right one, before anything secret is sent to it."""

import base64
import hashlib
from collections.abc import Callable
from pathlib import Path

from smolrun.errors import HostKeyError
from smolrun.lazy_dataclass import dataclass
from smolrun.ssh.host_certificate import check_certificate, is_certificate
from smolrun.ssh.host_key_policy import PIN
from smolrun.ssh.known_hosts import AUTHORITY, REVOKED, KnownKey, add_key, read_known_hosts
from smolrun.ssh.target import Target

Confirm = Callable[[str, str, str], bool]

# The order of OpenSSH (ssh_config(5), HostKeyAlgorithms); DSA and RSA with SHA-1 are left out.
_KEY_TYPES = ("ssh-ed25519", "ecdsa-sha2-nistp256", "ecdsa-sha2-nistp384", "ecdsa-sha2-nistp521", "ssh-rsa")
_RSA_ALGORITHMS = ("rsa-sha2-512", "rsa-sha2-256")
_CERTIFICATE = "-cert-v01@openssh.com"


def fingerprint(blob: bytes) -> str:
    """A public key's fingerprint as OpenSSH shows it."""
    return PIN + base64.b64encode(hashlib.sha256(blob).digest()).decode().rstrip("=")


class OtherKeyTypeNeeded(Exception):  # noqa: N818 - not an error: asks for the same connection with another key
    """The pinned key may be another one of the server's: connect again and ask for one of `key_types`."""

    def __init__(self, key_types: tuple[str, ...]) -> None:
        super().__init__(", ".join(key_types))
        self.key_types = key_types


@dataclass(frozen=True)
class PresentedKey:
    """What a server proved to hold.

    Attributes:
        blob: its public key, or its certificate.
        offered: the host key algorithms that it has, in its order.
    """

    key_type: str
    blob: bytes
    offered: tuple[str, ...] = ()

    @property
    def fingerprint(self) -> str:
        return fingerprint(self.blob)


class HostKeyVerifier:
    """The verdict about one server.

    Args:
        target: names the server, the files and the policy.
        confirm: asked about an unknown key; None where nobody can be asked.
    """

    def __init__(self, target: Target, confirm: Confirm | None = None) -> None:
        self._target = target
        self._confirm = confirm
        self._policy = target.host_key
        known = () if self._policy == "insecure" else self._covering()
        self._revoked = tuple(key for key in known if key.marker == REVOKED)
        self._authorities = tuple(key for key in known if key.marker == AUTHORITY)
        self._keys = tuple(key for key in known if not key.marker)
        self._refused_pins: list[PresentedKey] = []

    def _covering(self) -> tuple[KnownKey, ...]:
        every = tuple(read_known_hosts((*self._target.user_known_hosts, *self._target.system_known_hosts)))
        known = tuple(key for key in every if key.covers(self._target.key_name))
        if not any(not key.marker for key in known) and self._target.key_name.startswith("["):
            # Like OpenSSH: for another port than 22, a line for the bare name will do where there is no exact one.
            bare = tuple(key for key in every if key.covers(self._target.host) and key not in known)
            return known + bare
        return known

    @property
    def algorithms(self) -> tuple[str, ...]:
        """Host key algorithms to ask for, the preferred first.

        A server has keys of several types and shows one: that of the first algorithm here that it supports. Keys
        that we know come first, so that a server that prefers another type does not look changed.
        """
        preferred = self._preferred_types()
        ordered = dict.fromkeys((*preferred, *_KEY_TYPES))
        plain = [name for kind in ordered for name in _algorithms(kind)]
        if self._policy.startswith(PIN) or not self._authorities:
            return tuple(plain)
        return (*(name + _CERTIFICATE for name in plain), *plain)

    def _preferred_types(self) -> tuple[str, ...]:
        if self._policy.startswith(PIN):
            return ()
        return tuple(key.key_type for key in self._keys if key.key_type in _KEY_TYPES)

    def verify(self, presented: PresentedKey) -> None:
        """Return if this is the right server.

        Raises:
            HostKeyError: it is not, or nobody knows.
            OtherKeyTypeNeeded: only another of its keys can tell.
        """
        if self._policy == "insecure":
            return
        if is_certificate(presented.key_type):
            plain = check_certificate(presented.blob, self._target.host, self._authorities, self._revoked, self._name)
            if plain is None:
                return
            presented = PresentedKey(presented.key_type.removesuffix(_CERTIFICATE), plain, presented.offered)
        self._refuse_revoked(presented)
        if self._policy.startswith(PIN):
            self._check_pin(presented)
        elif not any(key.blob == presented.blob for key in self._keys):
            if self._keys:
                raise self._changed(presented)
            self._unknown(presented)

    @property
    def _name(self) -> str:
        return self._target.key_name

    def _refuse_revoked(self, presented: PresentedKey) -> None:
        for key in self._revoked:
            if key.blob == presented.blob:
                raise HostKeyError(
                    f"the host key of {self._name} ({presented.fingerprint}) is revoked by {key.place}",
                    hint="do not connect: the key is known to be in other hands",
                )

    def _check_pin(self, presented: PresentedKey) -> None:
        if presented.fingerprint == PIN + self._policy.removeprefix(PIN).rstrip("="):
            return
        self._refused_pins.append(presented)
        tried = {key.key_type for key in self._refused_pins}
        others = tuple(kind for kind in _KEY_TYPES if kind not in tried and _offers(presented, kind))
        if others:
            raise OtherKeyTypeNeeded(tuple(name for kind in others for name in _algorithms(kind)))
        shown = ", ".join(f"{key.key_type} {key.fingerprint}" for key in self._refused_pins)
        raise HostKeyError(
            f"{self._name} is not the pinned server: expected {self._policy}, got {shown}",
            hint="if the guest was made anew, pin its new key; otherwise somebody may be in between",
        )

    def _changed(self, presented: PresentedKey) -> HostKeyError:
        same_type = [key for key in self._keys if key.key_type == presented.key_type] or list(self._keys)
        known = ", ".join(f"{key.key_type} {fingerprint(key.blob)} ({key.place})" for key in same_type)
        return HostKeyError(
            f"the host key of {self._name} has changed: known is {known}, "
            f"the server showed {presented.key_type} {presented.fingerprint}",
            hint="somebody may be in between; if the guest was made anew, remove the old key: "
            f"ssh-keygen -R '{self._name}'{self._file_flag()}",
        )

    def _unknown(self, presented: PresentedKey) -> None:
        if self._policy == "accept-new":
            self._remember(presented)
            return
        if self._confirm is not None and self._confirm(self._name, presented.key_type, presented.fingerprint):
            self._remember(presented)
            return
        path = self._new_keys_file()
        line = f"{self._name} {presented.key_type} {base64.b64encode(presented.blob).decode()}"
        because = " (a certificate of a known authority was expected)" if self._authorities else ""
        raise HostKeyError(
            f"the host key of {self._name} is unknown{because}: {presented.key_type} {presented.fingerprint}",
            hint=f"once you have made sure that it is the right one, pin it with --host-key {presented.fingerprint}\n"
            + (f"or add this line to {path}:\n" if path is not None else "or as a line of known_hosts:\n")
            + f"{line}\na machine that was just made may be believed at first sight: --host-key accept-new",
        )

    def _remember(self, presented: PresentedKey) -> None:
        path = self._new_keys_file()
        if path is None:
            raise HostKeyError(
                f"the new host key of {self._name} cannot be kept: there is no known_hosts file",
                hint=f"pin it with --host-key {presented.fingerprint}",
            )
        try:
            add_key(path, self._name, presented.key_type, presented.blob, hashed=self._target.hash_known_hosts)
        except OSError as error:
            raise HostKeyError(
                f"the new host key of {self._name} cannot be kept in {path}: {error.strerror}",
                hint=f"pin it with --host-key {presented.fingerprint}",
            ) from error

    def _new_keys_file(self) -> Path | None:
        return self._target.user_known_hosts[0] if self._target.user_known_hosts else None

    def _file_flag(self) -> str:
        files = {Path(key.place.rpartition(":")[0]) for key in self._keys}
        default = Path("~/.ssh/known_hosts").expanduser()
        return "" if files == {default} else "".join(f" -f {path}" for path in sorted(files))


def _algorithms(key_type: str) -> tuple[str, ...]:
    return _RSA_ALGORITHMS if key_type == "ssh-rsa" else (key_type,)


def _offers(presented: PresentedKey, key_type: str) -> bool:
    return any(name in presented.offered for name in _algorithms(key_type))
