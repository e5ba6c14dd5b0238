"""One archive: whether it has what it would have by now, and how it gets it."""

import secrets
from collections.abc import Sequence
from dataclasses import replace

from smolrun.errors import ModuleError
from smolrun.lazy_dataclass import dataclass
from smolrun.modules.archives.members import listed
from smolrun.modules.archives.sources import Entry
from smolrun.modules.base import Diff, TaskContext
from smolrun.modules.commands.quoting import command_line
from smolrun.modules.files.state import PathState, Reading, facts_in
from smolrun.modules.files.writing import Attributes, Outcome, checked, mode_after, set_attributes, state_after
from smolrun.modules.guest import script_text

COMPRESSORS = {"gz": "gzip", "bz2": "bzip2", "xz": "xz", "zstd": "zstd"}
MEANWHILE = "a file was written to while it was packed"


@dataclass(frozen=True)
class Packing:
    """What is to be in an archive.

    Attributes:
        form: tar, zip, or file: one file, compressed alone.
        compress: the suffix of the format.
        tar: the guest's: GNU, bsd, or other.
        root: the folder that the names are below.
        now: what stands where the archive goes.
        in_place: its folder is among what is packed, and a new file in there would make another archive of it.
    """

    task: TaskContext
    reading: Reading
    form: str
    compress: str
    tar: str
    root: str
    entries: Sequence[Entry]
    now: PathState
    in_place: bool = False
    unsafe: bool = False

    def bring(self, wanted: Attributes) -> tuple[Outcome, tuple[str, ...]]:
        """The archive has what it should, or in check mode: whether it would be written; and warnings."""
        facts: dict[str, str] = {}
        if self.now.kind == "file" and self.now.size:
            facts = self._compare()
            if facts["old"] == facts["new"]:
                return set_attributes(self.task, self.reading, self.now, wanted), _warnings(facts)
        diffs = self._diff(facts) if self.task.diff_mode else ()
        mode = mode_after(self.now, wanted, self.reading)
        if self.task.check_mode:
            now = replace(self.now, kind="file", leads_to="file", mode=mode)
            return Outcome(
                True, replace(now, owner=wanted.owner or now.owner, group=wanted.group or now.group), diffs=diffs
            ), ()
        result = self.task.guest.script(
            f'{self._text()}\nwrite_archive\nstate_of "$target" no\n',
            {
                **self._settings(),
                "target": self.now.path,
                "temporary": self._temporary(),
                "owner": wanted.owner or "",
                "group": wanted.group or "",
                "mode": f"{mode:04o}",
                "keep": f"{self.now.uid}:{self.now.gid}" if self.now.kind == "file" else "",
                "in_place": "yes" if self.in_place else "",
                "unsafe": "yes" if self.unsafe else "",
            },
            stdin=self._names(),
        )
        state = state_after(self.task, result, self.now.path)
        return Outcome(True, state, diffs=diffs), _warnings(dict(facts_in(result)))

    def _temporary(self) -> str:
        folder = "/tmp" if self.in_place else self.now.path.rpartition("/")[0]  # noqa: S108  the guest's, and never through a link
        return f"{folder}/.smolrun-{secrets.token_hex(8)}{'.zip' if self.form == 'zip' else ''}"

    def _compare(self) -> dict[str, str]:
        scratch = f"/tmp/.smolrun-{secrets.token_hex(8)}"  # noqa: S108  the guest's, made by mkdir, which follows nothing
        lines = f'compare "$target" {scratch}\n'
        if self.task.diff_mode and self.form != "file":
            lines += 'list_old "$target"\n'
        settings = {**self._settings(), "target": self.now.path}
        result = self.task.guest.script(f"{self._text()}\n{lines}", settings, stdin=self._names())
        checked(self.task, result, self.now.path)
        return dict(facts_in(result))

    def _text(self) -> str:
        return script_text("state", "attributes", "pack")

    def _settings(self) -> dict[str, str]:
        tool = COMPRESSORS.get(self.compress)
        return {
            "form": self.form,
            "root": self.root or ".",
            "tar": self.tar,
            "empty": "" if self.entries else "yes",
            "source": self.entries[0].path if self.form == "file" else "",
            "compress": f"{tool} -c" if tool else "cat",
            "expand": f"{tool} -dc" if tool else "cat",
        }

    def _names(self) -> bytes:
        names = [entry.name for entry in self.entries]
        if self.form == "file":
            return b""
        if self.form == "zip":
            return _bytes("".join(f"{_one_line(name)}\n" for name in names))
        if self.tar == "other":
            return _bytes(command_line(names))
        return _bytes("".join(f"{name}\0" for name in names))

    def _diff(self, facts: dict[str, str]) -> tuple[Diff, ...]:
        """The names; and a hash each, since it may be that only what is in the files is other."""
        before = f"content: {facts['old']}\n" if "old" in facts else ""
        after = f"content: {facts['new']}\n" if "new" in facts else ""
        old = facts.get("names", "").splitlines()
        before += listed(sorted(name.rstrip("/") for name in old))
        after += listed(entry.name for entry in self.entries)
        return (Diff(before, after, self.now.path if self.now.exists else "", self.now.path),)


def _warnings(facts: dict[str, str]) -> tuple[str, ...]:
    return (MEANWHILE,) if "meanwhile" in facts else ()


def _one_line(name: str) -> str:
    if "\n" in name:
        raise ModuleError(f"zip cannot be told of a name with a line break in it: {name!r}")
    return name


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogateescape")
