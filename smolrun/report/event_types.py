"""Events as Pydantic sees them: for their schema, and for reading them back."""

from functools import cache
from typing import Annotated

from pydantic import Field, TypeAdapter

from smolrun.engine.events import Event


@cache
def event_adapter() -> TypeAdapter[Event]:
    """Knows each event by its ``event``."""
    return TypeAdapter(Annotated[Event, Field(discriminator="event")])
