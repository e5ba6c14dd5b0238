"""Texts that are shown in part. The mark where one is cut tells readers, and the redactor, that there was more.

A secret may be cut in two there; the redactor masks what is left of it only beside the mark.
"""

CUT = "…"


def beginning(text: str, most: int) -> str:
    """The text, or its first characters and the mark."""
    return text if len(text) <= most else text[:most] + CUT


def ending(text: str, most: int) -> str:
    """The text, or the mark and its last characters."""
    return text if len(text) <= most else CUT + text[-most:]
