"""What a failure tells of an error."""

import pytest

from smolrun.engine.failure import failure_of_error
from smolrun.errors import BecomeError, OperationCancelledError, OperationTimeoutError, SmolVMError


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
        (OperationTimeoutError("too late", timeout=1.0, hint="its own"), "its own"),
    ],
)
def test_what_to_do_is_said_in_words_of_playbooks_and_flags(error: SmolVMError, words: str) -> None:
    assert words in str(failure_of_error(error, None).hint)


@pytest.mark.parametrize("error", [OperationCancelledError("stopped", killed=True), BecomeError("there is no doas")])
def test_nothing_is_suggested_where_nothing_helps(error: SmolVMError) -> None:
    assert failure_of_error(error, None).hint is None
