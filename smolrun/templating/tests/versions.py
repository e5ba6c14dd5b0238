"""The test ``version``: loose, strict, semantic (semver.org 2.0.0) and Python's versions (PEP 440)."""

import operator
import re
from collections.abc import Callable
from functools import total_ordering
from typing import Any, Final

_OPERATORS: Final[dict[str, Callable[[Any, Any], Any]]] = {
    **dict.fromkeys(("==", "=", "eq"), operator.eq),
    **dict.fromkeys(("!=", "<>", "ne"), operator.ne),
    **dict.fromkeys(("<", "lt"), operator.lt),
    **dict.fromkeys(("<=", "le"), operator.le),
    **dict.fromkeys((">", "gt"), operator.gt),
    **dict.fromkeys((">=", "ge"), operator.ge),
}
_STRICT: Final = re.compile(r"(\d+)\.(\d+)(?:\.(\d+))?(?:([ab])(\d+))?", re.ASCII)
_SEMANTIC: Final = re.compile(
    r"(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)"
    r"(?:-((?:0|[1-9]\d*|\d*[a-zA-Z-][\w-]*)(?:\.(?:0|[1-9]\d*|\d*[a-zA-Z-][\w-]*))*))?(?:\+[\w.-]+)?",
    re.ASCII,
)
_PYTHON: Final = re.compile(
    r"v?(?:(\d+)!)?(\d+(?:\.\d+)*)"
    r"(?:[-_.]?(a|b|c|rc|alpha|beta|pre|preview)[-_.]?(\d*))?"
    r"(?:-(\d+)|[-_.]?(post|rev|r)[-_.]?(\d*))?"
    r"(?:[-_.]?(dev)[-_.]?(\d*))?"
    r"(?:\+([a-z0-9]+(?:[-_.][a-z0-9]+)*))?",
    re.ASCII,
)


@total_ordering
class _Loose:
    """Numbers and words, as they come; a number cannot be compared with a word."""

    def __init__(self, text: str) -> None:
        self.parts = [_number_or_word(part) for part in re.split(r"(\d+|[a-z]+|\.)", text) if part and part != "."]

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Loose) and self.parts == other.parts

    def __lt__(self, other: "_Loose") -> bool:
        return self.parts < other.parts

    __hash__ = None  # type: ignore[assignment]


def _number_or_word(part: str) -> int | str:
    return int(part) if part.isdecimal() else part


def _strict(text: str) -> Any:
    match = _STRICT.fullmatch(text)
    if match is None:
        raise ValueError(f"'{text}' is not a strict version, such as 1.2.3 or 1.2b1")
    major, minor, patch, stage, number = match.groups()
    # A final release comes after its alphas and betas.
    return (int(major), int(minor), int(patch or 0)), (stage or "z", int(number or 0))


def _semantic(text: str) -> Any:
    match = _SEMANTIC.fullmatch(text)
    if match is None:
        raise ValueError(f"'{text}' is not a semantic version, such as 1.2.3-rc.1")
    core = tuple(int(part) for part in match.groups()[:3])
    if match[4] is None:
        return core, (1,)
    return core, (0, [_identifier(part) for part in match[4].split(".")])


def _identifier(part: str) -> tuple[int, int, str]:
    """Numbers come before words (semver 2.0.0, section 11.4)."""
    return (0, int(part), "") if part.isdecimal() else (1, 0, part)


_STAGES: Final = {"alpha": "a", "beta": "b", "c": "rc", "pre": "rc", "preview": "rc"}


def _python(text: str) -> Any:
    """The sort key that PEP 440 describes in "Summary of permitted suffixes and relative ordering"."""
    match = _PYTHON.fullmatch(text.strip().lower())
    if match is None:
        raise ValueError(f"'{text}' is not a version of PEP 440, such as 1.2rc1")
    epoch, release, stage, stage_number, post_short, post, post_number, dev, dev_number, local = match.groups()
    numbers = [int(part) for part in release.split(".")]
    while len(numbers) > 1 and numbers[-1] == 0:
        numbers.pop()
    has_post = post_short is not None or post is not None
    if stage:
        pre: tuple[Any, ...] = (1, _STAGES.get(stage, stage), int(stage_number or 0))
    else:
        pre = (0,) if dev and not has_post else (2,)
    after = (1, int(post_short or post_number or 0)) if has_post else (0,)
    development = (0, int(dev_number or 0)) if dev else (1,)
    local_key = [_local(part) for part in re.split(r"[-_.]", local)] if local else []
    return int(epoch or 0), numbers, pre, after, development, local_key


def _local(part: str) -> tuple[int, int, str]:
    return (1, int(part), "") if part.isdecimal() else (0, 0, part)


_KINDS: Final[dict[str, Callable[[str], Any]]] = {
    "loose": _Loose,
    "strict": _strict,
    "semver": _semantic,
    "semantic": _semantic,
    "pep440": _python,
}


def version(
    value: Any,
    version: Any,
    operator: str = "eq",
    strict: bool | None = None,
    version_type: str | None = None,
) -> bool:
    """How two versions compare.

    Args:
        operator: ``==``, ``!=``, ``<``, ``<=``, ``>``, ``>=`` or their words.
        strict: the same as the type ``strict``.
        version_type: ``loose`` (the default), ``strict``, ``semver`` (``semantic``) or ``pep440``.
    """
    if strict is not None and version_type:
        raise ValueError("give either strict or version_type, not both")
    kind = version_type or ("strict" if strict else "loose")
    if kind not in _KINDS:
        raise ValueError(f"there is no version type '{kind}': use one of {', '.join(_KINDS)}")
    if operator not in _OPERATORS:
        raise ValueError(f"there is no operator '{operator}': use one of {', '.join(_OPERATORS)}")
    for name, text in (("value", value), ("version", version)):
        if text is None or str(text) == "":
            raise ValueError(f"the {name} to compare is empty")
    parse = _KINDS[kind]
    try:
        return bool(_OPERATORS[operator](parse(str(value)), parse(str(version))))
    except TypeError:
        raise ValueError(f"the versions '{value}' and '{version}' cannot be compared: number against word") from None


TESTS: Final[dict[str, Callable[..., Any]]] = {"version": version, "version_compare": version}
