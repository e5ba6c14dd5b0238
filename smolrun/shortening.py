"""Texts that are shown in part. The mark where one is cut tells readers, and the redactor, that there was more.

A secret may be cut in two there; the redactor masks what is left of it only beside the mark.
"""

import re

CUT = "…"
_LEFT_OUT = " bytes left out ...]\n"


def left_out(count: int) -> str:
    """The mark in the middle of a text of which the first and the last part are shown."""
    return f"\n[... {count}{_LEFT_OUT}"


def is_cut(text: str) -> bool:
    return CUT in text or _LEFT_OUT in text


def pieces(text: str) -> list[str]:
    """What stands around the marks, and the marks at every second place."""
    return re.split(rf"({CUT}|\n\[\.\.\. [0-9]+{re.escape(_LEFT_OUT)})", text)


def beginning(text: str, most: int) -> str:
    """The text, or its first characters and the mark."""
    return text if len(text) <= most else text[:most] + CUT


def ending(text: str, most: int) -> str:
    """The text, or the mark and its last characters."""
    return text if len(text) <= most else CUT + text[-most:]
