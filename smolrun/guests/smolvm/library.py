"""The package ``smolvm``: an optional one, without types of its own, so what is used of it is written down here."""

from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Any, Protocol

from smolrun.errors import SmolVMError
from smolrun.guests.ports import free_port
from smolrun.guests.smolvm.images import described
from smolrun.guests.smolvm.settings import SYSTEMS, SmolVMSettings

_OFFLINE = "a root file system and a kernel of one's own need no Internet: see 'image' and 'kernel' in docs/guests.md"


class MicroVM(Protocol):
    """A handle of ``smolvm.SmolVM``, as of version 0.0.36."""

    @property
    def vm_id(self) -> str: ...
    @property
    def info(self) -> Any: ...
    def start(self, boot_timeout: float) -> Any: ...
    def stop(self) -> Any: ...
    def delete(self) -> None: ...
    def close(self) -> None: ...


class Library:
    """SmolVM with the state that its command line keeps, so that both see each other's microVMs.

    Raises:
        SmolVMError: it is not installed.
    """

    def __init__(self) -> None:
        try:
            self._package = import_module("smolvm")
            self._folder: Path = import_module("smolvm.vm").resolve_data_dir(None)
            state = import_module("smolvm.cli.state")
        except ImportError as error:
            raise SmolVMError(
                f"the package smolvm cannot be used: {error}", hint="install it with: pip install 'smolrun[smolvm]'"
            ) from error
        self._state = state.create_cli_state_manager(self._folder / "smolvm.db")

    @property
    def default_key(self) -> Path:
        """The key that SmolVM makes for its own images."""
        return Path("~/.smolvm/keys/id_ed25519").expanduser()

    def reach(self, name: str, settings: SmolVMSettings | None = None) -> MicroVM:
        """A microVM that is there. Raises `SmolVMError`."""
        extra: dict[str, Any] = {}
        if settings is not None:
            extra = {"ssh_user": settings.user, "ssh_key_path": str(settings.key) if settings.key else None}
        return self._guarded(
            lambda: self._package.SmolVM.from_id(name, data_dir=self._folder, state_manager=self._state, **extra)
        )

    def exists(self, name: str) -> bool:
        """Whether SmolVM knows a microVM of that name."""
        return any(vm.vm_id == name for vm in self.all())

    def all(self) -> list[Any]:
        """Every microVM that SmolVM knows."""
        return list(self._state.list_vms())

    def create(self, vm_id: str, settings: SmolVMSettings, sockets: Path) -> MicroVM:
        """A new microVM, not yet started. Raises `SmolVMError`."""
        common: dict[str, Any] = {
            "data_dir": self._folder,
            "state_manager": self._state,
            "backend": None if settings.backend == "auto" else settings.backend,
            "qemu_machine": settings.machine,
            "ssh_user": settings.user,
            "ssh_key_path": str(settings.key) if settings.key else None,
            "comm_channel": "ssh",
        }
        if settings.is_path:
            return self._guarded(lambda: self._of_own_image(vm_id, settings, sockets, common))
        return self._guarded(lambda: self._of_their_image(vm_id, settings, sockets, common))

    def forget(self, vm_id: str) -> None:
        """Remove what SmolVM leaves behind of a microVM that it has deleted: the file that it locked to make it."""
        (self._folder / "locks" / f"{vm_id}.create.lock").unlink(missing_ok=True)

    def _of_own_image(self, vm_id: str, settings: SmolVMSettings, sockets: Path, common: dict[str, Any]) -> Any:
        image = self._package.BootImage(
            name=vm_id,
            rootfs_path=Path(settings.image or "").expanduser(),
            rootfs_format=settings.image_format,
            kernel_path=settings.kernel,
            initrd_path=settings.initrd,
            boot_args=settings.boot_args,
            backend=common["backend"],
            ssh_capable=True,
        )
        return self._package.SmolVM.from_image(
            image,
            vm_id=vm_id,
            vcpus=settings.vcpus,
            memory_mb=settings.memory or 512,
            disk_size_mb=settings.disk,
            port_forwards=[{"host_port": here or free_port(), "guest_port": there} for here, there in settings.ports]
            or None,
            socket_dir=sockets,
            **common,
        )

    def _of_their_image(self, vm_id: str, settings: SmolVMSettings, sockets: Path, common: dict[str, Any]) -> Any:
        if (found := described(vm_id, settings, common)) is not None:
            config, key = found
            rest = {name: value for name, value in common.items() if name != "ssh_key_path"}
            return self._package.SmolVM(config, ssh_key_path=key, socket_dir=sockets, **rest)
        common |= {"memory": settings.memory, "disk_size": settings.disk}
        if settings.image is None or settings.image in SYSTEMS:
            return self._package.SmolVM(os=settings.image, **common)
        return self._package.SmolVM(image=settings.image, **common)

    def _guarded(self, call: Callable[[], Any]) -> MicroVM:
        """Their errors as ours."""
        try:
            made: MicroVM = call()
        except (self._package.SmolVMError, ValueError, OSError, RuntimeError) as error:
            hint = _OFFLINE if "ownload" in str(error) else None
            raise SmolVMError(f"SmolVM: {error}", hint=hint) from error
        return made
