"""Symbolic file modes, as chmod(1) reads them (POSIX.1-2017, chmod, "Extended Description")."""

import re
import stat

_CLAUSE = re.compile(r"(?P<who>[ugoa]*)(?P<actions>(?:[-+=](?:[rwxXst]*|[ugo]))+)\Z")
_ACTION = re.compile(r"(?P<operator>[-+=])(?P<bits>[rwxXst]+|[ugo]|)")
_SHIFTS = {"u": 6, "g": 3, "o": 0}
_BITS = {"r": 4, "w": 2, "x": 1}
_LETTERS = "rwxrwxrwx"


def final_mode(mode: str, current: int, *, directory: bool, umask: int) -> int:
    """The permission bits that `mode` (octal or symbolic) makes of `current`.

    Raises:
        ValueError: it is neither.
    """
    if re.fullmatch(r"[0-7]+", mode):
        return int(mode, 8)
    for clause in mode.split(","):
        match = _CLAUSE.match(clause)
        if match is None:
            raise ValueError(f"'{mode}' is not a file mode")
        for action in _ACTION.finditer(match["actions"]):
            bits = _bits(match["who"] or "a", action["bits"], current, directory=directory)
            if not match["who"]:
                bits &= ~umask
            current = _applied(action["operator"], match["who"] or "a", bits, current)
    return current


def _bits(who: str, letters: str, current: int, *, directory: bool) -> int:
    classes = "ugo" if "a" in who else who
    bits = 0
    for name in classes:
        bits |= _class_bits(letters, current, directory=directory) << _SHIFTS[name]
    if "s" in letters:
        bits |= (stat.S_ISUID if "u" in classes else 0) | (stat.S_ISGID if "g" in classes else 0)
    return bits | (stat.S_ISVTX if "t" in letters else 0)


def _class_bits(letters: str, current: int, *, directory: bool) -> int:
    if letters in _SHIFTS:
        return current >> _SHIFTS[letters] & 7
    bits = sum(_BITS[letter] for letter in set(letters) if letter in _BITS)
    if "X" in letters and (directory or current & 0o111):
        bits |= 1
    return bits


def _applied(operator: str, who: str, bits: int, current: int) -> int:
    if operator == "+":
        return current | bits
    if operator == "-":
        return current & ~bits
    classes = "ugo" if "a" in who else who
    cleared = sum(7 << _SHIFTS[name] for name in set(classes))
    cleared |= (stat.S_ISUID if "u" in classes else 0) | (stat.S_ISGID if "g" in classes else 0)
    cleared |= stat.S_ISVTX if "o" in classes else 0
    return current & ~cleared | bits


def mode_of_listing(letters: str) -> int:
    """The permission bits that the first column of ``ls -l`` shows, e.g. ``-rwsr-xr-x``."""
    mode = 0
    for position, (letter, plain) in enumerate(zip(letters[1:10], _LETTERS, strict=True)):
        if letter == plain or letter in "st":
            mode |= 1 << (8 - position)
        if letter in "sStT":
            mode |= {2: stat.S_ISUID, 5: stat.S_ISGID, 8: stat.S_ISVTX}[position]
    return mode
