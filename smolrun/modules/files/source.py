"""Files of the controller that a task names."""

from pathlib import Path
from typing import Literal

from smolrun.errors import ModuleError
from smolrun.modules.base import TaskContext
from smolrun.modules.files.content import Content

VAULT_HEADER = b"$ANSIBLE_VAULT;"


def local_content(path: Path, task: TaskContext, *, decrypt: bool) -> Content:
    """The content of a controller's file, decrypted where it is vaulted and `decrypt` says so.

    Raises:
        ModuleError: it cannot be read, or there is no secret to decrypt it with.
    """
    try:
        with path.open("rb") as file:
            vaulted = decrypt and file.read(len(VAULT_HEADER)) == VAULT_HEADER
        if not vaulted:
            return Content(path)
        if task.decrypt is None:
            raise ModuleError(
                f"{path} is vaulted, and there is no vault password",
                hint="give `--vault-password-file`, or write `decrypt: false` to take it as it is",
            )
        return Content(task.decrypt(path.read_bytes(), str(path)))
    except OSError as error:
        raise ModuleError(f"{path} cannot be read: {error.strerror}") from error


def find(task: TaskContext, folder: Literal["files", "templates"], name: str) -> Path:
    """The controller's file or folder of that name, along the task's search path; ``~`` is this user's home."""
    try:
        expanded = Path(name).expanduser()
    except RuntimeError:  # no such user: the tilde is part of the name
        expanded = Path(name)
    return task.find_file(folder, str(expanded))
