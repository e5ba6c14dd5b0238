"""What the further options of tar(1) and unzip(1) mean, as far as it is understood here."""

from collections.abc import Sequence
from dataclasses import field

from smolrun.lazy_dataclass import dataclass

_HARMLESS = frozenset({"--overwrite", "--no-overwrite-dir", "-v", "--verbose", "--totals", "--warning=no-timestamp"})
_EXACT = frozenset({"-p", "--preserve-permissions", "--same-permissions"})
_OWN = frozenset({"--no-same-owner"})
_STRIP = ("--strip-components", "--strip")


@dataclass(frozen=True)
class Meaning:
    """What options ask for.

    Attributes:
        strip: folders to take off the beginning of names; None for all of them.
        exact_modes: the umask takes nothing away.
        own: what is unpacked belongs to who unpacks it, whatever the archive says.
        exclude: further patterns of what is left out.
    """

    strip: int | None = 0
    exact_modes: bool = False
    own: bool = False
    exclude: list[str] = field(default_factory=list)


def meaning_of(options: Sequence[str], *, of_zip: bool) -> Meaning | None:
    """None where one of them is not understood, and only the tool itself can follow it."""
    words = iter(options)
    strip: int | None = 0
    exact_modes = own = False
    exclude: list[str] = []
    for word in words:
        name, equals, value = word.partition("=")
        if of_zip:
            if word not in ("-o", "-q", "-qq", "-j"):
                return None
            strip = None if word == "-j" else strip
        elif name in (*_STRIP, "--exclude"):
            text = value if equals else next(words, "")
            if name == "--exclude":
                exclude.append(text)
            elif text.isdigit():
                strip = int(text)
            else:
                return None
        elif word in _EXACT:
            exact_modes = True
        elif word in _OWN:
            own = True
        elif word not in _HARMLESS:
            return None
    return Meaning(strip, exact_modes, own, exclude)
