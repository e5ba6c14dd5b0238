"""``systemd_service``: Ansible's newer name for ``systemd``."""

from smolrun.modules.base import Module, ModuleResult, TaskContext
from smolrun.modules.services.arguments import SystemdArguments
from smolrun.modules.services.changing import bring


class SystemdServiceArguments(SystemdArguments):
    """Start, stop, enable and mask a unit of systemd: another name for `systemd`.

    Example:
        ```yaml
        - systemd_service:
            name: nginx
            state: restarted
            enabled: true
        ```

    Returns: ``name``, ``state``, ``enabled``, and ``status``: all that `systemctl show` told beforehand.

    The guest needs: `systemctl`.
    """


def run(arguments: SystemdServiceArguments, task: TaskContext) -> ModuleResult:
    return bring(arguments, task, "systemd")


MODULE = Module(SystemdServiceArguments, run)
