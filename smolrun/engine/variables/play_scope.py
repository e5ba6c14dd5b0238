"""The variables of the hosts of one play."""

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

from smolrun.connection.variables import Assumed
from smolrun.engine.variables.host_variables import HostLayers
from smolrun.engine.variables.layers import ComputedVariables, Layer, LayeredVariables
from smolrun.engine.variables.magic import play_variables
from smolrun.engine.variables.task_scope import NO_SCOPE, TaskScope, dependencies_of, role_names, roles_of
from smolrun.playbook.models import Play, TasksOfRole


class PlayScope:
    """Puts together the layers of a host at a task of this play.

    Args:
        hosts: the layers of each host that do not depend on the play.
        play: its ``vars``.
        name: its name.
        folder: of its playbook.
        active: gives the hosts of the play that can still do something.
        batch: gives those of them that go through it together.
        everyone: all hosts of the play.
    """

    def __init__(
        self,
        hosts: HostLayers,
        play: Play,
        name: str,
        folder: Path,
        active: Callable[[], list[str]],
        batch: Callable[[], list[str]],
        everyone: Iterable[str],
    ) -> None:
        self.hosts = hosts
        self.folder = folder
        all_hosts = list(everyone)
        self._magic: Layer = play_variables(name, folder) | {"ansible_play_hosts_all": all_hosts} | role_names(play)
        self._batch: Layer = ComputedVariables(
            {"ansible_play_hosts": active, "ansible_play_batch": batch, "play_hosts": batch}
        )
        self._play_vars: Layer = play.vars
        said = play.connection if isinstance(play.connection, str) and "{" not in play.connection else None
        self._assumed: Layer = {"ansible_connection": Assumed(said or hosts.connection)}
        self._files: dict[str, tuple[Layer, ...]] = {}
        self._revision = hosts.revision
        self._around: dict[str, tuple[tuple[Layer, ...], tuple[Layer, ...], tuple[Layer, ...]]] = {}
        self._public_vars: tuple[Layer, ...] = ()
        self._public_defaults: tuple[Layer, ...] = ()
        self.publish(block for block in roles_of(play) if block.role.public)

    def add_files(self, host: str, layers: tuple[Mapping[str, Any], ...]) -> None:
        """The contents of ``vars_files`` for a host, in the order they are listed."""
        self._files[host] = tuple(reversed(layers))
        self._around.pop(host, None)

    def of(self, host: str, scope: TaskScope = NO_SCOPE) -> LayeredVariables:
        """The variables of a host.

        Args:
            scope: what comes with the place of a task.
        """
        if self._revision != self.hosts.revision:
            self._revision = self.hosts.revision
            self._around.clear()
        around = self._around.get(host)
        if around is None:
            magic, extra, *taught = self.hosts.above(host)
            below = (*self._files.get(host, ()), self._play_vars, *self.hosts.below(host), self._assumed)
            around = self._around[host] = (self._batch, self._magic, magic, extra), (*taught,), below
        above, learned, below = around
        if scope is NO_SCOPE:
            return self.hosts.layered((*above, *learned, *self._public_vars, *below, *self._public_defaults))
        return self.hosts.layered(
            (
                scope.magic,
                *above,
                *scope.params,
                *learned,
                *scope.vars,
                *scope.role_vars,
                *self._public_vars,
                *below,
                *scope.defaults,
                *self._public_defaults,
            )
        )

    def publish(self, roles: Iterable[TasksOfRole]) -> None:
        """Let all tasks of the play see the vars and defaults of roles; those of later ones win."""
        for block in roles:
            for role in (*reversed(dependencies_of(block)), block.role):
                if role.variables:
                    self._public_vars = (role.variables, *self._public_vars)
                if role.defaults:
                    self._public_defaults = (role.defaults, *self._public_defaults)

    def without_host(self) -> LayeredVariables:
        """What the name of a play, its hosts, its tags and the names of its handlers may use."""
        return self.hosts.layered((self._magic, self.hosts.extra, self._play_vars))
