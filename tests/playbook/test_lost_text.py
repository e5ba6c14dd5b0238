"""Text that YAML 1.1 read as a number, a boolean or a date."""

# ruff: noqa: E501 - a line of a table shows a whole message

import pytest

from tests.playbook.reading import told, told_of_tasks


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("name: 12:30:45", "4:13 warning lost-text: 'name' is text, and YAML reads 12:30:45 as 45045 (write \"12:30:45\", in quotes, to keep it as it stands)"),
        ("tags: [a, no]", "4:17 warning lost-text: 'tags' is text, and YAML reads no as False (write \"no\", in quotes, to keep it as it stands)"),
        ("environment: {A: 0755}", "4:24 warning lost-text: 'A' is text, and YAML reads 0755 as 493 (write \"0755\", in quotes, to keep it as it stands)"),
        ("environment: [{A: yes}]", "4:25 warning lost-text: 'A' is text, and YAML reads yes as True (write \"yes\", in quotes, to keep it as it stands)"),
        ("args: {chdir: 1.10}", "4:21 warning lost-text: 'chdir' is text, and YAML reads 1.10 as 1.1 (write \"1.10\", in quotes, to keep it as it stands)"),
        ("args: {chdir: 0x1F}", "4:21 warning lost-text: 'chdir' is text, and YAML reads 0x1F as 31 (write \"0x1F\", in quotes, to keep it as it stands)"),
    ],
)  # fmt: skip
def test_text_that_changed_is_told(text: str, line: str) -> None:
    assert told_of_tasks(f"    - command: ls\n      {text}\n") == [line]


@pytest.mark.parametrize("text", ["name: 5", "tags: [1, 2]", "environment: {PORT: 8080}", "args: {chdir: 2001-01-01}"])
def test_text_that_stays_as_it_stands_is_fine(text: str) -> None:
    assert told_of_tasks(f"    - command: ls\n      {text}\n") == []


def test_a_word_of_a_list_argument_that_changed_is_told() -> None:
    assert told_of_tasks("    - command: {argv: [echo, no]}\n") == [
        "3:30 warning lost-text: 'argv' is text, and YAML reads no as False (write \"no\", in quotes, to keep it as it stands)"
    ]


def test_a_decimal_file_mode_is_told_and_an_octal_one_is_fine() -> None:
    text = "    - copy: {content: a, dest: /a, mode: MODE}\n"
    assert told_of_tasks(text.replace("MODE", "0644")) == []
    assert told_of_tasks(text.replace("MODE", "644")) == [
        "3:42 warning decimal-mode: 'mode': 644 is a decimal number here, the file mode 1204 (write \"0644\", in quotes, if that is meant)"
    ]


def test_a_play_is_looked_at_as_well() -> None:
    assert told("- hosts: all\n  environment: {A: off}\n")[0].startswith("2:20 warning lost-text")


def test_a_word_that_a_module_understands_is_fine() -> None:
    assert told_of_tasks("    - ufw: {logging: on}\n") == []
    assert len(told_of_tasks("    - ufw: {logging: yes}\n")) == 1
