"""Files of the system that are read to the controller, changed there, and written back unless they were changed."""

from smolrun.modules.base import Diff, TaskContext
from smolrun.modules.commands.quoting import quoted
from smolrun.modules.files.content import Content, as_text
from smolrun.modules.files.editing import Original
from smolrun.modules.files.writing import Attributes, Options, Outcome, write
from smolrun.modules.system.asking import perform


def save(
    task: TaskContext,
    original: Original,
    text: str,
    *,
    owner: str | None = None,
    mode: str | None = None,
    backup: bool = False,
    folder_mode: str | None = None,
    own: bool = False,
    own_folder: bool = False,
) -> Outcome:
    """The file has this text; its folder is made where it is missing.

    Args:
        owner: as chown(1) takes it; for a new file only, since one that is there keeps its own.
        mode: the same.
        own: a file that was there before gets owner and mode, too.
        own_folder: so does a folder that was there before, with `folder_mode`.
    """
    new = own or not original.exists
    wanted = Attributes(owner if new else None, None, mode if new else None)
    options = Options(
        backup=backup, make_folders=True, folder_mode=folder_mode, own_folder=own_folder, unless_changed=True
    )
    content = Content(text.encode("utf-8", "surrogateescape"))
    return write(task, original.reading, original.state, content, wanted, options, before=original.content)


def remove(task: TaskContext, original: Original) -> Outcome:
    """The file is not there."""
    if not original.exists:
        return Outcome(False, original.state)
    path = original.state.path
    diffs = (Diff(as_text(original.content), "", before_header=path),) if task.diff_mode and not task.no_log else ()
    if not task.check_mode:
        perform(task, [["rm", "-f", "--", path]], about=f"removing {quoted(path)}")
    return Outcome(True, original.state, diffs=diffs)


def text_of(original: Original) -> str:
    return original.content.decode("utf-8", "surrogateescape")
