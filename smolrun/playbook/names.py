"""Names that somebody gives to variables, and what else plays, blocks and tasks have in common."""

import keyword

from smolrun.location import Location
from smolrun.playbook.lost_text import note_lost_texts
from smolrun.playbook.mistakes import Mistakes
from smolrun.source.containers import LocatedDict
from smolrun.source.text import is_template

CONDITIONS = frozenset({"when", "until", "failed_when", "changed_when"})
_JINJA_WORDS = frozenset({"true", "false", "none"})


def note_name(name: str, place: Location | None, mistakes: Mistakes) -> None:
    """Notes a name that no variable can have, because no expression could speak of it."""
    if name.isidentifier() and name.isascii() and not keyword.iskeyword(name) and name not in _JINJA_WORDS:
        return
    message = f"'{name}' cannot be the name of a variable"
    hint = "use letters, digits and '_', and no digit first"
    mistakes.error("bad-name", message, place, "it is a word of the language" if name.isidentifier() else hint)


def note_common(written: LocatedDict, mistakes: Mistakes) -> None:
    """Notes what can be wrong in any play, block or task: names in ``vars``, text that YAML read otherwise."""
    note_lost_texts(written, mistakes)
    for key in CONDITIONS & written.keys():
        _note_empty(str(key), written[key], written, mistakes)
    variables = written.get("vars")
    if isinstance(variables, LocatedDict):
        for name in variables:
            if not is_template(name):
                note_name(str(name), variables.key_locations.get(name), mistakes)


def _note_empty(key: str, value: object, written: LocatedDict, mistakes: Mistakes) -> None:
    """Warns of a condition that says nothing: Ansible up to 2.18 takes it as true, later ones refuse it."""
    if any(item is None or item == "" for item in (value if isinstance(value, list) else [value])):
        place = written.value_locations.get(key)
        mistakes.warning("empty-condition", f"'{key}' is empty, as if it were not there", place)
