"""What to do about a failure, in the words of playbooks and flags, which the floors below do not know."""

import re

from smolrun.errors import (
    AuthenticationError,
    BecomeError,
    ConnectError,
    OperationCancelledError,
    OperationTimeoutError,
    SmolVMError,
)

_NO_RIGHT = re.compile(
    r"Permission denied(?! \()|Access denied|Operation not permitted|are you root|must be root|only root"
    r"|superuser privileges|authentication (?:is )?required",
    re.IGNORECASE,
)
"""What programs say whose user may not do something; with a bracket it is ssh that speaks of a login."""


_NO_PACKAGE = re.compile(r"No package matching|Unable to locate package|no available installation candidate")


def of_error(error: SmolVMError) -> str | None:
    """What to do about an error that has no hint of its own; None where nothing is known to help."""
    if isinstance(error, BecomeError):
        return _of_become(error)
    if isinstance(error, ConnectError):
        return _of_connect(error)
    if isinstance(error, AuthenticationError) and error.message.startswith("the key file"):
        return "'ansible_ssh_private_key_file' of the host, --private-key or the configuration names it"
    if isinstance(error, OperationTimeoutError) and not isinstance(error, OperationCancelledError):
        return _of_timeout(error)
    return None


def of_failed_module(text: str, *, is_root: bool) -> str | None:
    """What to do about a module that failed.

    Args:
        text: what it or its programs said.
        is_root: it ran as root, or as a user that was become.
    """
    if not is_root and _NO_RIGHT.search(text):
        return "it ran without 'become'; 'become: true' on the task or its play runs it as root"
    if _NO_PACKAGE.search(text):
        return "is the name right? 'update_cache: true' reads the index of packages anew"
    return None


def _of_become(error: BecomeError) -> str | None:
    if "not found" in error.message or "No such file" in error.message:
        return "it is not installed there: 'become_method' names another way (sudo, su, doas), or log in as that user"
    if "not in the sudoers" in error.message or "not allowed to" in error.message:
        return "sudo has to allow it on the guest (see sudoers(5)), or log in as that user"
    if "password" in error.message:
        return "give its password with -K, --become-password-file or ansible_become_password"
    return None


def _of_connect(error: ConnectError) -> str | None:
    if error.phase == "name look-up":
        return "'ansible_host' gives the address of a host whose name is not known here"
    if "refused" in error.message:
        return "does an SSH server listen there? 'ansible_host' and 'ansible_port' say where it is looked for"
    if error.phase == "connection":
        return "is the host up, and reachable from here? --timeout says how long to try"
    return None


def _of_timeout(error: OperationTimeoutError) -> str:
    hint = "raise it with 'timeout: SECONDS' on the task, its block or its play, or with --task-timeout; 0 is no limit"
    if error.unverified:
        hint += "; processes of the command may still be running on the guest"
    return hint
