"""Files of sections and options, edited line by line so that comments, order and spacing stay."""

import re
from collections.abc import Sequence

from smolrun.lazy_dataclass import dataclass
from smolrun.modules.files.lines import lines_with_ends


@dataclass(frozen=True)
class Wish:
    """What a file is to have, or not.

    Attributes:
        section: None or empty for what stands before the first section.
        option: None for the section as a whole.
        values: of the option, which then stands there once for each; None is an option without a value.
        exclusive: the option has no other values.
        tight: no blanks around the sign.
        same_spaced: a line that differs only in its blanks is right.
        revive: lines that are commented out count as lines of the option.
        having: options that the section must have, each with the values of which it has one (none: any); where no
            section of that name has them all, a new one is made with them.
    """

    section: str | None
    option: str | None
    values: tuple[str | None, ...]
    present: bool = True
    exclusive: bool = True
    tight: bool = False
    same_spaced: bool = False
    revive: bool = True
    having: tuple[tuple[str, tuple[str, ...]], ...] = ()


@dataclass(frozen=True)
class Edited:
    """The text, and what was done in the words of Ansible."""

    text: str
    msg: str


def edit_ini(text: str, wish: Wish) -> Edited:
    """The text as it is wished for."""
    lines = lines_with_ends(text)
    if lines and not lines[-1].endswith("\n"):
        lines[-1] += "\n"
    found = _section(lines, wish)
    if wish.option is None:
        edited, msg = _whole_section(lines, wish, found)
    elif found is None:
        edited, msg = _new_section(lines, wish)
    else:
        start, end = found
        body, msg = _options(lines[start:end], wish)
        edited = [*lines[:start], *body, *lines[end:]]
    return Edited("".join(edited) if msg else text, msg or "OK")


def _section(lines: Sequence[str], wish: Wish) -> tuple[int, int] | None:
    """Where the lines of a section begin, its heading left out, and end; None where there is no such section."""
    heads = [number for number, line in enumerate(lines) if line.startswith("[") and "]" in line]
    if not wish.section:
        return 0, heads[0] if heads else len(lines)
    heading = re.compile(rf"\[\s*{re.escape(wish.section.strip())}\s*\]")
    ends = [*heads[1:], len(lines)]
    for number, end in zip(heads, ends, strict=False):
        if heading.match(lines[number]) and _has(lines[number + 1 : end], wish.having):
            return number + 1, end
    return None


def _has(body: Sequence[str], having: Sequence[tuple[str, tuple[str, ...]]]) -> bool:
    def one(option: str, values: tuple[str, ...]) -> bool:
        matches = (_pattern(option).match(line.rstrip("\r\n")) for line in body)
        return any(match is not None and (not values or match["value"] in values) for match in matches)

    return all(one(option, values) for option, values in having)


def _whole_section(lines: list[str], wish: Wish, found: tuple[int, int] | None) -> tuple[list[str], str]:
    if wish.present:
        if found is not None or not wish.section:
            return lines, ""
        return [*lines, f"[{wish.section}]\n", *_conditions(wish)], "only section added"
    if found is None:
        return lines, ""
    start, end = found
    head = start - 1 if wish.section else start
    return ([*lines[:head], *lines[end:]], "section removed") if end > head else (lines, "")


def _new_section(lines: list[str], wish: Wish) -> tuple[list[str], str]:
    if not wish.present:
        return lines, ""
    head = [f"[{wish.section}]\n"]
    values = list(wish.values)
    if not wish.exclusive:  # what the section must have of the option is kept beside what is wished for
        values += [value for option, had in wish.having if option == wish.option for value in had]
    body = [*_conditions(wish), *(_line(wish, value) for value in dict.fromkeys(values))]
    return [*lines, *head, *body], "section and option added"


def _conditions(wish: Wish) -> list[str]:
    """The lines that a new section must have."""
    had = [(option, value) for option, values in wish.having if option != wish.option for value in values]
    return [_written(option, value, tight=wish.tight) for option, value in had]


def _line(wish: Wish, value: str | None) -> str:
    return _written(wish.option or "", value, tight=wish.tight)


def _written(option: str, value: str | None, *, tight: bool) -> str:
    if value is None:
        return f"{option}\n"
    return f"{option}={value}\n" if tight else f"{option} = {value}\n"


def _pattern(option: str) -> re.Pattern[str]:
    return re.compile(rf"(?P<off>[#;]?)[ \t]*{re.escape(option)}[ \t]*(?:=[ \t]*(?P<value>.*)|)$")


def _options(body: list[str], wish: Wish) -> tuple[list[str], str]:
    pattern = _pattern(wish.option or "")
    matches = {number: found for number, line in enumerate(body) if (found := pattern.match(line.rstrip("\r\n")))}
    active = {number: found for number, found in matches.items() if not found["off"]}
    if not wish.present:
        doomed = [number for number, found in active.items() if wish.exclusive or found["value"] in wish.values]
        return [line for number, line in enumerate(body) if number not in doomed], "option changed" if doomed else ""
    return _present(body, wish, matches if wish.revive else active)


def _present(body: list[str], wish: Wish, matches: dict[int, re.Match[str]]) -> tuple[list[str], str]:
    """Lines with a value that is wished for stay; others of the option are put right, or go; the rest is added."""
    new = dict(enumerate(body))
    missing = list(dict.fromkeys(wish.values))
    others = []
    for number, found in matches.items():
        if found["value"] not in missing:
            others.append(number)
            continue
        missing.remove(found["value"])
        if found["off"] or not wish.same_spaced:
            new[number] = _line(wish, found["value"])
    for number in others if wish.exclusive else ():
        new[number] = _line(wish, missing.pop(0)) if missing else ""
    changed = "option changed" if any(new[number] != line for number, line in enumerate(body)) else ""
    lines = [line for _, line in sorted(new.items()) if line]
    if not missing:
        return lines, changed
    end = max(
        (number + 1 for number, line in enumerate(lines) if line.strip() and line.lstrip()[0] not in "#;"), default=0
    )
    return [*lines[:end], *(_line(wish, value) for value in missing), *lines[end:]], "option added"
