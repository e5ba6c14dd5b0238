"""``yum``: packages of Fedora, Red Hat and their kin."""

from smolrun.modules.base import Module, ModuleResult, TaskContext
from smolrun.modules.packages.dnf_arguments import RpmArguments
from smolrun.modules.packages.dnf_run import manage


class YumArguments(RpmArguments):
    """Install, upgrade or remove packages with DNF or yum, whichever the guest has: another name for `dnf`.

    Example:
        ```yaml
        - yum:
            name: nginx
            state: present
        ```

    Returns: what `dnf` returns.

    The guest needs: `rpm`, and `dnf`, `dnf5` or `yum`.
    """


def run(arguments: YumArguments, task: TaskContext) -> ModuleResult:
    return manage(arguments, task)


MODULE = Module(YumArguments, run)
