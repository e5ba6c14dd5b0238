"""``omit``: the value that makes the key or the item it stands in disappear."""

from typing import Final, final


@final
class Omit:
    """The type of `OMIT`; there is one of it."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "omit"

    def __bool__(self) -> bool:
        return True

    def __reduce__(self) -> str:
        return "OMIT"


OMIT: Final = Omit()
