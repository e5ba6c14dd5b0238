"""The lines of a known_hosts file of the guest, as a module changes them."""

from collections.abc import Sequence

from smolrun.ssh.known_hosts import KnownKey, hash_name, parse_line


def names(entry: KnownKey, host: str) -> bool:
    """Whether a line is about this host, by a name or the hash of one; patterns do not count."""
    if entry.names.startswith("|"):
        return entry.covers(host)
    return host in entry.names.lower().split(",")


def hashed(entry: KnownKey, line: str, host: str) -> str:
    """The line with the hash of the host instead of its names."""
    return line.replace(entry.names, hash_name(host), 1)


def with_key(lines: Sequence[str], host: str, key: str, *, hash_host: bool) -> list[str]:
    """The lines, of which one is `key`: in the place of another key of its type and host, or at the end.

    Raises:
        ValueError: it is no line of such a file.
    """
    wanted = parse_line(key)
    if wanted is None:
        raise ValueError(key)
    new = hashed(wanted, key, host) if hash_host else key
    result, placed = [], False
    for line in lines:
        entry = parse_line(line)
        if (
            entry is None
            or not names(entry, host)
            or (entry.marker, entry.key_type) != (wanted.marker, wanted.key_type)
        ):
            result.append(line)
        elif not placed:
            right = entry.blob == wanted.blob and entry.names.startswith("|") == hash_host
            result.append(line if right else new)
            placed = True
    return result if placed else [*result, new]


def without(lines: Sequence[str], host: str, key: str | None) -> list[str]:
    """The lines without those of the host; with `key` only without that one."""
    wanted = parse_line(key) if key else None

    def goes(line: str) -> bool:
        entry = parse_line(line)
        return entry is not None and names(entry, host) and (wanted is None or entry.blob == wanted.blob)

    return [line for line in lines if not goes(line)]
