"""Whatever is written, it loads or its mistakes are told: nothing else ever comes out of loading and checking."""

import json
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from smolrun.playbook.keywords import NOT_YET_ACTIONS, NOT_YET_FOR_PLAYS, REMOVED, words_of
from smolrun.playbook.models import Block, LoopControl, Play, Task
from smolrun.playbook.render import render_diagnostic
from tests.playbook.reading import found

KEYWORDS = words_of(Play) | words_of(Task) | words_of(Block) | words_of(LoopControl)
MODULES = {"meta", "run", "shell", "copy", "debug", "set_fact", "template", "assert", "script", "x.y.z"}
WORDS = sorted(KEYWORDS | NOT_YET_FOR_PLAYS | NOT_YET_ACTIONS | REMOVED.keys() | MODULES | {"with_items", "with_x"})
VALUES: st.SearchStrategy[Any] = st.sampled_from(
    [
        None, True, False, 0, 5, -1, 0.5, "", "yes", "text", "a,b", "{{ x }}", "{{ x", "{% if %}", "x is defined",
        "k=v", "k='v", "flush_handlers", "all", "1 +", "a\nb", "\u202e", [], {}, [[]], "item", "never",
    ]
)  # fmt: skip
TREES = st.recursive(
    VALUES,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(WORDS), inner, max_size=4),
    max_leaves=12,
)
PLAYS = st.fixed_dictionaries({"hosts": VALUES}, optional=dict.fromkeys(sorted(words_of(Play) - {"hosts"}), TREES))
TASKS = st.lists(st.dictionaries(st.sampled_from(WORDS), TREES, max_size=5), max_size=4)


@settings(max_examples=100, suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(TREES | st.lists(PLAYS, max_size=2) | TASKS)
def test_every_mistake_of_any_playbook_can_be_told(document: object) -> None:
    for diagnostic in found(json.dumps(document)):
        assert diagnostic.location is not None
        assert render_diagnostic(diagnostic)


@settings(max_examples=50, deadline=None)
@given(TASKS)
def test_tasks_are_read_wherever_they_stand(tasks: object) -> None:
    for key in ("tasks", "handlers"):
        found(json.dumps([{"hosts": "all", key: [{"block": tasks}] if key == "tasks" else tasks}]))
