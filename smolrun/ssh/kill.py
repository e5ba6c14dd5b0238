"""The end of a command's process tree: a script in a second channel kills it and looks again."""

from smolrun.deadline import Deadline
from smolrun.errors import BecomeError
from smolrun.lazy_dataclass import dataclass
from smolrun.ssh.become import become_wrap
from smolrun.ssh.cancellation import Cancellation
from smolrun.ssh.channel import SessionChannel
from smolrun.ssh.command import ChannelRefusedError, Command, ExecRefusedError
from smolrun.ssh.library import paramiko
from smolrun.ssh.patience import DeadlinePassedError, Patience, PeerGoneError
from smolrun.ssh.persistent import PersistentConnection, Victim
from smolrun.ssh.quoting import posix
from smolrun.ssh.settings import ClientSettings
from smolrun.ssh.stdin import Feed, pieces
from smolrun.ssh.streams import Streams
from smolrun.ssh.transport import Transport
from smolrun.ssh.wrap import Wrapped, guest_script

BUDGET = 4.5  # seconds for all of it, so that a command never outlives its timeout by more than five
GRACE = 10  # tenths of a second between TERM and KILL
REPORT = b"smolrun-left:"

# Their commands are children of a process that serves one connection alone. Others may start those of every guest's
# user from one process, so a common parent says nothing there.
ONE_PROCESS_A_CONNECTION = ("OpenSSH", "dropbear")


@dataclass(frozen=True)
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
    victim: Victim,
) -> Kill:
    """Kill the command that runs on a channel, then give the channel back.

    Where that is not proved the connection is dropped, because it is dead or its server has no channel left, and the
    command is left for `ready_and_swept`.
    """
    deadline = Deadline.after(BUDGET)
    try:
        end = _look(connection, settings, transport, victim, deadline, by_parent=True)
    except (PeerGoneError, DeadlinePassedError):
        end = Kill(False, "the guest did not answer, so its processes may be left (unverified)")
    except (ChannelRefusedError, ExecRefusedError):
        end = Kill(False, "the guest opened no further session to kill its processes from (unverified)")
    except BecomeError as error:
        end = Kill(False, f"its processes may be left (unverified): {error}")
    except BaseException:  # a second Ctrl-C: nobody waits for the second look
        _give_up(connection, victim)
        raise
    if end.proved:
        channel.finish()
    else:
        _give_up(connection, victim)
    return end


def _give_up(connection: PersistentConnection, victim: Victim) -> None:
    connection.drop()
    if victim.task or victim.offered:
        connection.unswept.append(victim)


def ready_and_swept(connection: PersistentConnection, settings: ClientSettings, deadline: Deadline) -> Transport:
    """A connection that is alive, and what earlier timeouts may have left on the guest swept away.

    Raises:
        as `PersistentConnection.ready`.
    """
    transport = connection.ready(deadline)
    while connection.unswept:
        victim = connection.unswept.pop()
        try:
            _look(connection, settings, transport, victim, deadline.earliest(BUDGET), by_parent=False)
        except (PeerGoneError, DeadlinePassedError, ChannelRefusedError, ExecRefusedError, BecomeError):
            # The next command, which will meet the same trouble, tells it.
            connection.unswept.append(victim)
            break
    return transport


def _look(
    connection: PersistentConnection,
    settings: ClientSettings,
    transport: Transport,
    victim: Victim,
    deadline: Deadline,
    *,
    by_parent: bool,
) -> Kill:
    patience = Patience(transport, settings, deadline, Cancellation())
    channel = connection.channel(transport, patience)
    shared = not any(name in transport.remote_version for name in ONE_PROCESS_A_CONNECTION)
    try:
        report = _run(transport, channel, patience, _script(victim, by_parent=by_parent, shared=shared))
    finally:
        channel.finish()
    if REPORT not in report:
        return Kill(False, "the guest could not tell which of its processes are left (unverified)")
    left = report.rpartition(REPORT)[2].split()
    if left:
        return Kill(
            False, f"these of its processes survived: {b' '.join(left).decode('ascii', 'replace')} (unverified)"
        )
    return Kill(True, "its processes were killed")


def _script(victim: Victim, *, by_parent: bool, shared: bool) -> Wrapped:
    # The offered mark may not be there, so while the connection lives the command is found as a child of its server.
    task = victim.task if by_parent else victim.task or victim.offered
    known = f"smolrun_task={task} smolrun_grace={GRACE} smolrun_shared={'yes' if shared else ''}\n"
    parent = "$PPID" if by_parent else "none"
    script = known + guest_script("kill.sh")
    if victim.become is None:
        here = f"smolrun_self=$$ smolrun_sshd={parent} smolrun_link=$SSH_CONNECTION"
        return Wrapped(posix(f"{here}\n{script}").encode())
    through = become_wrap(victim.become)
    line = through.line(script, known=f"smolrun_self=$$ smolrun_sshd={parent} smolrun_link='$SSH_CONNECTION'; ")
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
