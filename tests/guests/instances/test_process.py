import os
import subprocess
import sys
import time

from smolrun.guests.instances.process import mark, own_mark


def sleeping(*command: str) -> "subprocess.Popen[bytes]":
    return subprocess.Popen(command or ("sleep", "60"), stdout=subprocess.PIPE)


def test_a_process_is_known_again_while_it_lives() -> None:
    process = sleeping()
    known = mark(process.pid)
    assert known is not None
    assert known.is_alive()
    process.kill()
    process.wait()
    assert not known.is_alive()


def test_one_that_has_ended_and_was_not_reaped_does_not_live() -> None:
    process = sleeping("true")
    known = mark(process.pid)
    until = time.monotonic() + 5
    while mark(process.pid) is not None and time.monotonic() < until:
        time.sleep(0.01)
    assert mark(process.pid) is None
    assert known is None or not known.is_alive()
    process.wait()


def test_another_process_under_the_same_id_is_another() -> None:
    own = own_mark()
    assert own.is_alive()
    assert not own.model_copy(update={"started": own.started - 1}).is_alive()
    assert not own.model_copy(update={"boot": "another"}).is_alive()


def test_what_is_asked_to_end_ends() -> None:
    process = sleeping()
    known = mark(process.pid)
    assert known is not None
    known.end()
    assert not known.is_alive()


def test_what_does_not_want_to_end_is_made_to() -> None:
    stubborn = (
        "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print(1, flush=True); time.sleep(60)"
    )
    process = sleeping(sys.executable, "-c", stubborn)
    assert process.stdout is not None
    process.stdout.readline()
    known = mark(process.pid)
    assert known is not None
    known.end()
    assert not known.is_alive()


def test_there_is_no_mark_of_no_process() -> None:
    assert mark(2**22 + 1) is None
    assert mark(os.getpid()) == own_mark()
