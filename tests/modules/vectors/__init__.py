"""What ansible-core 2.19 made of files, one case a line: measured, run by run, on generated files and arguments."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any


def cases(module: str) -> Iterator[dict[str, Any]]:
    """The cases of a module: ``content`` (null: no file), ``args``, and what came of them."""
    for line in Path(__file__).with_name(f"{module}.jsonl").read_text(encoding="utf-8").splitlines():
        case = json.loads(line)
        assert isinstance(case, dict)
        yield case
