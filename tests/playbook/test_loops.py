"""``loop``, ``with_*`` and ``loop_control``."""

# ruff: noqa: E501 - a line of a table shows a whole message

import pytest

from tests.playbook.reading import load_task, told_of_tasks


def test_a_loop_has_its_terms_and_control() -> None:
    loop = load_task(
        """\
    - run: ls
      loop: [1, "{{ two }}"]
      loop_control: {loop_var: x, index_var: i, label: "{{ x }}", pause: 0.5, extended: yes, break_when: x == 1}
"""
    ).loop
    assert loop is not None
    assert loop.control is not None
    assert (loop.lookup, loop.terms) == (None, [1, "{{ two }}"])
    control = loop.control
    assert (control.loop_var, control.index_var, control.label) == ("x", "i", "{{ x }}")
    assert (control.pause, control.extended, control.break_when) == (0.5, True, ("x == 1",))


@pytest.mark.parametrize("name", ["items", "dict", "fileglob", "ansible.builtin.items"])
def test_with_names_a_lookup(name: str) -> None:
    loop = load_task(f"    - run: ls\n      with_{name}: '{{{{ x }}}}'\n").loop
    assert loop is not None
    assert (loop.lookup, loop.terms) == (name, "{{ x }}")


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("loop: xs", "4:13 error wrong-type: 'loop': expected a list or a template of one, found the text 'xs' (write \"{{ xs }}\" if the variable is meant)"),
        ("loop: {a: b}", "4:13 error wrong-type: 'loop': expected a list or a template of one, found a mapping"),
        ("loop: [1]\n      with_items: [2]", "5:7 error two-loops: a task has one loop, not 'loop' and 'with_items' (remove one of them)"),
        ("with_itms: [1]", "4:7 error unknown-keyword: 'with_itms' is not a keyword of a task (did you mean 'with_items'?)"),
        ("loop_control: {label: x}", "4:7 warning useless-keyword: 'loop_control' says nothing without a loop"),
        ("loop: [1]\n      loop_control: 5", "5:21 error wrong-type: 'loop_control': expected a mapping, found the number 5"),
        ("loop: [1]\n      loop_control: {lable: x}", "5:22 error unknown-keyword: 'lable' is not a keyword of a loop_control (did you mean 'label'?)"),
        ("loop: [1]\n      loop_control: {pause: long}", "5:29 error wrong-type: 'pause': expected a number, found the text 'long'"),
    ],
)  # fmt: skip
def test_a_mistake_in_a_loop_is_told(text: str, line: str) -> None:
    assert told_of_tasks(f"    - run: ls\n      {text}\n") == [line]


def test_items_with_commas_are_shown_as_the_list_that_was_meant() -> None:
    assert told_of_tasks("    - run: ls\n      loop: a, b\n") == [
        (
            "4:13 error wrong-type: 'loop': expected a list or a template of one, found the text 'a, b'"
            " (write the items as a list: [a, b])"
        )
    ]
