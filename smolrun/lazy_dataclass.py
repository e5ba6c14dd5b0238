"""``dataclass`` whose ``__init__`` is written when the first instance is made.

The standard decorator writes, compiles and runs the source of up to six methods for every class, 0.4 ms each time. A
run of one task imports 150 such classes and makes instances of a third of them: 0.07 s of its processor time went
there. Here a class that has no instance costs nothing, and of one that has, only ``__init__`` is compiled.

It is used as ``dataclasses.dataclass`` is. What differs: there are no slots (they would make another class of the
decorated one). `smolrun.location` has the standard decorator for their sake: there is one `Location` for every text of
every file.
"""

import dataclasses
from collections.abc import Callable, Iterator
from operator import attrgetter
from threading import RLock
from typing import TYPE_CHECKING, Any, NamedTuple, NoReturn

if TYPE_CHECKING:
    from dataclasses import dataclass as dataclass
else:

    def dataclass(made=None, /, *, frozen=False, eq=True, kw_only=False):
        """As ``dataclasses.dataclass``."""

        def declare(made):
            _declare(made, _Settings(frozen, eq, kw_only))
            return made

        return declare if made is None else declare(made)


class _Settings(NamedTuple):
    frozen: bool
    eq: bool
    kw_only: bool


_unfinished: dict[type, _Settings] = {}
_finishing = RLock()
_COMPARED = "__compared_values__"
"""The attribute of a finished class that gets from an instance what its equality and hash are made of."""


def _declare(made: Any, settings: _Settings) -> None:
    _unfinished[made] = settings
    made.__dataclass_fields__ = _Fields(made)
    made.__init__ = _first_init(made)
    own = made.__dict__
    if "__repr__" not in own:
        made.__repr__ = _repr
    if settings.frozen:
        made.__setattr__ = _refuse_to_set
        made.__delattr__ = _refuse_to_delete
    if settings.eq and "__eq__" not in own:
        made.__eq__ = _equal
        made.__hash__ = _hash if settings.frozen else None


def _first_init(made: type) -> Callable[..., None]:
    def __init__(self: Any, *given: Any, **named: Any) -> None:  # noqa: N807
        _finish(made)
        made.__init__(self, *given, **named)  # type: ignore[misc]

    return __init__


class _Fields:
    """Stands where ``dataclasses`` looks for the fields of a class, and makes them when somebody does."""

    def __init__(self, made: type) -> None:
        self._made = made

    def __get__(self, instance: object, owner: type) -> Any:
        _finish(self._made)
        return owner.__dataclass_fields__  # type: ignore[attr-defined]


def _finish(made: type) -> None:
    """Give the class its fields and its ``__init__``, its bases first: it takes over their fields."""
    with _finishing:
        for one in reversed(made.__mro__):
            settings = _unfinished.get(one)
            if settings is not None:
                _finish_alone(one, settings)
                del _unfinished[one]


def _finish_alone(made: Any, settings: _Settings) -> None:
    documentation = made.__doc__
    made.__doc__ = documentation or "-"  # else the signature is worked out for it, which takes longer than all the rest
    dataclasses.dataclass(init=False, repr=False, eq=False, kw_only=settings.kw_only)(made)
    made.__doc__ = documentation
    fields = dataclasses.fields(made)
    compared = [field.name for field in fields if field.compare]
    setattr(made, _COMPARED, attrgetter(*compared) if compared else type)
    # Last, and in one step: another thread may make an instance at any time.
    made.__init__ = _written_init(made, fields, frozen=settings.frozen)


def _written_init(made: type, fields: tuple["dataclasses.Field[Any]", ...], *, frozen: bool) -> Callable[..., None]:
    names: dict[str, Any] = {"_set": object.__setattr__, "_MISSING": dataclasses.MISSING}
    body = []
    for field in fields:
        value = field.name
        if field.default_factory is not dataclasses.MISSING:
            names[f"_make_{field.name}"] = field.default_factory
            value = f"_make_{field.name}() if {field.name} is _MISSING else {field.name}"
        body.append(f"_set(self, {field.name!r}, {value})" if frozen else f"self.{field.name} = {value}")
    if hasattr(made, "__post_init__"):
        body.append("self.__post_init__()")
    parameters = ", ".join(("self", *_parameters(fields, names)))
    source = f"def __init__({parameters}):\n " + "\n ".join(body or ["pass"])
    exec(source, names)  # noqa: S102  the names of fields, as dataclasses does it
    init: Callable[..., None] = names["__init__"]
    init.__qualname__ = f"{made.__qualname__}.__init__"
    return init


def _parameters(fields: tuple["dataclasses.Field[Any]", ...], names: dict[str, Any]) -> Iterator[str]:
    """The parameters of ``__init__``; `names` gets the values that their defaults speak of."""
    starred = False
    for field in sorted(fields, key=lambda field: bool(field.kw_only)):
        if field.kw_only and not starred:
            starred = True
            yield "*"
        if field.default_factory is not dataclasses.MISSING:
            yield f"{field.name}=_MISSING"
        elif field.default is not dataclasses.MISSING:
            names[f"_default_{field.name}"] = field.default
            yield f"{field.name}=_default_{field.name}"
        else:
            yield field.name


def _repr(self: Any) -> str:
    shown = (f"{field.name}={getattr(self, field.name)!r}" for field in dataclasses.fields(self) if field.repr)
    return f"{type(self).__qualname__}({', '.join(shown)})"


def _equal(self: object, other: object) -> object:
    if type(other) is not type(self):
        return NotImplemented
    compared = getattr(type(self), _COMPARED)
    return compared(self) == compared(other)


def _hash(self: Any) -> int:
    return hash(getattr(type(self), _COMPARED)(self))


def _refuse_to_set(self: object, name: str, value: object) -> NoReturn:
    raise dataclasses.FrozenInstanceError(f"cannot assign to field {name!r}")


def _refuse_to_delete(self: object, name: str) -> NoReturn:
    raise dataclasses.FrozenInstanceError(f"cannot delete field {name!r}")
