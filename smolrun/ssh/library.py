"""The one door to paramiko: every file of this floor imports it from here, and only when it is really needed.

paramiko's reader of ``ssh_config`` imports `invoke` for ``Match exec`` alone, a third of the whole import time (0.1 s
of 0.3 s). While paramiko is imported a stand-in takes its place, which imports the real one on first use.
"""

import importlib
import logging
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from types import ModuleType
from typing import Any


class _Deferred(ModuleType):
    """Stands in for a module that is imported when one of its names is asked for.

    (``importlib.util.LazyLoader`` does not do: the import statement itself looks at ``__spec__``, which loads it.)
    """

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return getattr(importlib.import_module(self.__name__), name)


@contextmanager
def _deferred(name: str) -> Iterator[None]:
    if name in sys.modules:
        yield
        return
    stand_in = sys.modules[name] = _Deferred(name)
    try:
        yield
    finally:
        if sys.modules.get(name) is stand_in:
            del sys.modules[name]


with _deferred("invoke"):
    import paramiko

# Debug records of paramiko hold what was sent, secrets included; a record without a handler would go to stderr
# ("Exception (client): …"), and what matters of it is in the error that this floor raises.
logging.getLogger("paramiko").setLevel(logging.CRITICAL)

__all__ = ["paramiko"]
