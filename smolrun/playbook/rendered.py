"""From a rendered value to the type of the keyword it stands for: the second half of "a template anywhere"."""

from typing import Any

from pydantic import BaseModel, ValidationError

from smolrun.errors import SmolVMError
from smolrun.location import Location
from smolrun.playbook.validation import field_adapter, words
from smolrun.source.text import SourceText
from smolrun.templating.omit import OMIT


class KeywordValueError(SmolVMError):
    """A template gave a value of the wrong type for its keyword."""


def typed(model: type[BaseModel], field: str, value: Any, location: Location | None = None) -> Any:
    """The value of a keyword after rendering, in the keyword's own type; texts are plain, never templates again.

    Parameters:
        model: `Task`, `Play`, `LoopControl`, …
        field: its field, by the name in the model.
        value: as the templar gave it; ``omit`` means the field's default.
        location: where the keyword was written, for the message.

    Raises:
        KeywordValueError: the value does not have the type.
    """
    if value is OMIT:
        return model.model_fields[field].get_default(call_default_factory=True)
    try:
        return _plain(field_adapter(model, field).validate_python(_plain(value)))
    except ValidationError as error:
        word = model.model_fields[field].alias or field
        message = words(error.errors(include_url=False)[0])
        raise KeywordValueError(f"'{word}': {message}", location=location) from None


def _plain(value: Any) -> Any:
    """The value with every trusted text made plain: what was computed is data."""
    if isinstance(value, SourceText):
        return str(value)
    if isinstance(value, tuple | list):
        return type(value)(_plain(item) for item in value) if type(value) in (tuple, list) else [*map(_plain, value)]
    return value
