"""Host certificates and the authorities that known_hosts trusts (PROTOCOL.certkeys of OpenSSH)."""

import base64
import time
from collections.abc import Iterable
from typing import TYPE_CHECKING

from smolrun.errors import HostKeyError
from smolrun.ssh.known_hosts import KnownKey
from smolrun.ssh.patterns import matches_any

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.serialization import SSHCertificate

_SUFFIX = "-cert-v01@openssh.com"


def is_certificate(key_type: str) -> bool:
    return key_type.endswith(_SUFFIX)


def check_certificate(
    blob: bytes, host: str, authorities: Iterable[KnownKey], revoked: Iterable[KnownKey], name: str
) -> bytes | None:
    """Judge a host certificate.

    Returns:
        None if one of `authorities` signed it and it is valid; else the plain public key inside, which is all that
        such a certificate is worth.

    Args:
        blob: the certificate as it went over the wire.
        host: must be one of its principals.
        revoked: neither the authority's key nor the certified one may be among these.
        name: how the host is called in messages.

    Raises:
        HostKeyError: a trusted authority signed it, but it is not valid for this host now.
    """
    certificate, authority_blob, key_blob = _read(blob, name)
    for key in revoked:
        if key.blob in {authority_blob, key_blob, blob}:
            raise HostKeyError(
                f"the host certificate of {name} rests on a key that {key.place} revokes",
                hint="do not connect: the key is known to be in other hands",
            )
    if not any(key.blob == authority_blob for key in authorities):
        return key_blob
    _check(certificate, host, name)
    return None


def _read(blob: bytes, name: str) -> "tuple[SSHCertificate, bytes, bytes]":
    """The certificate, its authority's public key and the certified public key."""
    from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
    from cryptography.hazmat.primitives import serialization

    kind = blob[4 : 4 + int.from_bytes(blob[:4], "big")]
    try:
        certificate = serialization.load_ssh_public_identity(kind + b" " + base64.b64encode(blob))
        if not isinstance(certificate, serialization.SSHCertificate):
            raise HostKeyError(f"{name} showed no certificate where it announced one")
        certificate.verify_cert_signature()
    except (ValueError, UnsupportedAlgorithm, InvalidSignature) as error:
        raise HostKeyError(f"the host certificate of {name} is damaged or its signature is wrong: {error}") from error
    return certificate, _wire(certificate.signature_key()), _wire(certificate.public_key())


def _wire(key: object) -> bytes:
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

    line: bytes = key.public_bytes(Encoding.OpenSSH, PublicFormat.OpenSSH)  # type: ignore[attr-defined]
    return base64.b64decode(line.split()[1])


def _check(certificate: "SSHCertificate", host: str, name: str) -> None:
    from cryptography.hazmat.primitives.serialization import SSHCertificateType

    if certificate.type is not SSHCertificateType.HOST:
        raise HostKeyError(f"the certificate that {name} showed is one for users, not for hosts")
    now = time.time()
    if not certificate.valid_after <= now < certificate.valid_before:
        raise HostKeyError(f"the host certificate of {name} is not valid now: check its dates and this clock")
    principals = [principal.decode("utf-8", "replace") for principal in certificate.valid_principals]
    # OpenSSH takes patterns here (sshkey_cert_check_host); a certificate without principals is refused for hosts.
    if not matches_any(principals, host):
        raise HostKeyError(
            f"the host certificate of {name} is for {', '.join(principals) or 'no host'}, not for {host}"
        )
    if certificate.critical_options:
        raise HostKeyError(f"the host certificate of {name} has critical options, which host certificates have not")
