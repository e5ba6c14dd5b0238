"""Changes a text file of the guest in parts: read to the controller, decided here, written back unless it was changed.

Two round trips where something is to be changed, one where nothing is.
"""

from collections.abc import Callable, Mapping
from dataclasses import field, replace
from typing import Annotated, Any

from pydantic import AfterValidator

from smolrun.errors import ModuleError
from smolrun.lazy_dataclass import dataclass
from smolrun.modules.base import ModuleResult, TaskContext, mistake
from smolrun.modules.commands.quoting import expanding
from smolrun.modules.files.arguments import ReplaceArguments
from smolrun.modules.files.content import Content
from smolrun.modules.files.state import PathState, Reading, reading_in
from smolrun.modules.files.writing import Attributes, Options, Outcome, attribute_changes, write
from smolrun.modules.guest import script_text
from smolrun.source.coercions import Text
from smolrun.source.regular_expressions import compiled

AT_ONCE = 4 * 1024 * 1024
"""Bytes of a file that come with its state; a larger one needs a round trip of its own."""

LARGEST = 256 * 1024 * 1024
"""Bytes of a file that is edited: it is held in memory a few times over."""

NO_FILE, A_FOLDER = 257, 256
"""The ``rc`` that Ansible's modules for lines fail with where there is no file, or a folder."""

ATTRIBUTES_CHANGED = "ownership, perms or SE linux context changed"
"""Ansible's words; playbooks compare them."""


@dataclass(frozen=True)
class Original:
    """A file as it was read.

    Attributes:
        state: of the file, links followed.
        content: its bytes; empty where there is none.
    """

    reading: Reading
    state: PathState
    content: bytes

    @property
    def exists(self) -> bool:
        return self.state.exists


@dataclass(frozen=True)
class Edit:
    """What is to become of a file.

    Attributes:
        content: all of it; None leaves the file alone, even where there is none.
        msg: what that is, in Ansible's words.
        failed: there is nothing to be decided; `msg` says why.
        values: further keys of the registered result.
        warnings: what the user should be told.
    """

    content: bytes | None
    msg: str = ""
    failed: bool = False
    values: Mapping[str, Any] = field(default_factory=dict)
    warnings: tuple[str, ...] = ()


def edit(path: str, arguments: ReplaceArguments, task: TaskContext, decide: Callable[[Original], Edit]) -> ModuleResult:
    """The file is as `decide` says; what a link leads to is edited, and the link stays.

    Raises:
        ModuleError: it cannot be read or written, or somebody else has changed it meanwhile.
    """
    original = read(path, task)
    if original.state.leads_to == "directory":
        return ModuleResult(failed=True, msg=f"{original.state.path} is a folder", values={"rc": A_FOLDER})
    edited = decide(original)
    if edited.failed or edited.content is None:
        return ModuleResult(failed=edited.failed, msg=edited.msg, values=dict(edited.values), warnings=edited.warnings)
    outcome = _written(original, edited.content, arguments, task)
    return _result(original, edited, outcome, arguments)


def no_file(path: str) -> Edit:
    """There has to be a file, and there is none."""
    return Edit(None, f"{path} does not exist", failed=True, values={"rc": NO_FILE})


def read(path: str, task: TaskContext, *, follow: bool = True, must_hash: bool = True) -> Original:
    """The file at a guest path, which is expanded there.

    Args:
        follow: where a link stands there, the state is that of what it leads to; the content always is.
        must_hash: a guest that cannot hash files is an error.

    Raises:
        ModuleError: it cannot be read, or is too large.
    """
    setup = f"dest={expanding(path)}\nfollow={'yes' if follow else ''}\nhash=no\nlimit={AT_ONCE}\n"
    result = task.guest.read(setup, script_text("state", "place", "content"))
    facts, told, content = result.stdout_bytes.partition(b"\0content=")
    reading = reading_in(task, replace(result, stdout_bytes=facts + b"\0" if told else facts), must_hash=must_hash)
    state = reading.states[0]
    if state.leads_to != "file":
        return Original(reading, state, b"")
    if not told or result.truncated:
        content = task.guest.get(state.path, limit=LARGEST)
    if reading.algorithm:
        state = replace(state, digest=Content(content).digest(reading.algorithm))
    return Original(reading, state, content)


def _written(original: Original, content: bytes, arguments: ReplaceArguments, task: TaskContext) -> Outcome:
    if arguments.mode == "preserve":
        raise ModuleError("`mode: preserve` has no meaning here: a file that is edited keeps its mode anyway")
    options = Options(
        backup=arguments.backup,
        validate=arguments.validate_with,
        unsafe_writes=arguments.unsafe_writes,
        make_folders=True,
        unless_changed=True,
    )
    return write(
        task,
        original.reading,
        original.state,
        Content(content),
        _wanted(arguments),
        options,
        before=original.content,
    )


def _wanted(arguments: ReplaceArguments) -> Attributes:
    return Attributes(arguments.owner, arguments.group, arguments.mode)


def _result(original: Original, edited: Edit, outcome: Outcome, arguments: ReplaceArguments) -> ModuleResult:
    words = [edited.msg] if edited.msg and edited.content != original.content else []
    if attribute_changes(original.reading, original.state, _wanted(arguments)):
        words.append(ATTRIBUTES_CHANGED)
    values = {**edited.values, **outcome.state.values(), "path": outcome.state.path}
    if outcome.backup_file is not None:
        values |= {"backup": outcome.backup_file, "backup_file": outcome.backup_file}
    return ModuleResult(
        changed=outcome.changed,
        msg=" and ".join(words) if outcome.changed else edited.msg,
        values=values,
        diffs=outcome.diffs,
        warnings=edited.warnings,
    )


def to_bytes(text: str) -> bytes:
    """As it stands in a file."""
    return text.encode("utf-8", "surrogateescape")


def _compiles(text: str) -> str:
    try:
        compiled(to_bytes(text))
    except ValueError as error:
        raise mistake(f"not a regular expression of Python's: {error}") from None
    return text


RegularExpression = Annotated[Text, AfterValidator(_compiles)]
"""A regular expression as Python's ``re`` reads it, for the bytes of a line."""
