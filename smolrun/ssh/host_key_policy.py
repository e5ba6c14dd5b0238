"""The values that ``host_key`` may have."""

import base64

POLICIES = ("known_hosts", "accept-new", "insecure")
PIN = "SHA256:"


def check_policy(policy: str) -> None:
    """Raises `ValueError` for a ``host_key`` that is neither a policy nor a fingerprint."""
    if policy in POLICIES:
        return
    digest = policy.removeprefix(PIN).rstrip("=")
    try:
        right = policy.startswith(PIN) and len(base64.b64decode(digest + "=", validate=True)) == 32
    except ValueError:
        right = False
    if not right:
        raise ValueError(f"host_key must be one of {', '.join(POLICIES)} or SHA256:… (43 characters), not {policy!r}")
