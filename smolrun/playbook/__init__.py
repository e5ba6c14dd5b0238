"""From text to validated, immutable models that remember where they were written; diagnostics; JSON Schema."""
