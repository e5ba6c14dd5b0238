"""What throw-away users may do by sudo."""

import contextlib
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.servers.endpoint import Endpoint

Sudoers = Callable[[Endpoint, str], None]


@pytest.fixture
def sudoers() -> Iterator[Sudoers]:
    """Lets a user do something by sudo."""
    if not Path("/etc/sudoers.d").is_dir():
        pytest.skip("sudo is not installed")
    with contextlib.ExitStack() as stack:

        def allow(guest: Endpoint, rule: str) -> None:
            path = Path("/etc/sudoers.d") / guest.user
            path.write_text(f"Defaults:{guest.user} !fqdn\n{guest.user} {rule}\n")
            path.chmod(0o440)
            stack.callback(path.unlink, missing_ok=True)

        yield allow
