"""``json_query``: JMESPath (jmespath.org) on data. The library is imported when it is used."""

from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any, Final

from smolrun.templating.lazy import materialise


@lru_cache(maxsize=256)
def _compiled(expression: str) -> Any:
    import jmespath

    return jmespath.compile(expression)


def json_query(value: Any, expr: str) -> Any:
    """What a JMESPath expression finds in `value`; null where it finds nothing."""
    from jmespath.exceptions import JMESPathError

    try:
        return _compiled(str(expr)).search(materialise(value) if isinstance(value, Mapping) else value)
    except JMESPathError as error:
        raise ValueError(f"'{expr}': {' '.join(str(error).split())}") from None


FILTERS: Final[dict[str, Callable[..., Any]]] = {"json_query": json_query, "community.general.json_query": json_query}
