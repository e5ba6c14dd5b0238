"""The lists that ``with_*`` loops go over, as ansible-core 2.19.3 made them of random terms: recorded.

Left out is where we differ on purpose: ``nested`` with a single list (of numbers an error there; of texts their
letters), and ``sequence`` with a count and a stride below zero (one too many there) or hexadecimal words (an error).
"""

import json
from pathlib import Path
from typing import Any

import pytest

from smolrun.errors import TemplateError
from smolrun.templating.templar import Templar

LISTS = [json.loads(line) for line in (Path(__file__).parent / "vectors" / "lists.jsonl").read_text().splitlines()]


@pytest.mark.parametrize(("lookup", "terms", "found"), LISTS)
def test_a_lookup_makes_the_same_list(templar: Templar, lookup: str, terms: list[Any], found: Any) -> None:
    if isinstance(found, dict):
        with pytest.raises(TemplateError):
            templar.lookup(lookup, terms, {})
        return
    assert templar.lookup(lookup, terms, {}) == found
