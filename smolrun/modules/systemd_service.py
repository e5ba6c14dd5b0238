"""``systemd_service``: Ansible's newer name for ``systemd``."""

from smolrun.modules.base import Module
from smolrun.modules.services.arguments import SystemdArguments
from smolrun.modules.systemd import run

MODULE = Module(SystemdArguments, run)
