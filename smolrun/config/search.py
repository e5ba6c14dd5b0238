"""Which configuration files hold: one of ours, and one ``ansible.cfg``."""

from collections.abc import Iterator, Mapping
from pathlib import Path

from smolrun.diagnostic import Diagnostic, Severity
from smolrun.lazy_dataclass import dataclass
from smolrun.source.files import everyone_may_write

_TABLE = "[tool.smolrun"


@dataclass(frozen=True)
class Surroundings:
    """Where a program was started; handed in, so that nothing hidden decides.

    Attributes:
        environment: its variables.
        folder: its working directory.
        home: of its user.
        system: what holds ``ansible/ansible.cfg`` for everyone.
    """

    environment: Mapping[str, str]
    folder: Path
    home: Path
    system: Path = Path("/etc")

    def shown(self, path: Path) -> str:
        """A path as people know it: relative to the working directory where it is below it."""
        return str(path.relative_to(self.folder)) if path.is_relative_to(self.folder) else str(path)


def ansible_file(around: Surroundings) -> tuple[Path | None, list[Diagnostic]]:
    """The ``ansible.cfg`` that counts, found in Ansible's order, and what is to be told about the others.

    The order (docs.ansible.com, "Ansible Configuration Settings", "The configuration file"): ``ANSIBLE_CONFIG``,
    the working directory unless everyone may write to it, ``~/.ansible.cfg``, ``/etc/ansible/ansible.cfg``.
    """
    named = around.environment.get("ANSIBLE_CONFIG")
    candidates: list[Path] = []
    if named:
        path = around.folder / Path(named).expanduser()
        candidates.append(path / "ansible.cfg" if path.is_dir() else path)
    candidates += [around.home / ".ansible.cfg", around.system / "ansible" / "ansible.cfg"]
    here = around.folder / "ansible.cfg"
    warnings: list[Diagnostic] = []
    if here.is_file() and (not named or not candidates[0].is_file()):
        if not everyone_may_write(around.folder):
            return here, warnings
        warnings.append(_ignored(here.name, "it could come from anybody; ANSIBLE_CONFIG=./ansible.cfg insists"))
    return next((path for path in candidates if path.is_file()), None), warnings


def own_file(around: Surroundings) -> tuple[Path | None, list[Diagnostic]]:
    """Our own file that counts: ``SMOLRUN_CONFIG``, ``smolrun.toml``, ``pyproject.toml`` if it has a table
    ``[tool.smolrun]``, both in the working directory; ``smolrun/smolrun.toml`` in the user's folder of configurations.
    """
    named = around.environment.get("SMOLRUN_CONFIG")
    if named:
        return around.folder / Path(named).expanduser(), []
    here = list(_in_folder(around.folder))
    warnings: list[Diagnostic] = []
    if here and everyone_may_write(around.folder):
        hint = "it could come from anybody; SMOLRUN_CONFIG names a file in spite of that"
        warnings = [_ignored(path.name, hint) for path in here]
    elif here:
        if len(here) > 1:
            warnings.append(
                Diagnostic(Severity.WARNING, "configuration-file",
                           "[tool.smolrun] of pyproject.toml has no effect beside smolrun.toml")
            )  # fmt: skip
        return here[0], warnings
    folder = Path(around.environment.get("XDG_CONFIG_HOME") or around.home / ".config")
    of_user = folder / "smolrun" / "smolrun.toml"
    return of_user if of_user.is_file() else None, warnings


def _in_folder(folder: Path) -> Iterator[Path]:
    own, project = folder / "smolrun.toml", folder / "pyproject.toml"
    if own.is_file():
        yield own
    if project.is_file() and _TABLE in project.read_text("utf-8", "replace"):
        yield project


def _ignored(name: str, hint: str) -> Diagnostic:
    message = f"{name} is ignored, because everyone may write to its folder"
    return Diagnostic(Severity.WARNING, "configuration-file", message, None, hint)
