"""``service``: services, whoever manages them."""

from smolrun.modules.base import Module, ModuleResult, TaskContext
from smolrun.modules.services.arguments import ServiceArguments
from smolrun.modules.services.changing import bring


def run(arguments: ServiceArguments, task: TaskContext) -> ModuleResult:
    return bring(arguments, task, arguments.use)


MODULE = Module(ServiceArguments, run)
