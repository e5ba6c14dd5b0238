from tests.engine.conftest import Play, play
from tests.engine.written import local

__all__ = ["play"]

SPEC = """
- name: validate
  validate_argument_spec:
    argument_spec:
      n: {type: int, required: true}
      c: {choices: [x, y]}
      l: {type: list, elements: int}
      d: {type: dict, options: {e: {type: bool, required: true}}}
      a: {type: str, aliases: [alias]}
    provided_arguments: %s
"""


def errors(play: Play, given: str) -> list[str]:
    found = play(local(SPEC % given)).task("validate").result
    told = found.get("argument_errors", [])
    assert found["failed"] is bool(told)
    assert isinstance(told, list)
    return told


def test_what_fits_passes(play: Play) -> None:
    assert errors(play, "{n: '5', c: x, l: '1,2', d: {e: yes}, alias: text}") == []


def test_every_mistake_is_told_in_ansibles_words(play: Play) -> None:
    assert errors(play, "{n: q, c: z, l: [1, q], d: {}}") == [
        "argument 'n' is of type str and we were unable to convert to int: \"'q'\" cannot be converted to an int",
        "value of c must be one of: x, y, got: z",
        (
            "Elements value for option 'l' is of type str and we were unable to convert to int: "
            "\"'q'\" cannot be converted to an int"
        ),
        "missing required arguments: e found in d",
    ]


def test_what_is_missing_or_unknown_is_told(play: Play) -> None:
    assert errors(play, "{zz: 1}") == [
        "missing required arguments: n",
        "zz. Supported parameters include: a, c, d, l, n.",
    ]
