"""Template files: options, header, inclusion."""

from pathlib import Path

import pytest

from smolrun.errors import TemplateError, UndefinedVariableError
from smolrun.location import Location, SourceFile
from smolrun.source.text import SourceText
from smolrun.templating import functions, syntax
from smolrun.templating.files import FileOptions, file_environment
from smolrun.templating.templar import Templar


def file_text(path: str, text: str) -> SourceText:
    return SourceText(text, Location(SourceFile(path, text), 1, 1))


LOOP = "{% for x in [1, 2] %}\n  {{ x }}\n{% endfor %}\nend\n"


def test_blocks_take_their_line_end_with_them(templar: Templar) -> None:
    assert templar.render_file(SourceText(LOOP), {}) == "  1\n  2\nend\n"
    assert templar.render_file(SourceText(LOOP), {}, trim_blocks=False) == "\n  1\n\n  2\n\nend\n"


def test_spaces_before_blocks_stay_unless_asked(templar: Templar) -> None:
    text = SourceText("a\n  {% if true %}\nb\n  {% endif %}\n")
    assert templar.render_file(text, {}) == "a\n  b\n  \n"
    assert templar.render_file(text, {}, lstrip_blocks=True) == "a\nb\n"


def test_the_last_line_end_stays(templar: Templar) -> None:
    assert templar.render_file(SourceText("a\n"), {}) == "a\n"
    assert templar.render_file(SourceText("a"), {}) == "a"
    assert templar.render_file(SourceText("{{ x }}\n\n"), {"x": [1]}) == "[1]\n\n"
    assert templar.render_file(SourceText("a{% if true %}b{% endif %}\n"), {}) == "ab\n"
    assert templar.render_file(SourceText("{% if true %}b\n{% endif %}\n"), {}) == "b\n"
    assert templar.render_file(SourceText("{% if false %}b{% endif %}"), {}) == ""
    text = SourceText("a{% if true %}b{% endif %}\n")
    assert templar.render_file(text, {}, newline_sequence="\r\n") == "ab\r\n"


def test_the_header_overrides_the_options(templar: Templar) -> None:
    text = SourceText("#jinja2: trim_blocks:False, lstrip_blocks: True\n" + LOOP)
    assert templar.render_file(text, {}) == "\n  1\n\n  2\n\nend\n"
    marked = SourceText("#jinja2:variable_start_string:'[%' , variable_end_string:'%]'\n[% x %]{{ x }}\n")
    assert templar.render_file(marked, {"x": 1}) == "1{{ x }}\n"


def test_an_unknown_option_in_the_header_is_told(templar: Templar) -> None:
    with pytest.raises(TemplateError, match="unknown option 'trim'"):
        templar.render_file(file_text("a.j2", "#jinja2: trim: true\n"), {})


def test_marks_and_line_ends_can_be_chosen(templar: Templar) -> None:
    text = SourceText("<< x >>\n{{ x }}\n")
    options = {"variable_start_string": "<<", "variable_end_string": ">>", "newline_sequence": "\r\n"}
    assert templar.render_file(text, {"x": 1}, **options) == "1\r\n{{ x }}\r\n"


def test_strings_in_files_have_pythons_escapes(templar: Templar) -> None:
    assert templar.render_file(SourceText(r"{{ 'a\tb' }}"), {}) == "a\tb"


def test_files_include_import_and_extend_others(templar: Templar, tmp_path: Path) -> None:
    (tmp_path / "part.j2").write_text("part {{ x }} {{ local }}\n")
    (tmp_path / "forms.j2").write_text("{% macro twice(y) %}{{ y }}{{ y }}{% endmacro %}")
    (tmp_path / "base.j2").write_text("<{% block body %}{% endblock %}> {{ url }}")
    text = SourceText(
        "{% extends 'base.j2' %}{% from 'forms.j2' import twice %}"
        "{% block body %}{% set local = 'l' %}{% include 'part.j2' %}{{ twice('z') }}{% endblock %}"
    )
    variables = {
        "x": SourceText("{{ y }}"),
        "y": 1,
        "url": SourceText("u{{ y }}"),
        "broken": SourceText("{{ nowhere }}"),
    }
    assert templar.render_file(text, variables, search_path=[tmp_path]) == "<part 1 lzz> u1"


def test_the_text_of_an_imported_file_is_made_of_its_values(templar: Templar, tmp_path: Path) -> None:
    (tmp_path / "part.j2").write_text("{{ 40 + 2 }}, {{ [1] }}")
    (tmp_path / "bad.j2").write_text("\n{{ nowhere }}")
    text = SourceText("{% import 'part.j2' as part %}<{{ part }}>")
    assert templar.render_file(text, {}, search_path=[tmp_path]) == "<42, [1]>"
    with pytest.raises(UndefinedVariableError, match="'nowhere' is undefined") as caught:
        templar.render_file(SourceText("{% import 'bad.j2' as bad %}{{ bad }}"), {}, search_path=[tmp_path])
    assert str(caught.value.location) == f"{tmp_path}/bad.j2:2:4"


def test_loops_hand_their_names_to_what_they_include(templar: Templar, tmp_path: Path) -> None:
    (tmp_path / "row.j2").write_text("{{ row }},")
    text = SourceText("{% for row in rows %}{% include 'row.j2' %}{% endfor %}")
    assert templar.render_file(text, {"rows": [1, 2]}, search_path=[tmp_path]) == "1,2,"


def test_a_missing_file_is_named(templar: Templar, tmp_path: Path) -> None:
    with pytest.raises(TemplateError, match=r"'nope\.j2' was not found"):
        templar.render_file(SourceText("{% include 'nope.j2' %}"), {}, search_path=[tmp_path])


def test_files_outside_the_search_path_are_not_reached(templar: Templar, tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("secret")
    (tmp_path / "in").mkdir()
    with pytest.raises(TemplateError):
        templar.render_file(SourceText("{% include '../secret' %}"), {}, search_path=[tmp_path / "in"])


def test_an_error_has_its_line_and_column(templar: Templar) -> None:
    with pytest.raises(UndefinedVariableError) as caught:
        templar.render_file(file_text("a.j2", "one\ntwo {{ nowhere }}\n"), {})
    assert str(caught.value.location) == "a.j2:2:8"
    with pytest.raises(TemplateError) as told:
        templar.render_file(file_text("a.j2", "#jinja2: trim_blocks: False\none\n{% if %}\n"), {})
    assert str(told.value.location) == "a.j2:3:7"


def test_an_error_in_an_included_file_points_there(templar: Templar, tmp_path: Path) -> None:
    (tmp_path / "part.j2").write_text("\n{{ nowhere }}\n")
    (tmp_path / "bad.j2").write_text("\n\n{% if %}\n")
    with pytest.raises(UndefinedVariableError) as caught:
        templar.render_file(file_text("a.j2", "{% include 'part.j2' %}"), {}, search_path=[tmp_path])
    assert str(caught.value.location) == f"{tmp_path}/part.j2:2:4"
    with pytest.raises(TemplateError) as told:
        templar.render_file(file_text("a.j2", "{% include 'bad.j2' %}"), {}, search_path=[tmp_path])
    assert told.value.location is not None
    assert (told.value.location.file.name, told.value.location.line) == (f"{tmp_path}/bad.j2", 3)


def test_a_changed_file_is_read_again(templar: Templar, tmp_path: Path) -> None:
    import os

    part = tmp_path / "part.j2"
    for number in (1, 2):
        part.write_text(f"{number}")
        os.utime(part, (number, number))
        assert templar.render_file(SourceText("{% include 'part.j2' %}"), {}, search_path=[tmp_path]) == str(number)


def test_a_file_that_was_checked_is_not_parsed_again(templar: Templar) -> None:
    text = "one\n{% for n in [1, 2] %}{{ n }}{% endfor %}\ntwo {{ x }}\n"
    environment = functions.environment_with_functions()
    of_files = file_environment(environment, FileOptions())
    tree = syntax.parse(environment, text, expression=False)
    assert syntax.take_tree(of_files, text) is tree
    assert syntax.take_tree(of_files, text) is not tree, "its first user alone has it"
    syntax.parse(environment, text, expression=False)
    assert templar.render_file(SourceText(text), {"x": 3}) == "one\n12two 3\n"


def test_a_file_with_other_marks_is_parsed_as_these_say(templar: Templar) -> None:
    text = "one\n{{ x }} [[ x ]]\n"
    syntax.parse(functions.environment_with_functions(), text, expression=False)
    marks = {"variable_start_string": "[[", "variable_end_string": "]]"}
    assert templar.render_file(SourceText(text), {"x": 3}, **marks) == "one\n{{ x }} 3\n"


def test_no_more_trees_are_kept_than_a_few_hundred() -> None:
    environment = functions.environment_with_functions()
    for number in range(syntax.KEPT + 10):
        syntax.parse(environment, f"one\n{number}\n", expression=False)
    assert len(syntax._trees) <= syntax.KEPT
