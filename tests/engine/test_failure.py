"""What a failure tells of an error."""

import pytest

from smolrun.engine import hints
from smolrun.engine.failure import failure_of_error
from smolrun.errors import (
    AuthenticationError,
    BecomeError,
    ConnectError,
    OperationCancelledError,
    OperationTimeoutError,
    SmolVMError,
)


@pytest.mark.parametrize(
    ("error", "killed"),
    [
        (OperationTimeoutError("too late", timeout=1.0, killed=True), True),
        (OperationTimeoutError("too late", timeout=1.0, unverified=True), False),
        (OperationCancelledError("the run was interrupted"), None),
        (SmolVMError("something else"), None),
    ],
)
def test_processes_are_spoken_of_only_where_there_were_some(error: SmolVMError, killed: bool | None) -> None:
    assert failure_of_error(error, None).killed is killed


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (OperationTimeoutError("too late", timeout=1.0, killed=True), "timeout: SECONDS"),
        (OperationTimeoutError("too late", timeout=1.0, unverified=True), "may still be running"),
        (BecomeError("sudo did not become root: sudo: a password is required"), "-K"),
        (BecomeError("sudo did not become root: sh: sudo: not found"), "become_method"),
        (BecomeError("sudo did not become root: ann is not in the sudoers file."), "sudoers(5)"),
        (ConnectError("cannot connect to web1:22: Connection refused"), "ansible_port"),
        (ConnectError("no connection to web1:22 in time"), "--timeout"),
        (ConnectError("the name 'web9' cannot be looked up: unknown", phase="name look-up"), "ansible_host"),
        (AuthenticationError("the key file /k does not exist"), "--private-key"),
        (OperationTimeoutError("too late", timeout=1.0, hint="its own"), "its own"),
    ],
)
def test_what_to_do_is_said_in_words_of_playbooks_and_flags(error: SmolVMError, words: str) -> None:
    assert words in str(failure_of_error(error, None).hint)


@pytest.mark.parametrize("error", [OperationCancelledError("stopped", killed=True), BecomeError("there is no doas")])
def test_nothing_is_suggested_where_nothing_helps(error: SmolVMError) -> None:
    assert failure_of_error(error, None).hint is None


@pytest.mark.parametrize(
    "said",
    [
        "E: Could not open lock file /var/lib/dpkg/lock-frontend - open (13: Permission denied)",
        "Failed to restart nginx.service: Access denied",
        "useradd: Permission denied.",
        "sysctl: permission denied on key",
        "chown: changing ownership: Operation not permitted",
    ],
)
def test_who_may_not_do_it_is_told_of_become_but_not_root(said: str) -> None:
    assert "become: true" in str(hints.of_failed_module(said, is_root=False))
    assert hints.of_failed_module(said, is_root=True) is None


def test_an_unknown_package_may_need_a_fresh_index() -> None:
    assert "update_cache" in str(hints.of_failed_module("No package matching 'ngnix' is available", is_root=True))


@pytest.mark.parametrize("said", ["Permission denied (publickey).", "no such file"])
def test_become_is_not_suggested_where_it_does_not_help(said: str) -> None:
    assert hints.of_failed_module(said, is_root=False) is None
