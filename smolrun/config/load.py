"""Reading the configuration from wherever it is, all mistakes at once."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from smolrun.config import kinds, unhonoured
from smolrun.config.configuration import Candidate, Configuration, configuration_of
from smolrun.config.ini_reader import IniValue, read_ini
from smolrun.config.origin import Origin, Source
from smolrun.config.search import Surroundings, ansible_file, own_file
from smolrun.config.settings import BY_KEY, BY_NAME, SETTINGS, Setting
from smolrun.config.toml_reader import key_places, read_toml
from smolrun.diagnostic import Diagnostic, Severity
from smolrun.errors import LoadError
from smolrun.location import Location, SourceFile
from smolrun.playbook.suggestion import MISSPELT, did_you_mean, near
from smolrun.source.files import read_source

OTHER_VARIABLES = frozenset({"SMOLRUN_CONFIG", "SMOLRUN_TRACEBACK"})
"""Variables of ours that are no settings."""


def load_configuration(around: Surroundings) -> Configuration:
    """Everything that the environment and the configuration files say.

    Raises:
        LoadError: with all mistakes of all of them.
    """
    loader = _Loader(around)
    loader.environment()
    loader.own_file()
    loader.ansible_file()
    if any(found.is_error for found in loader.found):
        raise LoadError(loader.found)
    return configuration_of(loader.candidates, loader.found, loader.files)


class _Loader:
    def __init__(self, around: Surroundings) -> None:
        self.candidates: list[tuple[str, Candidate]] = []
        self.found: list[Diagnostic] = []
        self.files: list[str] = []
        self._around = around

    # --- the environment ---

    def environment(self) -> None:
        known = {setting.variable for setting in SETTINGS} | OTHER_VARIABLES
        for setting in SETTINGS:
            self._variable(setting, setting.variable, Source.ENVIRONMENT, own=True)
            for name in setting.variables:
                self._variable(setting, name, Source.ANSIBLE_ENVIRONMENT, own=False)
        for name, text in self._around.environment.items():
            entry = unhonoured.BY_VARIABLE.get(name)
            if entry is not None and not entry.harmless(text):
                self._warn("configuration-ignored", f"{name} has no effect", _in_environment(name, text)[0], entry.why)
            if name.startswith("SMOLRUN_") and name not in known:
                place = _in_environment(name, text)[0]
                self._warn("unknown-setting", f"{name} sets nothing", place, did_you_mean(name, known))

    def _variable(self, setting: Setting, name: str, source: Source, *, own: bool) -> None:
        text = self._around.environment.get(name, "")
        if text:
            _, place = _in_environment(name, text)
            self._take(setting, text, self._around.folder, Origin(source, name, place), own=own)

    # --- our own file ---

    def own_file(self) -> None:
        path, warnings = own_file(self._around)
        self.found += warnings
        if path is None:
            return
        try:
            file = self._read(path)
            table = ("tool", "smolrun") if path.name == "pyproject.toml" else ()
            self._table(path, file, table)
        except LoadError as error:
            self.found += error.diagnostics

    def _table(self, path: Path, file: SourceFile, table: tuple[str, ...]) -> None:
        values: Any = read_toml(file)
        for name in table:
            values = values.get(name, {})
        places = key_places(file, table)
        start = Location(file, 1, 1)
        if not isinstance(values, Mapping):
            self._error(f"[{'.'.join(table)}] has to be a table of settings", start)
            return
        for name, value in values.items():
            key, place = places.get(name, (start, start))
            setting = BY_NAME.get(name)
            if setting is None:
                hint = _as_ours(name) or did_you_mean(name, BY_NAME) or "smolrun config shows all settings"
                self._error(f"there is no setting '{name}'", key, hint)
                continue
            self._take(setting, value, path.parent, Origin(Source.FILE, name, place), own=True)

    # --- ansible.cfg ---

    def ansible_file(self) -> None:
        path, warnings = ansible_file(self._around)
        self.found += warnings
        if path is None:
            return
        try:
            file = self._read(path)
        except LoadError as error:
            self.found += error.diagnostics
            return
        values, mistakes = read_ini(file)
        self.found += mistakes
        for setting in SETTINGS:
            for key in setting.keys:
                if key in values and values[key].text:
                    self._of_ansible(setting, key, values[key], path.parent)
        for key, value in values.items():
            self._passed_over(key, value)

    def _of_ansible(self, setting: Setting, key: tuple[str, str], value: IniValue, folder: Path) -> None:
        # Ansible takes the paths of this list, alone among all, from the working directory.
        base = self._around.folder if setting.name == "vault_identity_list" else folder
        origin = Origin(Source.ANSIBLE_FILE, f"[{key[0]}] {key[1]}", value.location)
        self._take(setting, value.text, base, origin, own=False)

    def _passed_over(self, key: tuple[str, str], value: IniValue) -> None:
        entry = unhonoured.BY_KEY.get(key)
        if entry is not None:
            if not entry.harmless(value.text):
                self._warn("configuration-ignored", f"{key[1]} has no effect", value.key_location, entry.why)
            return
        section, name = key
        if key in BY_KEY or section != "defaults" or name in unhonoured.QUIET:
            return
        elsewhere = next((other for other, _ in BY_KEY.items() if other[1] == name), None)
        if elsewhere is not None:
            self._warn("unknown-setting", f"{name} has no effect in [defaults]", value.key_location,
                       f"it belongs into [{elsewhere[0]}]")  # fmt: skip
            return
        meant = near(name, [known for part, known in (*BY_KEY, *unhonoured.BY_KEY) if part == section], MISSPELT)
        if meant is not None:
            self._warn(
                "unknown-setting", f"there is no setting '{name}'", value.key_location, f"did you mean '{meant}'?"
            )

    # --- both ---

    def _read(self, path: Path) -> SourceFile:
        name = self._around.shown(path)
        self.files.append(name)
        return SourceFile(name, read_source(path).text)

    def _take(self, setting: Setting, written: Any, folder: Path, origin: Origin, *, own: bool) -> None:
        kind = setting.kind if own or setting.ansible_kind is None else setting.ansible_kind
        try:
            value = kind.read(written, folder)
        except ValueError as error:
            self._error(f"{origin.name}: {error}", origin.location)
            return
        if setting.kind is kinds.KEY_FILE and not value.is_file():
            # As ssh does; the agent's keys and the default ones may do.
            self._warn("missing-key-file", f"{origin.name}: there is no key file {value}", origin.location)
            return
        if setting.translate is not None and not own:
            value = setting.translate(value)
        self.candidates.append((setting.name, Candidate(value, origin)))

    def _error(self, message: str, location: Location | None, hint: str | None = None) -> None:
        self.found.append(Diagnostic(Severity.ERROR, "configuration", message, location, hint))

    def _warn(self, code: str, message: str, location: Location | None, hint: str | None = None) -> None:
        self.found.append(Diagnostic(Severity.WARNING, code, message, location, hint))


def _in_environment(name: str, text: str) -> tuple[Location, Location]:
    """The places of a variable and of its value, in a line that shows both."""
    file = SourceFile("<environment>", f"{name}={text}")
    start = len(name) + 2
    return Location(file, 1, 1, start - 1), Location(file, 1, start, start + len(text))


def _as_ours(name: str) -> str | None:
    """The hint for one who writes Ansible's name."""
    names: Iterator[str] = (setting.name for key, setting in BY_KEY.items() if key[1] == name)
    ours = next(names, None)
    return f"here it is called '{ours}'" if ours else None
