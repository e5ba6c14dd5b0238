"""Notifications that no handler hears."""

import pytest

from smolrun.playbook.check import check
from tests.playbook.reading import lines, load

HANDLERS = "  handlers:\n    - {name: reload web, listen: [web, all], run: ls}\n"


def told(text: str) -> list[str]:
    return lines(check(load(text)))


def test_a_notification_that_nobody_hears_is_a_warning_with_the_near_name() -> None:
    text = "- hosts: all\n  tasks:\n    - run: ls\n      notify: [reload wep, restart]\n" + HANDLERS
    assert told(text) == [
        "4:16 warning unknown-handler: no handler is called 'reload wep' (did you mean 'reload web'?)",
        "4:28 warning unknown-handler: no handler is called 'restart' (add it to the play's 'handlers')",
    ]


@pytest.mark.parametrize("notify", ["reload web", "web", "'{{ x | default(1) }}'", "[all, web]"])
def test_names_topics_and_templates_are_fine(notify: str) -> None:
    assert told(f"- hosts: all\n  tasks:\n    - run: ls\n      notify: {notify}\n{HANDLERS}") == []


def test_nothing_can_be_said_where_a_handlers_name_is_a_template() -> None:
    handlers = "  handlers:\n    - {name: 'reload {{ x | default(1) }}', run: ls}\n"
    assert told("- hosts: all\n  tasks:\n    - run: ls\n      notify: anything\n" + handlers) == []


def test_blocks_and_handlers_notify_too() -> None:
    text = (
        "- hosts: all\n  tasks:\n    - block: []\n      notify: one\n"
        "  handlers:\n    - {name: a, run: ls, notify: two}\n"
    )
    assert [line.partition(": ")[2] for line in told(text)] == [
        "no handler is called 'one' (add it to the play's 'handlers')",
        "no handler is called 'two' (add it to the play's 'handlers')",
    ]


def test_a_name_that_is_no_text_is_told_at_its_task() -> None:
    assert told("- hosts: all\n  tasks:\n    - run: ls\n      notify: 3\n") == [
        "3:7 warning unknown-handler: no handler is called '3' (add it to the play's 'handlers')",
    ]
