"""A POSIX ``sh`` script as a command line that every login shell hands on untouched.

sshd runs ``$SHELL -c LINE``. The line is ``exec /bin/sh -c 'BODY'`` where BODY holds no single quote, no ``!`` (csh
replaces it), no new line (csh stops at it) and no doubled backslash (fish makes one of it): what is special in any of
bash, dash, ash, zsh, fish and tcsh travels as an octal escape for ``printf``.
"""

PLAIN = frozenset(b" #&()*+,-./0123456789:;<=>?@ABCDEFGHIJKLMNOPQRSTUVWXYZ[]^_abcdefghijklmnopqrstuvwxyz{|}~")

_OCTAL = {byte: f"\\{byte:03o}" for byte in range(256) if byte not in PLAIN}


def octal(data: bytes) -> str:
    """The format for ``printf`` that yields these bytes, safe inside double quotes of every shell."""
    return data.decode("latin-1").translate(_OCTAL)


def posix(script: str) -> str:
    """A command line that runs a POSIX ``sh`` script under ``/bin/sh``, whatever the login shell is.

    Its standard input is the script's own. The kernel takes no argument over 128 KiB: about 90 KiB of script.
    """
    return f'exec /bin/sh -c \'eval "$(printf "{octal(script.encode(errors="surrogateescape"))}")"\''
