"""The lines of a crontab (crontab(5)), each job below a comment that names it, as Ansible writes them."""

from collections.abc import Sequence

MARK = "#Ansible: "


def jobs(lines: Sequence[str]) -> list[str]:
    """The names of the jobs."""
    return [line.removeprefix(MARK) for line in lines if line.startswith(MARK)]


def variables(lines: Sequence[str]) -> list[str]:
    """The names of the environment variables."""
    return [name for line in lines if (name := _variable(line)) is not None]


def _variable(line: str) -> str | None:
    name, separator, _ = line.partition("=")
    name = name.strip()
    return name if separator and name.isidentifier() else None


def with_job(lines: Sequence[str], name: str, job: str) -> list[str]:
    """The job of that name is that line; a new one comes last."""
    result, place = list(lines), _place(lines, name)
    if place is None:
        return [*result, f"{MARK}{name}", job]
    result[place + 1 : place + 2] = [job]
    return result


def without_job(lines: Sequence[str], name: str) -> list[str]:
    """No job has that name."""
    result = list(lines)
    while (place := _place(result, name)) is not None:
        del result[place : place + 2]
    return result


def _place(lines: Sequence[str], name: str) -> int | None:
    return next((place for place, line in enumerate(lines) if line == f"{MARK}{name}"), None)


def with_variable(lines: Sequence[str], name: str, value: str, *, after: str | None, before: str | None) -> list[str]:
    """The environment variable has that value; a new one stands first, or beside another.

    Raises:
        KeyError: there is no variable of the name `after` or `before`.
    """
    result, line = list(lines), f'{name}="{value}"'
    for place, found in enumerate(result):
        if _variable(found) == name:
            result[place] = line
            return result
    beside = after or before
    if beside is None:
        return [line, *result]
    for place, found in enumerate(result):
        if _variable(found) == beside:
            result.insert(place + (1 if after else 0), line)
            return result
    raise KeyError(beside)


def without_variable(lines: Sequence[str], name: str) -> list[str]:
    return [line for line in lines if _variable(line) != name]
