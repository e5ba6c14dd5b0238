"""The rules of a service in pam.d(5), line by line; what is not changed stays as it is written."""

import re
from collections.abc import Callable, Iterable, Sequence

from smolrun.lazy_dataclass import dataclass

SIMPLE_CONTROLS = frozenset({"required", "requisite", "sufficient", "optional", "include", "substack", "definitive"})
_RULE = re.compile(
    r"\s*(?P<type>-?(?:auth|account|session|password))\s+(?P<control>\[[^\]]*\]|\S+)\s+(?P<path>\S+)\s*(?P<args>.*)\Z",
    re.DOTALL,
)
_ARGUMENT = re.compile(r"\[(?:\\.|[^\]\\])*\]|\S+")
_AROUND_EQUALS = re.compile(r"\s*=\s*")
_PAIRS = re.compile(r"\[\s*(?:[a-z_]+=(?:ignore|bad|die|ok|done|reset|\d+)\s*)+\]")


@dataclass(frozen=True)
class Rule:
    """One rule.

    Attributes:
        control: in brackets, with one blank between the words, where it is not a single word.
    """

    type: str
    control: str
    path: str
    arguments: tuple[str, ...] = ()

    @classmethod
    def read(cls, line: str) -> "Rule | None":
        """The rule that a line is, if it is one; it may go on over several lines."""
        found = _RULE.match(line.replace("\\\n", " "))
        if found is None or line.lstrip().startswith("#"):
            return None
        return cls(found["type"], normal(found["control"]), found["path"], split(found["args"]))

    @property
    def key(self) -> tuple[str, str, str]:
        """What one rule is known by."""
        return self.type, self.control, self.path

    def __str__(self) -> str:
        return " ".join((f"{self.type: <10}", self.control, self.path, *self.arguments))


def normal(control: str) -> str:
    """A control as rules are compared by it."""
    if not control.startswith("["):
        return control
    words = _AROUND_EQUALS.sub("=", control[1:].removesuffix("]")).split()
    return f"[{' '.join(words)}]"


def is_control(control: str) -> bool:
    """Whether pam.d(5) knows such a control."""
    return control in SIMPLE_CONTROLS or _PAIRS.fullmatch(normal(control)) is not None


def split(arguments: str) -> tuple[str, ...]:
    """The arguments of a module: words, or whatever stands in brackets."""
    return tuple(_ARGUMENT.findall(arguments))


def lines_of(text: str) -> list[str]:
    """The lines; one that ends with a backslash together with the next."""
    return re.findall(r"(?:[^\n]*\\\n)*[^\n]*\n|(?:[^\n]*\\\n)*[^\n]+\Z", text)


def changed(
    lines: Iterable[str], key: tuple[str, str, str], change: Callable[[Rule], Rule | None]
) -> tuple[list[str], int]:
    """The lines after a change of every rule of that key, and how many were changed; None takes one away."""
    result: list[str] = []
    count = 0
    for line in lines:
        rule = Rule.read(line)
        new = change(rule) if rule is not None and rule.key == key else rule
        count += new != rule
        if new == rule:
            result.append(line)
        elif new is not None:
            result.append(f"{new}\n")
    return result, count


def inserted(lines: Sequence[str], key: tuple[str, str, str], new: Rule, *, after: bool) -> tuple[list[str], int]:
    """The lines with a new rule beside every rule of that key, unless it stands there, and how many are new."""
    result: list[str] = []
    count = 0
    for number, line in enumerate(lines):
        rule = Rule.read(line)
        beside = lines[number + 1 :] if after else reversed(lines[:number])
        if rule is None or rule.key != key or _first_key(beside) == new.key:
            result.append(line)
            continue
        count += 1
        own = line if line.endswith("\n") else f"{line}\n"
        result += [own, f"{new}\n"] if after else [f"{new}\n", line]
    return result, count


def _first_key(lines: Iterable[str]) -> tuple[str, str, str] | None:
    """The key of the first line that is neither empty nor a comment; None where that is no rule."""
    for line in lines:
        if line.strip() and not line.lstrip().startswith("#"):
            rule = Rule.read(line)
            return rule.key if rule is not None else None
    return None


def with_arguments(there: Sequence[str], wanted: Iterable[str]) -> tuple[str, ...]:
    """The arguments, and the wanted ones: of those with a ``=`` each name has the wanted value."""
    result = list(there)
    for argument in wanted:
        name, separator, _ = argument.partition("=")
        same = [number for number, each in enumerate(result) if separator and each.startswith(f"{name}=")]
        if same:
            result[same[0]] = argument
        elif argument not in result:
            result.append(argument)
    return tuple(result)
