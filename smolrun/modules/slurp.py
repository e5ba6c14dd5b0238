"""``slurp``: the content of a file of the guest, into a variable."""

import base64

from pydantic import AliasChoices, Field

from smolrun.errors import ModuleError
from smolrun.modules.base import Arguments, Module, ModuleResult, TaskContext
from smolrun.modules.files.editing import read
from smolrun.source.coercions import Text


class SlurpArguments(Arguments):
    """Read a file of the guest into a variable, in base64, so that any bytes can be in it.

    Example:
        ```yaml
        - slurp:
            src: /var/run/sshd.pid
          register: pid
        - debug:
            msg: "{{ pid.content | b64decode }}"
        ```

    Returns: ``content`` (base64), ``encoding`` (``base64``), ``source`` (the path). Never ``changed``.

    The guest needs: ``/bin/sh`` and the tools of POSIX.
    """

    src: Text = Field(validation_alias=AliasChoices("src", "path"), description="The file on the guest")


def run(arguments: SlurpArguments, task: TaskContext) -> ModuleResult:
    original = read(arguments.src, task, follow=False, must_hash=False)
    path = original.state.path
    if original.state.leads_to == "directory":
        raise ModuleError(f"{path} is a folder, and cannot be read into a variable")
    if original.state.leads_to != "file":
        raise ModuleError(f"the file {path} is not on {task.host}")
    content = base64.b64encode(original.content).decode("ascii")
    return ModuleResult(values={"content": content, "source": path, "encoding": "base64"})


MODULE = Module(SlurpArguments, run, check_mode="always")
