"""``systemd``: units."""

from smolrun.modules.base import Module, ModuleResult, TaskContext
from smolrun.modules.services.arguments import SystemdArguments
from smolrun.modules.services.changing import bring


def run(arguments: SystemdArguments, task: TaskContext) -> ModuleResult:
    return bring(arguments, task, "systemd")


MODULE = Module(SystemdArguments, run)
