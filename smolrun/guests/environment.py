"""Variables of a guest's login shells, where SmolVM keeps them: ``/etc/profile.d/smolvm_env.sh``."""

import re
import shlex
from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import AfterValidator, BeforeValidator

from smolrun.deadline import Deadline
from smolrun.errors import SmolVMError
from smolrun.ssh.quoting import posix
from smolrun.ssh.request import CommandRequest

if TYPE_CHECKING:
    from smolrun.ssh.client import SSHClient

FILE = "/etc/profile.d/smolvm_env.sh"
_SECONDS = 30.0
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_WRITE = f"""
umask 022
s=
[ "$(id -u)" = 0 ] || s='sudo -n'
$s mkdir -p {FILE.rpartition("/")[0]} && $s sh -c 'cat >{FILE}.new && mv {FILE}.new {FILE}'
"""


def write_environment(client: "SSHClient", variables: Mapping[str, str]) -> None:
    """Set these variables for every login shell to come; their values travel over standard input.

    Raises:
        SmolVMError: the guest refused.
    """
    content = "".join(f"export {name}={shlex.quote(value)}\n" for name, value in variables.items())
    result = client.execute(CommandRequest(posix(_WRITE), "raw", content.encode()), Deadline.after(_SECONDS))
    if not result.ok:
        raise SmolVMError(f"its 'env' could not be written to {FILE}: {result.stderr.strip()}")


def _text(value: Any) -> Any:
    """Numbers and booleans as they stand in YAML; what else is no text is told."""
    if isinstance(value, dict):
        return {
            name: str(one).lower() if isinstance(one, bool) else str(one) if isinstance(one, int | float) else one
            for name, one in value.items()
        }
    return value


def _names(value: dict[str, str]) -> dict[str, str]:
    wrong = next((name for name in value if not _NAME.fullmatch(name)), None)
    if wrong is not None:
        raise ValueError(f"{wrong!r} is no name of a variable: letters, digits and _, no digit first")
    return value


Environment = Annotated[dict[str, str], BeforeValidator(_text), AfterValidator(_names)]
"""Variables by their names."""
