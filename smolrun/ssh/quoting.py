"""A POSIX ``sh`` script as a command line that every login shell hands on untouched.

sshd runs ``$SHELL -c LINE``. Where the login shell is not known to be POSIX-like, the line is
``exec /bin/sh -c 'eval …' /bin/sh 'SCRIPT'``, where SCRIPT holds no single quote, no ``!`` (csh replaces it), no new
line (csh stops at it), no backslash that fish would take away and nothing outside ASCII: what is special in any of
bash, dash, ash, zsh, fish and tcsh travels as an escape for ``printf %b`` (POSIX.1-2017, printf).
"""

PLAIN = frozenset(b" #&()*+,-./0123456789:;<=>?@ABCDEFGHIJKLMNOPQRSTUVWXYZ[]^_abcdefghijklmnopqrstuvwxyz{|}~")

_OCTAL = {byte: f"\\{byte:03o}" for byte in range(256) if byte not in PLAIN}

# In single quotes more stands for itself.
_QUOTED = {byte: f"\\0{byte:03o}" for byte in range(256) if byte not in PLAIN | frozenset(b'"$%`')}
_QUOTED[ord("\n")] = "\\n"


def octal(data: bytes) -> str:
    """The format for ``printf`` that yields these bytes, safe inside double quotes of every shell."""
    return data.decode("latin-1").translate(_OCTAL)


def posix(script: str) -> str:
    """A command line that runs a POSIX ``sh`` script under ``/bin/sh``, whatever the login shell is.

    Its standard input is the script's own. The kernel takes no argument over 128 KiB: about 100 KiB of script.
    """
    escaped = script.encode(errors="surrogateescape").decode("latin-1").translate(_QUOTED)
    return f"exec /bin/sh -c 'eval \"shift;$(printf %b \"$1\")\"' /bin/sh '{escaped}'"
