"""``make``: targets of a Makefile."""

from dataclasses import replace
from typing import Any

from pydantic import Field, model_validator

from smolrun.errors import ModuleError
from smolrun.modules.base import Arguments, Diff, Module, ModuleResult, TaskContext, mistake
from smolrun.modules.commands.quoting import command_line, expanding, quoted
from smolrun.modules.system.asking import ask
from smolrun.source.coercions import Integer, Text, TextList


class MakeArguments(Arguments):
    """Run make where it says that a target is not up to date.

    Example:
        ```yaml
        - make:
            chdir: /usr/src/tool
            jobs: 4
            params:
              PREFIX: /opt/tool
        - make:
            chdir: /usr/src/tool
            target: install
          become: true
        ```

    Returns: ``stdout``, ``stderr``, ``command``, and the arguments. ``changed`` where make was run, which is always so
    for targets that are no files (``install``), unless make itself knows better.

    The guest needs: ``make`` (or ``gmake``, which is preferred), and what the Makefile needs.
    """

    chdir: Text = Field(description="The folder that make runs in")
    target: Text | None = Field(None, description="What is to be made; without it what the Makefile begins with")
    targets: TextList | None = Field(None, description="Several of them")
    params: dict[str, Text | None] | None = Field(
        None, description="Further words: `NAME=value`, or the name alone where the value is empty (`-DWITH_FDT:`)"
    )
    file: Text | None = Field(None, description="The Makefile, where it has another name")
    jobs: Integer | None = Field(None, description="How many commands run at the same time")
    make: Text | None = Field(None, description="The program")

    @model_validator(mode="after")
    def _one_of_both(self) -> "MakeArguments":
        if self.target is not None and self.targets is not None:
            raise mistake("`target` and `targets` cannot be given together")
        return self

    def words(self) -> tuple[list[str], list[str]]:
        """The options before the file's, and all words after it."""
        options = [] if self.jobs is None else ["-j", str(self.jobs)]
        words = [self.target] if self.target else list(self.targets or [])
        words += [name if value is None else f"{name}={value}" for name, value in (self.params or {}).items()]
        return options, words


def run(arguments: MakeArguments, task: TaskContext) -> ModuleResult:
    options, words = arguments.words()
    file = f" -f {expanding(arguments.file)}" if arguments.file else ""
    line = f"{command_line(options)}{file} {command_line(words)}"
    setup = f"chdir={expanding(arguments.chdir)}\nprogram={expanding(arguments.make) if arguments.make else ''}\n"
    setup += f'run_make() {{ "$program" {line} "$@"; }}\n'
    raw = ask(task, "make", setup=setup, arguments={"show": "yes" if task.diff_mode else ""})
    if raw.text("problem"):
        raise ModuleError(f"the folder {arguments.chdir} does not exist on {task.host}, or cannot be entered")
    program, place, said = raw.text("program"), raw.text("place"), raw.text("said")
    shown = command_line([program, *options, *(["-f", arguments.file] if arguments.file else []), *words])
    values: dict[str, Any] = {
        "chdir": place, "command": shown, "file": arguments.file, "jobs": arguments.jobs, "params": arguments.params,
        "target": arguments.target, "targets": arguments.targets,
    }  # fmt: skip
    if raw.text("status") == "0":
        return ModuleResult(values={**values, "stdout": said, "stderr": ""})
    diffs = (Diff("", raw.text("commands") + "\n", after_header=shown),) if task.diff_mode else ()
    if task.check_mode:
        # 1: not up to date; more: it does not know, and what it misses may be made by a task before (configure).
        doubts = (f"make cannot tell: {said}",) if raw.text("status") != "1" else ()
        return ModuleResult(changed=True, values={**values, "stdout": said, "stderr": ""}, diffs=diffs, warnings=doubts)
    text = f"cd -- {quoted(place)} && exec {quoted(program)} {line} </dev/null\n"
    done = task.guest.script(text, stream=True)
    done = replace(done, stdout_bytes=done.stdout_bytes.rstrip(b"\r\n"), stderr_bytes=done.stderr_bytes.rstrip(b"\r\n"))
    return ModuleResult(
        changed=done.ok,
        failed=not done.ok,
        msg="" if done.ok else done.stderr.strip() or f"make ended with exit code {done.exit_code}",
        command=done,
        command_line=shown,
        values=values,
        diffs=diffs,
    )


MODULE = Module(MakeArguments, run, collection="community.general")
