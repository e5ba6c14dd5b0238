"""``loop`` and ``with_*``: the items, the variables that come with each, and what is shown of them."""

from collections.abc import Mapping
from typing import Any

from smolrun.engine.conditions import ConditionJudge
from smolrun.engine.keyword_values import KeywordValues
from smolrun.engine.results import Result
from smolrun.errors import SmolVMError
from smolrun.lazy_dataclass import dataclass
from smolrun.playbook.loops import FORGIVING
from smolrun.playbook.models import Loop
from smolrun.shortening import beginning
from smolrun.source.coercions import describe
from smolrun.source.text import location_of
from smolrun.templating.omit import OMIT
from smolrun.templating.templar import Templar

LONGEST_LABEL = 1000
"""Characters of an item that events show."""


class LoopError(SmolVMError):
    """What a loop is to go over is not a list."""


def items_of(loop: Loop, action: str, templar: Templar, variables: Mapping[str, Any]) -> list[Any]:
    """What a loop goes over.

    Args:
        action: the module of the task.

    Raises:
        LoopError: ``loop`` got something else than a list.
        TemplateError: its expression cannot be evaluated.
    """
    forgiving = loop.lookup is not None and loop.lookup.rpartition(".")[2] == FORGIVING
    render = templar.render_defined if forgiving else templar.render
    rendered = render(loop.terms, variables)
    place = location_of(loop.terms) or loop.location
    if loop.lookup is None:
        if not isinstance(rendered, list):
            raise LoopError(
                f"'loop' needs a list, found {describe(rendered)}",
                hint="a mapping becomes a list with `| dict2items`, other text with `| split`",
                location=place,
            )
        return rendered
    terms = rendered if isinstance(rendered, list) else [rendered]
    lookup = loop.lookup.rpartition(".")[2]
    if lookup == "items":
        return _flat(terms)
    if lookup == "list":
        return terms
    return templar.lookup(loop.lookup, terms, variables, action=action)


def _flat(terms: list[Any]) -> list[Any]:
    """``with_items`` flattens one level."""
    items: list[Any] = []
    for term in terms:
        items += term if isinstance(term, list) else [term]
    return items


@dataclass(frozen=True)
class LoopControls:
    """``loop_control``, rendered as far as it does not depend on the item."""

    loop: Loop
    variable: str = "item"
    index_variable: str | None = None
    pause: float = 0.0
    extended: bool = False
    all_items: bool = True

    @classmethod
    def of(cls, loop: Loop, keywords: KeywordValues) -> "LoopControls":
        control = loop.control
        if control is None:
            return cls(loop)
        return cls(
            loop,
            variable=keywords.value(control, "loop_var") or "item",
            index_variable=keywords.value(control, "index_var") or None,
            pause=keywords.value(control, "pause") or 0.0,
            extended=keywords.flag(control, "extended"),
            all_items=keywords.value(control, "extended_allitems") is not False,
        )

    def variables(self, items: list[Any], index: int) -> dict[str, Any]:
        """The variables that an item brings."""
        values: dict[str, Any] = {self.variable: items[index], "ansible_loop_var": self.variable}
        if self.index_variable:
            values |= {self.index_variable: index, "ansible_index_var": self.index_variable}
        if self.extended:
            values["ansible_loop"] = _extended(items, index)
            if not self.all_items:
                del values["ansible_loop"]["allitems"]
        return values

    def label(self, item: Any, templar: Templar, variables: Mapping[str, Any]) -> str:
        """What is shown of an item. A label that cannot be rendered does not fail the task."""
        written = self.loop.control.label if self.loop.control is not None else None
        value = item
        if written is not None:
            value = templar.render(written, variables)
        text = value if isinstance(value, str) else ("" if value is OMIT else _shown(value))
        return beginning(text, LONGEST_LABEL)

    def ends_after(self, judge: ConditionJudge, variables: Mapping[str, Any]) -> bool:
        """Whether ``break_when`` holds for the item that was just done."""
        conditions = self.loop.control.break_when if self.loop.control is not None else ()
        return bool(conditions) and judge.all_hold("break_when", conditions, variables).holds


def describe_item(result: Result, item_variables: Mapping[str, Any]) -> Result:
    """An item's result with its variables, as ``results`` of the registered result holds it."""
    return {**result, **item_variables}


def _extended(items: list[Any], index: int) -> dict[str, Any]:
    length = len(items)
    values: dict[str, Any] = {
        "allitems": items,
        "index": index + 1,
        "index0": index,
        "first": index == 0,
        "last": index + 1 == length,
        "length": length,
        "revindex": length - index,
        "revindex0": length - index - 1,
    }
    if index:
        values["previtem"] = items[index - 1]
    if index + 1 < length:
        values["nextitem"] = items[index + 1]
    return values


def _shown(value: Any) -> str:
    import json

    try:
        return json.dumps(value, ensure_ascii=False, default=str)
    except (TypeError, ValueError):
        return str(value)
