"""Syntax errors in words that say what to change, at the place of the mistake."""

import pytest

from smolrun.errors import LoadError
from smolrun.location import SourceFile
from smolrun.source.yaml_loader import load_yaml

INDENTATION = "look at the indentation of this line and the one above"


@pytest.mark.parametrize(
    ("text", "where", "message", "hint"),
    [
        ("a: {{ x }}/y\n", "1:4", "a value that begins with '{{' has to stand in quotes", 'write "{{ x }}/y"'),
        ("a: {{ x }}\n", "1:4", "a value that begins with '{{' has to stand in quotes", 'write "{{ x }}"'),
        ("- {{ x }}\n", "1:3", "a value that begins with '{{' has to stand in quotes", 'write "{{ x }}"'),
        ('a: {{ x["b"] }}\n', "1:4", "a value that begins with '{{' has to stand in quotes", "write '{{ x[\"b\"] }}'"),
        ("a:\n\t- b\n", "2:1", "a tab cannot indent YAML", "use spaces"),
        ("a:\n  b: 1\n \tc: 2\n", "3:2", "a tab cannot indent YAML", "use spaces"),
        (
            'a: "foo" bar\n',
            "1:4",
            "the text goes on after its closing quote",
            "put the whole of it in quotes: '\"foo\" bar'",
        ),
        ("name:foo\nb: 1\n", "1:1", "there is no space after 'name:'", "write 'name: …'"),
        (
            "- a: say: hello\n",
            "1:9",
            "': ' inside of a text begins another mapping",
            'put the text in quotes: "say: hello"',
        ),
        (
            "a: 'x\nb: 1\n",
            "1:4",
            "the quote that is opened here is never closed",
            "close it, and look for a stray quote on the lines above",
        ),
        ("hosts: *\n", "1:8", "a text cannot begin with '*' here", "put it in quotes"),
        ("a: @x\n", "1:4", "a text cannot begin with '@' here", "put it in quotes"),
        ("a: `x`\n", "1:4", "a text cannot begin with '`' here", "put it in quotes"),
        ("a: %x\n", "1:4", "a text cannot begin with '%' here", "put it in quotes"),
        (
            "a: [1, 2\nb: 3\n",
            "1:4",
            "the '[' that is opened here is not closed as it should be",
            "a ',' or ']' is missing; a text that begins with '[' has to stand in quotes",
        ),
        ("- a: 1\n   b: 2\n", "2:5", "a key is not allowed here", INDENTATION),
        (
            "- a: 1\n b: 2\n",
            "2:2",
            "this does not line up with the list items that begin on line 1",
            "indent it like the list item above it, in column 1",
        ),
        (
            'a: "\\d"\n',
            "1:5",
            "there is no such escape in a text in double quotes",
            "write the backslash twice, or use single quotes, in which it means itself",
        ),
        (
            "? [a]\n: b\n",
            "1:3",
            "a mapping or a list cannot be the key of a mapping",
            "put the key in quotes if it is text",
        ),
    ],
)
def test_a_syntax_error_says_what_to_change(text: str, where: str, message: str, hint: str) -> None:
    with pytest.raises(LoadError) as caught:
        load_yaml(SourceFile("f.yml", text))
    first = caught.value.diagnostics[0]
    assert (str(first.location), first.message, first.hint) == (f"f.yml:{where}", message, hint)
