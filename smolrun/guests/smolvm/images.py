"""A microVM of SmolVM's own images, with a name that we chose, and with processors and ports.

SmolVM's constructor chooses the name itself, and only tells it once the microVM is made: a process that is killed
before that would leave one behind that nobody knows to be ours. What makes the description of one is no public part
of SmolVM 0.0.36; where a later version has it no more, the constructor has to do.
"""

import inspect
from collections.abc import Callable
from importlib import import_module
from typing import Any

from smolrun.guests.ports import free_port
from smolrun.guests.smolvm.settings import SYSTEMS, SmolVMSettings


def described(vm_id: str, settings: SmolVMSettings, common: dict[str, Any]) -> tuple[Any, str | None] | None:
    """SmolVM's description of the microVM, and the key that it lets in; None where this SmolVM cannot say.

    Args:
        common: what SmolVM's constructors take alike.
    """
    shared = {
        "vm_name": vm_id,
        "backend": common["backend"],
        "qemu_machine": common["qemu_machine"],
        "memory": settings.memory,
        "ssh_key_path": common["ssh_key_path"],
    }
    if settings.image is None or settings.image in SYSTEMS:
        more = {"os": settings.image, "disk_size_mib": settings.disk, "data_dir": common["data_dir"]}
        build = _builder("_build_auto_config", {**shared, **more})
    else:
        build = _builder("_build_s3_image_config", {**shared, "image": settings.image})
    if build is None:
        return None
    description, key = build()
    forwards = [{"host_port": here or free_port(), "guest_port": there} for here, there in settings.ports]
    changes = {"vcpu_count": settings.vcpus, "port_forwards": forwards}
    return type(description).model_validate({**description.model_dump(), **changes}), key


def _builder(name: str, arguments: dict[str, Any]) -> Callable[[], Any] | None:
    build = getattr(import_module("smolvm.facade"), name, None)
    if build is None or not set(arguments) <= set(inspect.signature(build).parameters):
        return None
    return lambda: build(**arguments)
