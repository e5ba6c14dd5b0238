"""The JSON Schema of the events, made from their models."""

from typing import Any

from smolrun.report.event_types import event_adapter


def events_schema() -> dict[str, Any]:
    """The schema of one line of ``--output json`` (JSON Schema 2020-12)."""
    schema = event_adapter().json_schema(mode="serialization")
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "An event of a smolrun run",
        "description": "One line of `smolrun run --output json`. Fields are added, never renamed or removed.",
        **schema,
    }
