"""What would take much memory is refused before it does."""

import time
import tracemalloc

import pytest

from smolrun.errors import TemplateError
from smolrun.source.text import SourceText
from smolrun.templating.limits import MAX_SIZE
from smolrun.templating.templar import Templar


@pytest.mark.parametrize(
    "template",
    [
        "{{ 'a' * 10**9 }}",
        "{{ 10**9 * 'a' }}",
        "{{ [0] * 10**9 }}",
        "{{ 2 ** 1000000000 }}",
        "{{ 9 ** (9 ** 9) }}",
        "{{ '%1000000000d' % 1 }}",
        "{{ '%*d' % (1000000000, 1) }}",
        "{{ '%1000000000d' | format(1) }}",
        "{{ '{:1000000000}'.format(1) }}",
        "{{ '{:{n}}'.format(1, n=1000000000) }}",
        "{{ 'a'.ljust(10**9) }}",
        "{{ 'a'.center(10**9) }}",
        "{{ '1'.zfill(10**9) }}",
        "{{ '\t'.expandtabs(10**9) }}",
        "{{ 'a' | center(10**9) }}",
        "{{ 'a' | indent(10**9, true) }}",
        "{{ ('a' * 10**7).replace('a', 'b' * 100) }}",
        "{{ ('a' * 10**7) | replace('a', 'b' * 100) }}",
        "{{ ('a' * 10**6).join(['b'] * 1000) }}",
        "{{ ('a' * 10**7) ~ ('a' * 10**7) }}",
        "{{ 'a' * 10**7 }}{{ 'a' * 10**7 }}",
        "{% set ns = namespace(x='a') %}{% for i in range(60) %}{% set ns.x = ns.x ~ ns.x %}{% endfor %}{{ ns.x }}",
        "{% set ns = namespace(x=[1]) %}{% for i in range(60) %}{% set ns.x = ns.x + ns.x %}{% endfor %}{{ ns.x }}",
        "{% set ns = namespace(x=9) %}{% for i in range(60) %}{% set ns.x = ns.x * ns.x %}{% endfor %}{{ ns.x }}",
        "{{ range(99999) | product(range(99999)) }}",
        "{{ range(200) | permutations(100) }}",
        "{{ [1] | batch(10**9, 'x') | list }}",
        "{{ [1] | slice(10**9) | list }}",
        "{{ range(10**9) | list }}",
        "{{ lookup('sequence', 'count=1000000000') }}",
        "{{ bomb | from_yaml }}",
        "{{ '&a [*a]' | from_yaml }}",
    ],
)
def test_a_template_that_would_yield_too_much_fails_at_once(templar: Templar, template: str) -> None:
    bomb = "a: &a [x, x, x, x, x, x, x, x, x]\n" + "".join(
        f"{new}: &{new} [{', '.join([f'*{old}'] * 9)}]\n" for old, new in zip("abcdefgh", "bcdefghi", strict=True)
    )
    tracemalloc.start()
    begin = time.monotonic()
    with pytest.raises(TemplateError):
        templar.render(SourceText(template), {"bomb": bomb})
    took = time.monotonic() - begin
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 24 * MAX_SIZE
    assert took < 20


def test_what_fits_is_given(templar: Templar) -> None:
    assert len(templar.render(SourceText("{{ 'a' * 1000000 }}"), {})) == 1_000_000
    assert templar.render(SourceText("{{ 2 ** 100 }}"), {}) == 2**100
    assert templar.render(SourceText("{{ '%5d|%-5s' % (1, 'a') }}"), {}) == "    1|a    "


def test_a_file_is_bounded_as_well(templar: Templar) -> None:
    text = SourceText("{% for i in range(99999) %}{{ 'a' * 1000 }}{% endfor %}")
    with pytest.raises(TemplateError, match="16 MiB"):
        templar.render_file(text, {})
