"""Any name is only a name; check mode foresees the change, the first run makes it, the second makes none."""

import pytest

from tests.modules.hard_cases.place import Place
from tests.modules.hard_cases.writers import Writer, each

NAMES = ["-rf it's", 'a "b" $(touch pwned) `id` ;&*?[x]\\%s~', "two\nlines ☃ ", "ends\n", "#{x} '{{ 1 }}'"]
ALL_IN_ONE = '-r it\'s "b" $(id) `id` ;&*?[x]\\%s~\n{{ 1 }} ☃ \n'


@each()
@pytest.mark.parametrize("name", [ALL_IN_ONE, *(pytest.param(name, marks=pytest.mark.slow) for name in NAMES)])
def test_every_name(place: Place, writer: Writer, name: str) -> None:
    path = place.prepare(writer, name)
    before = place.seen()
    assert place.do(writer, name, check_mode=True, diff_mode=True).changed
    assert place.seen() == before
    done = place.do(writer, name, diff_mode=True)
    assert done.changed
    after = place.seen()
    assert after != before
    for again in (place.do(writer, name, check_mode=True), place.do(writer, name, diff_mode=True)):
        assert not again.changed
        assert not again.diffs
    assert place.seen() == after
    assert done.values.get("dest", done.values.get("path")) in (None, path, f"{path}/")
    place.sh('cd "$1" && rm -rf -- "$2" && [ -z "$(ls -A)" ]', place.folder, name)  # and there is nothing else
