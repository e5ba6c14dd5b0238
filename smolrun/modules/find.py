"""``find``: the files in folders of the guest that are as asked for."""

import fnmatch
import hashlib
import posixpath
import re
import stat as bits
from collections.abc import Iterable, Iterator, Sequence
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, AliasChoices, Field, model_validator

from smolrun.errors import ModuleError
from smolrun.modules.base import Arguments, Module, ModuleResult, TaskContext, mistake
from smolrun.modules.commands.quoting import quoted
from smolrun.modules.files.listing import Entry, Listing, list_folders, read_files
from smolrun.modules.files.modes import final_mode
from smolrun.modules.guest import script_text
from smolrun.source.coercions import Boolean, FileMode, Integer, Text, TextList
from smolrun.source.regular_expressions import compiled

AGES = {"s": 1, "m": 60, "h": 3600, "d": 86400, "w": 604800}
SIZES = {"b": 1, "k": 1024, "m": 1024**2, "g": 1024**3, "t": 1024**4}


def _amount(text: str, units: dict[str, int], what: str) -> float:
    match = re.fullmatch(rf"(-?\d+)([{''.join(units)}]?)", text.strip().lower())
    if match is None:
        raise mistake(f"'{text}' is no {what}: a number, and one of {', '.join(units)} for its unit")
    return int(match[1]) * units[match[2] or next(iter(units))]


def _is_age(text: str) -> str:
    _amount(text, AGES, "age")
    return text


def _is_size(text: str) -> str:
    _amount(text, SIZES, "size")
    return text


class FindArguments(Arguments):
    """List the files in folders of the guest by name, age, size, mode or content.

    Example:
        ```yaml
        - find:
            paths: /var/log
            patterns: "*.gz,*.old"
            age: 4w
            recurse: true
          register: logs
        - file:
            path: "{{ item.path }}"
            state: absent
          loop: "{{ logs.files }}"
        ```

    Returns: ``files`` (each with ``path``, ``mode``, ``size``, ``uid``, ``gid``, ``pw_name``, ``gr_name``, ``mtime``,
    ``atime``, ``ctime``, ``isreg``, ``isdir``, ``islnk``, … and, where asked, ``checksum``), sorted by path;
    ``matched``, ``examined``, ``skipped_paths``. Never ``changed``.

    The guest needs: ``find`` and ``stat`` (coreutils or BusyBox).
    """

    paths: TextList = Field(
        validation_alias=AliasChoices("paths", "name", "path"), description="The folders on the guest to look into"
    )
    patterns: TextList = Field(
        [],
        validation_alias=AliasChoices("patterns", "pattern"),
        description="What names have to match, one of: shell patterns, or with `use_regex` regular expressions",
    )
    excludes: TextList = Field(
        [],
        validation_alias=AliasChoices("excludes", "exclude"),
        description="What names must not match, in the same language",
    )
    use_regex: Boolean = Field(
        False, description="`patterns` and `excludes` are Python's regular expressions, matched from a name's beginning"
    )
    file_type: Literal["any", "directory", "file", "link"] = Field("file", description="What to look for")
    recurse: Boolean = Field(False, description="Look into the folders below, too")
    depth: Integer | None = Field(None, description="With `recurse`: how many levels deep")
    hidden: Boolean = Field(False, description="List names that begin with a dot, too")
    follow: Boolean = Field(False, description="With `recurse`: go into folders that links lead to")
    contains: Text | None = Field(
        None, description="A regular expression of Python's for files: what a line of theirs begins with"
    )
    read_whole_file: Boolean = Field(
        False, description="`contains` is looked for anywhere in the file as a whole, newlines included"
    )
    encoding: Text | None = Field(None, description="The encoding of the files that `contains` looks into; UTF-8")
    age: Annotated[Text, AfterValidator(_is_age)] | None = Field(
        None, description="At least so old, `-` before it: at most; in seconds, or with s, m, h, d or w"
    )
    age_stamp: Literal["atime", "ctime", "mtime"] = Field("mtime", description="Which time `age` is about")
    size: Annotated[Text, AfterValidator(_is_size)] | None = Field(
        None, description="At least so large, `-` before it: at most; in bytes, or with b, k, m, g or t"
    )
    mode: FileMode | None = Field(None, description="The permissions that it has to have")
    exact_mode: Boolean = Field(True, description="Exactly `mode`; else at least these permissions")
    get_checksum: Boolean = Field(False, description="Tell the hash of each file")
    checksum_algorithm: Literal["md5", "sha1", "sha224", "sha256", "sha384", "sha512"] = Field(
        "sha1",
        validation_alias=AliasChoices("checksum_algorithm", "checksum", "checksum_algo"),
        description="What the hash is made with",
    )
    limit: Integer | None = Field(None, description="List no more than so many")

    @model_validator(mode="after")
    def _can_be_looked_for(self) -> "FindArguments":
        if not self.paths:
            raise mistake("`paths` is empty: where is to be looked?")
        if self.mode == "preserve":
            raise mistake("`mode: preserve` has no meaning here")
        for pattern in [*(self.patterns + self.excludes if self.use_regex else ()), self.contains or ""]:
            try:
                compiled(pattern)
            except ValueError as error:
                raise mistake(f"'{pattern}' is not a regular expression of Python's: {error}") from None
        return self


def run(arguments: FindArguments, task: TaskContext) -> ModuleResult:
    listing = list_folders(
        task, arguments.paths, deep=arguments.recurse, depth=arguments.depth, follow=arguments.follow
    )
    files = [entry for entry in listing.entries if _matches(arguments, entry, listing)]
    checksums: dict[str, str] = {}
    if arguments.contains is not None and arguments.file_type == "file":
        files = _containing(arguments, arguments.contains, files, checksums, task)
    limited = arguments.limit is not None and len(files) > arguments.limit
    files = files[: arguments.limit] if limited else files
    if arguments.get_checksum:
        checksums |= _checksums(
            arguments, [file for file in files if file.is_file and file.path not in checksums], task
        )
    warnings = [f"skipped {folder}: {why}" for folder, why in listing.skipped.items()] + list(listing.complaints[:5])
    return ModuleResult(
        msg=_message(listing, limited=limited),
        values={
            "files": [values(file, checksums.get(file.path)) for file in files],
            "matched": len(files),
            "examined": len(listing.entries),
            "skipped_paths": listing.skipped,
        },
        warnings=tuple(warnings),
    )


def _message(listing: Listing, *, limited: bool) -> str:
    if listing.skipped:
        return "Not all paths examined, check warnings for details"
    return "Limit of matches reached" if limited else "All paths examined"


def _matches(arguments: FindArguments, entry: Entry, listing: Listing) -> bool:
    """All that can be said without looking into the file."""
    kinds = {"any": True, "file": entry.is_file, "directory": entry.is_folder, "link": entry.is_link}
    return (
        kinds[arguments.file_type]
        and (arguments.hidden or not entry.name.startswith("."))
        and _named(arguments, entry.name)
        and _aged(arguments, entry, listing.now)
        and (arguments.file_type != "file" or _sized(arguments, entry))
        and _permitted(arguments, entry)
        and _deep_enough(arguments, entry, listing)
    )


def _named(arguments: FindArguments, name: str) -> bool:
    def one_of(patterns: Sequence[str]) -> bool:
        if arguments.use_regex:
            return any(re.match(pattern, name) for pattern in patterns)
        return any(fnmatch.fnmatchcase(name, pattern) for pattern in patterns)

    return (not arguments.patterns or one_of(arguments.patterns)) and not one_of(arguments.excludes)


def _aged(arguments: FindArguments, entry: Entry, now: float) -> bool:
    if arguments.age is None:
        return True
    wanted = _amount(arguments.age, AGES, "age")
    age = now - {"atime": entry.atime, "mtime": entry.mtime, "ctime": entry.ctime}[arguments.age_stamp]
    return age >= wanted if wanted >= 0 else age <= -wanted


def _sized(arguments: FindArguments, entry: Entry) -> bool:
    if arguments.size is None:
        return True
    wanted = _amount(arguments.size, SIZES, "size")
    return entry.size >= wanted if wanted >= 0 else entry.size <= -wanted


def _permitted(arguments: FindArguments, entry: Entry) -> bool:
    if arguments.mode is None:
        return True
    wanted = final_mode(arguments.mode, entry.mode, directory=entry.is_folder, umask=0)
    return entry.mode == wanted if arguments.exact_mode else entry.mode & wanted == wanted


def _deep_enough(arguments: FindArguments, entry: Entry, listing: Listing) -> bool:
    if not arguments.recurse or not arguments.depth:
        return True
    below = posixpath.relpath(entry.path, listing.folders[entry.folder])
    return below.count("/") < arguments.depth


def _containing(
    arguments: FindArguments, pattern: str, files: Iterable[Entry], checksums: dict[str, str], task: TaskContext
) -> list[Entry]:
    """Those whose content matches; their hashes are made on the way."""
    found = []
    for file, content in read_files(task, list(files), quick=True):
        if content is None:
            continue
        try:
            text = content.decode(arguments.encoding or "utf-8", "surrogateescape")
        except LookupError:
            raise ModuleError(f"there is no encoding '{arguments.encoding}'") from None
        except UnicodeError:  # not a text in this encoding, and so not one that matches
            continue
        if _holds(pattern, text, whole=arguments.read_whole_file):
            found.append(file)
            if arguments.get_checksum:
                checksums[file.path] = hashlib.new(
                    arguments.checksum_algorithm, content, usedforsecurity=False
                ).hexdigest()
    return found


def _holds(pattern: str, text: str, *, whole: bool) -> bool:
    if whole:
        return re.search(pattern, text) is not None
    return any(re.match(pattern, line) for line in text.splitlines(keepends=True))


def _checksums(arguments: FindArguments, files: Sequence[Entry], task: TaskContext) -> dict[str, str]:
    if not files:
        return {}
    lines = "".join(f"tell_digest {quoted(file.path)}\n" for file in files)
    result = task.guest.script(f"algorithm={arguments.checksum_algorithm}\n{script_text('digests')}\n{lines}")
    if not result.ok:
        raise ModuleError(
            f"`{arguments.checksum_algorithm}sum` is not installed on {task.host}", hint="or leave out `get_checksum`"
        )
    digests = result.stdout.split("\n")
    return {file.path: digest for file, digest in zip(files, digests, strict=False) if digest != "-"}


def values(entry: Entry, checksum: str | None) -> dict[str, Any]:
    """The keys that Ansible gives each file."""
    return {
        "path": entry.path,
        "mode": f"{entry.mode:04o}",
        **dict(_kinds(entry)),
        "uid": entry.uid,
        "gid": entry.gid,
        "size": entry.size,
        "inode": entry.inode,
        "dev": entry.device,
        "nlink": entry.links,
        "atime": entry.atime,
        "mtime": entry.mtime,
        "ctime": entry.ctime,
        "pw_name": entry.owner,
        "gr_name": entry.group,
        **{name: bool(entry.mode & bit) for name, bit in _PERMISSIONS.items()},
        **({"checksum": checksum} if checksum is not None else {}),
    }


def _kinds(entry: Entry) -> Iterator[tuple[str, bool]]:
    for name, test in (
        ("isdir", bits.S_ISDIR), ("ischr", bits.S_ISCHR), ("isblk", bits.S_ISBLK), ("isreg", bits.S_ISREG),
        ("isfifo", bits.S_ISFIFO), ("islnk", bits.S_ISLNK), ("issock", bits.S_ISSOCK),
    ):  # fmt: skip
        yield name, test(entry.raw_mode)


_PERMISSIONS = {
    "wusr": bits.S_IWUSR, "rusr": bits.S_IRUSR, "xusr": bits.S_IXUSR, "wgrp": bits.S_IWGRP, "rgrp": bits.S_IRGRP,
    "xgrp": bits.S_IXGRP, "woth": bits.S_IWOTH, "roth": bits.S_IROTH, "xoth": bits.S_IXOTH, "isuid": bits.S_ISUID,
    "isgid": bits.S_ISGID,
}  # fmt: skip

MODULE = Module(FindArguments, run, check_mode="always")
