"""Where a variable comes from: puts together what the engine would, for one host, and asks it."""

from collections.abc import Iterator, Sequence
from pathlib import Path

from smolrun.cli.loading.inventories import read_inventory
from smolrun.cli.loading.loading import load_settings
from smolrun.cli.options.extra_variables import read_extra_variables
from smolrun.cli.options.flags import InventoryFlags
from smolrun.cli.secrets.vault_passwords import vault_secrets
from smolrun.diagnostic import Diagnostic, Severity
from smolrun.engine.options import RunOptions
from smolrun.engine.variables.explain import Explainer, Setter, play_folder
from smolrun.engine.variables.files import VariableFiles
from smolrun.engine.variables.host_variables import HostLayers
from smolrun.engine.variables.layers import Layer
from smolrun.engine.variables.magic import run_variables
from smolrun.engine.variables.play_scope import PlayScope
from smolrun.engine.variables.store import Memory
from smolrun.errors import SmolVMError, UsageError
from smolrun.inventory.host import Host
from smolrun.inventory.inventory import Inventory
from smolrun.lazy_dataclass import dataclass
from smolrun.location import Location
from smolrun.playbook.loader import load_playbook
from smolrun.playbook.models import Play, Playbook
from smolrun.playbook.suggestion import did_you_mean
from smolrun.source.vault import VaultSecrets
from smolrun.templating.templar import Templar


@dataclass(frozen=True)
class Explained:
    """Attributes:
    title: the play, for people; None outside of any.
    place: of the play.
    setters: the strongest first.
    """

    title: str | None
    place: Location | None
    setters: tuple[Setter, ...]


class Explaining:
    """Loads an inventory and, maybe, a playbook.

    Attributes:
        warnings: what could not be known.

    Raises:
        LoadError: something does not load.
        UsageError: there is no such host.
    """

    def __init__(self, flags: InventoryFlags, path: str | None) -> None:
        self.warnings: list[Diagnostic] = list(flags.configuration_warnings)
        self._vault: VaultSecrets | None = vault_secrets(flags)
        self._extra = read_extra_variables(flags.extra_vars, self._vault)
        self._inventory = read_inventory(flags, {}, self._vault)
        self._playbook: Playbook | None = None
        if path is not None:
            settings = load_settings(flags, self._extra)
            self._playbook, _ = load_playbook(path, vault=self._vault, settings=settings)
        own = self._playbook.extensions.functions if self._playbook is not None else None
        self._templar = Templar(vault=self._vault, own=own)

    def explain(self, host: str, name: str) -> Iterator[Explained]:
        """Who sets a variable: in each play of the playbook that is for the host, or outside of any play."""
        if self._playbook is None:
            found = self._host(self._inventory, host)
            layers, memory = self._layers(self._inventory)
            yield Explained(None, None, Explainer(layers, memory, found).outside(name))
            return
        for play in self._playbook.plays:
            folder = play_folder(play, self._playbook.path)
            inventory = self._inventory.for_playbook(folder)
            found = self._host(inventory, host)
            everyone = [each.name for each in inventory.select(self._patterns(play))]
            if host in everyone:
                yield self._in_play(play, folder, inventory, found, everyone, name)

    def _in_play(
        self, play: Play, folder: Path, inventory: Inventory, host: Host, everyone: Sequence[str], name: str
    ) -> Explained:
        layers, memory = self._layers(inventory)
        title = self._shown(play.name) if play.name else ",".join(map(str, play.hosts))
        scope = PlayScope(layers, play, title, folder, lambda: list(everyone), lambda: list(everyone), everyone)
        files = self._files(play, folder, scope, host.name)
        setters = Explainer(layers, memory, host).in_play(name, play, scope, files)
        return Explained(title, play.location, setters)

    def _files(self, play: Play, folder: Path, scope: PlayScope, host: str) -> tuple[Layer, ...]:
        """The variables files of a play, as far as their names can be known before the run."""
        files = VariableFiles(self._templar, self._vault)
        found: list[Layer] = []
        for written in play.vars_files:
            try:
                found += files.layers([written], folder, scope.of(host))
            except SmolVMError as error:
                message = f"this variables file is left out: {error.message}"
                self.warnings.append(Diagnostic(Severity.WARNING, "vars-files", message, error.location, error.hint))
        scope.add_files(host, tuple(found))
        return tuple(found)

    def _layers(self, inventory: Inventory) -> tuple[HostLayers, Memory]:
        memory = Memory()
        common = run_variables(RunOptions(), inventory.group_hosts(), None, inventory.sources)
        return HostLayers(inventory, memory, common, self._extra), memory

    def _patterns(self, play: Play) -> list[str]:
        return [self._shown(pattern) for pattern in play.hosts]

    def _shown(self, text: object) -> str:
        try:
            return self._templar.render_text(text, self._extra)
        except SmolVMError:
            return str(text)  # known only when it runs

    @staticmethod
    def _host(inventory: Inventory, name: str) -> Host:
        found = inventory.host(name)
        if found is None:
            raise UsageError(f"{name!r} is not in the inventory", hint=did_you_mean(name, inventory.hosts))
        return found
