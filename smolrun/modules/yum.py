"""``yum``: packages of Fedora, Red Hat and their kin."""

from smolrun.modules.base import Module, ModuleResult, TaskContext
from smolrun.modules.packages.dnf_arguments import RpmArguments
from smolrun.modules.packages.dnf_run import manage


class YumArguments(RpmArguments):
    """Install, upgrade or remove packages with DNF or yum, whichever the guest has.

    Example:
        ```yaml
        - yum:
            name: [nginx, git-2.43.0]
            state: present
        - yum:
            name: "*"
            state: latest
            security: true
        - yum:
            name: https://example.com/tool-1.2-1.x86_64.rpm
            disable_gpg_check: true
        ```

    Returns: ``results`` (``Installed: tool-1.2-1.x86_64``, ``Removed: …``; with `list` a mapping for each package),
    ``rc``, ``msg``, ``failures``, ``stdout`` and ``stderr`` of the package manager where it was run.

    The guest needs: `rpm`, and `dnf`, `dnf5` or `yum`.
    """


def run(arguments: YumArguments, task: TaskContext) -> ModuleResult:
    return manage(arguments, task)


MODULE = Module(YumArguments, run)
