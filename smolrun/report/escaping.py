"""Texts from guests made harmless for a terminal."""

KEPT = frozenset("\n\t")


def escape(text: str) -> str:
    """`text` with everything non-printable but newline and tab written out as ``\\x1b``, ``\\u202e``, ….

    Covers the C0 and C1 controls (so carriage returns, CSI and OSC sequences), bidirectional overrides and other
    format characters, line separators, lone surrogates, private and unassigned characters: all that
    `str.isprintable` refuses.
    """
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() or c in KEPT else _written_out(ord(c)) for c in text)


def escape_line(text: str) -> str:
    """As `escape`, for what has to stay on one line: a newline is written out too."""
    return escape(text).replace("\n", "\\n")


def _written_out(code: int) -> str:
    if code < 0x100:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"
