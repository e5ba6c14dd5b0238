"""The one door to paramiko: every file of this floor imports it from here, and only when it is really needed.

paramiko's reader of ``ssh_config`` imports `invoke` for ``Match exec`` alone, a third of the whole import time (0.1 s
of 0.3 s). It is put in lazily, as ``importlib.util.LazyLoader`` is documented for: the name is there at once, its
code is read on first use.
"""

import importlib.util
import logging
import sys


def _be_lazy(name: str) -> None:
    """Make ``import name`` cost nothing until one of its attributes is used."""
    if name in sys.modules or "paramiko" in sys.modules:
        return
    spec = importlib.util.find_spec(name)
    if spec is None or spec.loader is None:
        return
    loader = importlib.util.LazyLoader(spec.loader)
    spec.loader = loader
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    loader.exec_module(module)


_be_lazy("invoke")

import paramiko  # noqa: E402 - after its dependency was made lazy

# Debug records of paramiko hold what was sent, secrets included; a record without a handler would go to stderr
# ("Exception (client): …"), and what matters of it is in the error that this floor raises.
logging.getLogger("paramiko").setLevel(logging.CRITICAL)

__all__ = ["paramiko"]
