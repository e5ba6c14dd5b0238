"""Diagnostics as text: the exact lines, the mark under the exact place, nothing that a terminal would act upon."""

import pytest

from smolrun.diagnostic import Diagnostic, Severity
from smolrun.location import Location, SourceFile
from smolrun.playbook.render import printable, render_diagnostic


def render(
    text: str, line: int, column: int, end: int | None = None, *, message: str = "wrong", hint: str | None = None
) -> str:
    location = Location(SourceFile("p.yml", text), line, column, end)
    return render_diagnostic(Diagnostic(Severity.ERROR, "some-code", message, location, hint))


def test_the_place_is_marked_below_its_line() -> None:
    assert render("- hosts: all\n  becom: yes\n", 2, 3, 8, hint="did you mean 'become'?") == (
        "error[some-code]: wrong\n"
        " --> p.yml:2:3\n"
        "  |\n"
        "1 | - hosts: all\n"
        "2 |   becom: yes\n"
        "  |   ^^^^^\n"
        "  = hint: did you mean 'become'?"
    )


def test_line_numbers_line_up_when_they_grow() -> None:
    assert render("a\n" * 12, 10, 1, 2) == (
        "error[some-code]: wrong\n"
        "  --> p.yml:10:1\n"
        "   |\n"
        " 9 | a\n"
        "10 | a\n"
        "   | ^"
    )  # fmt: skip


def test_the_first_line_has_none_above_it() -> None:
    assert "  |\n1 | a: b\n  |    ^" in render("a: b\n", 1, 4, 5)


def test_a_warning_without_a_place_is_one_line() -> None:
    assert render_diagnostic(Diagnostic(Severity.WARNING, "some-code", "odd")) == "warning[some-code]: odd"


def test_the_mark_lines_up_below_wide_characters_and_tabs() -> None:
    assert render("日本: [a]\n", 1, 5, 8).splitlines()[-2:] == ["1 | 日本: [a]", "  |       ^^^"]
    assert render("a:\tb\n", 1, 4, 5).splitlines()[-2:] == ["1 | a:    b", "  |       ^"]
    assert render("e\u0301: b\n", 1, 5, 6).splitlines()[-1] == "  |    ^"


def test_the_mark_is_as_wide_as_what_it_marks() -> None:
    assert render("日本\n", 1, 1, 3).splitlines()[-1] == "  | ^^^^"


def test_a_place_past_the_end_of_its_line_is_marked_there() -> None:
    assert render("a:\n", 1, 3).splitlines()[-1] == "  |   ^"
    assert render("a: b\n", 1, 4, 400).splitlines()[-1] == "  |    ^"


def test_a_place_in_no_line_names_the_file_only() -> None:
    assert render("", 1, 1) == "error[some-code]: wrong\n --> p.yml:1:1"


def test_an_overlong_line_is_cut_around_the_mark() -> None:
    lines = render("x" * 5_000 + "Y" + "z" * 5_000, 1, 5_001, 5_002).splitlines()
    assert len(lines[-2]) < 200
    assert lines[-2][lines[-1].index("^")] == "Y"


def test_the_context_is_cut_like_the_line_itself() -> None:
    lines = render("x" * 5_000 + "\nb", 2, 1, 2).splitlines()
    assert max(map(len, lines)) < 200


def test_what_would_steer_a_terminal_is_shown_as_an_escape() -> None:
    shown = render("a: \x1b[31mred\x9b\u202e\n", 1, 4, 5, message="bad \x07 \r\n text", hint="\x1b]0;x\x07")
    assert not any(ord(c) < 32 and c != "\n" for c in shown)
    assert "\\x1b[31mred\\x9b\\u202e" in shown
    assert "bad \\x07 \\x0d\\x0a text" in shown
    assert "hint: \\x1b]0;x\\x07" in shown


def test_the_mark_lines_up_behind_an_escape() -> None:
    lines = render("a: \x1bb\n", 1, 5, 6).splitlines()
    assert lines[-2][lines[-1].index("^")] == "b"


def test_colours_come_only_when_asked_for() -> None:
    diagnostic = Diagnostic(Severity.ERROR, "c", "m", Location(SourceFile("p.yml", "a: b"), 1, 4, 5), "h")
    assert "\x1b" not in render_diagnostic(diagnostic)
    coloured = render_diagnostic(diagnostic, color=True)
    assert "\x1b[1;31merror[c]\x1b[0m" in coloured
    assert "\x1b[1;31m^\x1b[0m" in coloured


def test_a_hint_of_several_lines_stays_below_itself() -> None:
    assert render("a", 1, 1, 2, hint="one\ntwo").splitlines()[-2:] == ["  = hint: one", "          two"]


@pytest.mark.parametrize("text", ["plain", "日本", "é", "a\u00a0b", "😀"])
def test_what_can_be_shown_is_shown_as_it_is(text: str) -> None:
    assert printable(text) == text
