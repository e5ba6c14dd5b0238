"""``unarchive``: what is in an archive, onto the guest."""

import secrets
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from smolrun.errors import ModuleError
from smolrun.modules.archives import local
from smolrun.modules.archives.arguments import UnarchiveArguments
from smolrun.modules.archives.members import (
    Member,
    refuse_dangerous,
    selected,
    stripped,
    with_implied_folders,
)
from smolrun.modules.archives.on_guest import GuestArchive, Listing, listing_of, pattern_of
from smolrun.modules.archives.options import Meaning, meaning_of
from smolrun.modules.archives.place import Place, look
from smolrun.modules.archives.unpacking import Unpacking
from smolrun.modules.base import Module, ModuleResult, TaskContext
from smolrun.modules.commands.quoting import command_line, quoted
from smolrun.modules.files.content import Content
from smolrun.modules.files.source import find, local_content
from smolrun.modules.files.state import PathState, facts_in
from smolrun.modules.files.writing import checked
from smolrun.modules.get_url import GetUrlArguments
from smolrun.modules.get_url import run as get_url
from smolrun.modules.guest import script_text
from smolrun.modules.system.asking import perform


def run(arguments: UnarchiveArguments, task: TaskContext) -> ModuleResult:
    if not arguments.on_guest:
        source = find(task, "files", arguments.src)
        return _from_here(arguments, task, local_content(source, task, decrypt=arguments.decrypt), str(source))
    if "://" not in arguments.src:
        return _from_guest(arguments, task, arguments.src)
    look(task, arguments.dest, [], hashes=False)
    with _folder(task) as folder:
        path = f"{folder}/archive"
        given = {"url": arguments.src, "dest": path, "validate_certs": arguments.validate_certs}
        done = get_url(GetUrlArguments.model_validate(given), replace(task, check_mode=False))
        if done.failed:
            return replace(done, msg=f"Failure downloading {arguments.src}, {done.msg}")
        return _from_guest(arguments, task, path)


@contextmanager
def _folder(task: TaskContext) -> Iterator[str]:
    """A private folder on the guest for as long as it is needed."""
    name = f".smolrun-{secrets.token_hex(8)}"
    text = f"name={name}\ndirectory=yes\n{script_text('state', 'attributes', 'tempfile')}"
    result = task.guest.script(text)
    checked(task, result, "a temporary folder")
    path = dict(part.split("=", 1) for part in result.stdout.split("\0") if "=" in part)["path"]
    try:
        yield path
    finally:
        perform(task, [["rm", "-rf", "--", path]], about="removing a temporary folder")


# --- archives of the controller ---


def _from_here(arguments: UnarchiveArguments, task: TaskContext, content: Content, shown_as: str) -> ModuleResult:
    with local.opened(content, shown_as) as archive:
        if archive is not None:
            of_zip = isinstance(archive, local.ZipArchive)
            meaning = meaning_of(arguments.extra_opts, of_zip=of_zip)
            if meaning is not None:
                return _unpack_from_here(arguments, task, archive, meaning, shown_as)
    # Only the guest's own tools know what is meant.
    with _folder(task) as folder:
        path = f"{folder}/archive"
        task.guest.put(content.source, path)
        done = _from_guest(arguments, task, path)
        return replace(done, values={**done.values, "src": shown_as})


def _unpack_from_here(
    arguments: UnarchiveArguments,
    task: TaskContext,
    archive: local.TarArchive | local.ZipArchive,
    meaning: Meaning,
    shown_as: str,
) -> ModuleResult:
    exclude = [*arguments.exclude, *meaning.exclude]
    of_zip = isinstance(archive, local.ZipArchive)
    members = _named(selected(archive.members(), arguments.include, exclude, zip_rules=of_zip), meaning)
    place, _ = look(task, arguments.dest, members, creates=arguments.creates)
    if place is None:
        return _skipped(arguments)
    refuse_dangerous(members, place.folder.path)
    work = Unpacking(
        arguments, task, place, archive.handler, shown_as, _expected(place, members, meaning, of_zip=of_zip)
    )

    def same(member: Member, state: PathState) -> bool:
        return local.digest(archive, member, place.reading.algorithm) == state.digest

    due = work.due(same)

    def unpack() -> None:
        with tempfile.TemporaryDirectory(prefix="smolrun-") as folder:
            packed = Path(folder) / "packed.tar.gz"
            parts = [member for member in due if not member.implied]
            local.repack(archive, parts, packed, zone=place.zone, umask=place.reading.umask)
            flags = [*(["-o"] if meaning.own else []), *(["-p"] if of_zip or meaning.exact_modes else [])]
            words = command_line([place.folder.path, *flags])
            work.change(
                f"{script_text('room', 'archive')}\nneed tar\nneed gzip\nunpack_stdin {words}\n", due, stdin=packed
            )

    return work.finish(due, unpack)


def _expected(place: Place, members: Sequence[Member], meaning: Meaning, *, of_zip: bool) -> list[Member]:
    exact = of_zip or meaning.exact_modes
    found = [replace(one, uid=None, gid=None, owner="", group="") if meaning.own else one for one in members]
    return [place.expected(one, exact_modes=exact) for one in found]


def _named(members: list[Member], meaning: Meaning) -> list[Member]:
    if meaning.strip is None:
        return [replace(one, name=one.name.rpartition("/")[2]) for one in members if one.kind != "directory"]
    return with_implied_folders(stripped(members, meaning.strip))


# --- archives of the guest ---


def _from_guest(arguments: UnarchiveArguments, task: TaskContext, path: str) -> ModuleResult:
    written = GuestArchive(path, arguments.extra_opts, arguments.include, arguments.exclude)
    more = f"{written.lines()}tell_archive\n"
    place, _ = look(task, arguments.dest, [], creates=arguments.creates, more=more, hashes=False)
    if place is None:
        return _skipped(arguments)
    listing = listing_of(dict(place.facts))
    of_zip = listing.kind == "zip"
    meaning = meaning_of(arguments.extra_opts, of_zip=of_zip) or Meaning()
    archive = written
    if listing.tar == "GNU":  # has told what is left of it, and of its names
        members = _named(list(listing.members), replace(meaning, strip=0))
    else:
        exclude = [*arguments.exclude, *meaning.exclude]
        chosen = selected(listing.members, arguments.include, exclude, zip_rules=of_zip)
        members = _named(chosen, meaning)
        archive = _limited(written, listing, chosen)
    if of_zip:
        members = _with_targets(task, archive, members)
    refuse_dangerous(members, place.folder.path)
    return _unpack_on_guest(arguments, task, archive, listing, members, meaning)


def _with_targets(task: TaskContext, archive: GuestArchive, members: list[Member]) -> list[Member]:
    """With where the links of a zip point, which is their content."""
    links = [member for member in members if member.kind == "link"]
    if not links:
        return members
    text = script_text("state", "attributes") + archive.lines() + "find_kind\n"
    text += "".join(f"tell_packed_link {quoted(quoted(pattern_of(member.stored)))}\n" for member in links)
    result = task.guest.script(text)
    checked(task, result, archive.path)
    targets = dict(zip((member.stored for member in links), (text for _, text in facts_in(result)), strict=True))
    return [replace(member, target=targets.get(member.stored, "")) for member in members]


def _limited(archive: GuestArchive, listing: Listing, chosen: Sequence[Member]) -> GuestArchive:
    """So that the guest's tool takes the chosen members and no others."""
    if listing.kind == "zip" or not (archive.include or archive.exclude):
        return archive
    names = [pattern_of(member.stored) for member in chosen if member.kind != "directory"]
    return replace(archive, options=[*archive.options, *names])


def _unpack_on_guest(
    arguments: UnarchiveArguments,
    task: TaskContext,
    archive: GuestArchive,
    listing: Listing,
    members: Sequence[Member],
    meaning: Meaning,
) -> ModuleResult:
    of_zip = listing.kind == "zip"
    script = archive.lines() + "find_kind\n"
    with_content = [member for member in members if _has_content(member, of_zip=of_zip)]
    names = command_line(f"./{member.name}" for member in with_content)
    more = f"{script}tell_contents {names}\n" if with_content else ""
    place, _ = look(task, arguments.dest, members, more=more, hashes=False)
    assert place is not None  # there was no `creates` to look for
    told = dict(place.facts)
    same = told.get("packed") == told.get("unpacked") and (not with_content or "packed" in told)
    expected = _expected(place, members, meaning, of_zip=of_zip)
    work = Unpacking(arguments, task, place, listing.handler, arguments.src, expected)
    # Where newer files stay, their content cannot be compared with all the rest; that of the others has its time.
    due = work.due(lambda member, state: same or arguments.keep_newer)
    if arguments.keep_newer and due and listing.kind == "tar" and listing.tar != "GNU":
        raise ModuleError(f"`keep_newer` needs the tar of GNU on {task.host}")
    flags = (
        [] if of_zip else [*(["--keep-newer-files"] if arguments.keep_newer else []), *(["-o"] if meaning.own else [])]
    )

    def unpack() -> None:
        folder = quoted(place.folder.path)
        lines = f"find_digest\n{script}unpack_archive {folder} {command_line(flags)}\n"
        # A tar that is given names would take a folder with all that is in it, so no folder is among them.
        limited = not of_zip and listing.tar != "GNU" and bool(arguments.include or arguments.exclude)
        work.change(lines + (_folders(place, due) if limited else ""), due)

    return work.finish(due, unpack)


def _folders(place: Place, due: Sequence[Member]) -> str:
    """The ``sh`` (after attributes.sh) that makes folders, which has to be done by hand."""
    lines = f"cd -- {quoted(place.folder.path)} || refuse unpack\n"
    for member in due:
        if member.kind == "directory" and not member.implied:
            owner = member.owner if member.owner in place.users else ""
            group = member.group if member.group in place.groups else ""
            words = command_line([f"./{member.name}", owner, group, f"{member.mode or 0o755:04o}"])
            lines += f"mkdir -p -- {quoted('./' + member.name)} || refuse unpack\nset_attributes {words}\n"
    return lines


def _has_content(member: Member, *, of_zip: bool) -> bool:
    return (member.kind == "file" and not member.same_as) or (of_zip and member.kind == "link")


def _skipped(arguments: UnarchiveArguments) -> ModuleResult:
    return ModuleResult(skipped=True, msg=f"skipped, since {arguments.creates} exists")


MODULE = Module(UnarchiveArguments, run)
