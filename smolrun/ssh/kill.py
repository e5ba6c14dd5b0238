"""The end of a command's process tree: a script in a second channel kills it and looks again."""

import threading
from dataclasses import dataclass

from smolrun.deadline import Deadline
from smolrun.errors import BecomeError
from smolrun.ssh.become import become_wrap
from smolrun.ssh.channel import SessionChannel
from smolrun.ssh.command import ChannelRefusedError, Command, ExecRefusedError
from smolrun.ssh.library import paramiko
from smolrun.ssh.patience import CancelledError, DeadlinePassedError, Patience, PeerGoneError
from smolrun.ssh.persistent import PersistentConnection
from smolrun.ssh.quoting import posix
from smolrun.ssh.request import Become
from smolrun.ssh.settings import ClientSettings
from smolrun.ssh.stdin import Feed, pieces
from smolrun.ssh.streams import Streams
from smolrun.ssh.transport import Transport
from smolrun.ssh.wrap import Wrapped, guest_script

BUDGET = 4.5  # seconds for all of it, so that a command never outlives its timeout by more than five
GRACE = 10  # tenths of a second between TERM and KILL
REPORT = b"smolrun-left:"


@dataclass(frozen=True, slots=True)
class Kill:
    """What a kill came to.

    Attributes:
        proved: a second look found none of the command's processes.
        account: the same in words.
    """

    proved: bool
    account: str


def kill(
    connection: PersistentConnection,
    settings: ClientSettings,
    transport: Transport,
    channel: SessionChannel,
    wrapped: Wrapped,
    become: Become | None,
) -> Kill:
    """Kill the command that runs on a channel, then give the channel back.

    Where no look was possible, the connection is dropped: it is dead, or its server has no channel left.
    """
    try:
        end = _kill(connection, settings, transport, wrapped, become)
    except (PeerGoneError, DeadlinePassedError):
        end = Kill(False, "the guest did not answer, so its processes may be left (unverified)")
    except (ChannelRefusedError, ExecRefusedError):
        end = Kill(False, "the guest opened no further session to kill its processes from (unverified)")
    except BecomeError as error:
        end = Kill(False, f"its processes may be left (unverified): {error}")
    if end.proved:
        channel.finish()
    else:
        connection.drop()
    return end


def _kill(
    connection: PersistentConnection,
    settings: ClientSettings,
    transport: Transport,
    wrapped: Wrapped,
    become: Become | None,
) -> Kill:
    patience = Patience(transport, settings, Deadline.after(BUDGET), threading.Event())
    channel = connection.channel(transport, patience)
    try:
        report = _run(transport, channel, patience, _script(wrapped.task, become))
    finally:
        channel.finish()
    if REPORT not in report:
        return Kill(False, "the guest could not tell which of its processes are left (unverified)")
    left = report.rpartition(REPORT)[2].split()
    if left:
        return Kill(False, f"these of its processes survived: {b' '.join(left).decode('ascii', 'replace')} (unverified)")
    return Kill(True, "its processes were killed")


def _script(task: str, become: Become | None) -> Wrapped:
    known = f"smolrun_task={task} smolrun_grace={GRACE}\n"
    script = guest_script("kill.sh")
    if become is None:
        return Wrapped(posix(f"smolrun_sshd=$PPID smolrun_self=$$ {known}{script}").encode())
    through = become_wrap(become)
    line = through.line(known + script, known="smolrun_sshd=$PPID smolrun_self=$$; ")
    return Wrapped(posix(line).encode(), become=through)


def _run(transport: Transport, channel: SessionChannel, patience: Patience, wrapped: Wrapped) -> bytes:
    feed = Feed(pieces(b"", None), held=wrapped.become is not None and bool(wrapped.become.prompt))
    streams = Streams(wrapped, feed, 64 * 1024, None)
    command = Command(transport, channel, feed, streams.stdout.write, streams.stderr.write, patience)
    try:
        channel.request_exec(wrapped.line)
    except (EOFError, OSError, paramiko.SSHException) as error:
        raise PeerGoneError("the connection ended") from error
    command.wait()
    return streams.stdout.take()
