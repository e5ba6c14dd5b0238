"""``locale_gen``: the file of Debian, and a stand-in for the tool that takes half a minute a language."""

import pytest
from pydantic import ValidationError

from smolrun.modules.locale_gen import LocaleGenArguments, normal, with_locales
from tests.modules.guest import Guest

GENERATE = """#!/bin/sh
grep -v '^#' /etc/locale.gen | cut -d' ' -f1 | sed 's/UTF-8/utf8/' >/tmp/locales
"""
LIST = "#!/bin/sh\ncat /tmp/locales 2>/dev/null\n"
FILE = "# This file lists locales\n# de_DE.UTF-8 UTF-8\nen_US.UTF-8 UTF-8\n"


@pytest.fixture
def locales(busybox: Guest) -> Guest:
    root = busybox.root
    for name, text in (("locale-gen", GENERATE), ("locale", LIST)):
        (root / f"bin/{name}").write_text(text)
        (root / f"bin/{name}").chmod(0o755)
    (root / "etc/locale.gen").write_text(FILE)
    (root / "tmp/locales").write_text("en_US.utf8\n")
    return busybox


def test_locales_come_once_and_go(locales: Guest) -> None:
    try:
        wanted = {"name": "de_DE.UTF-8, en_US.UTF-8"}
        assert locales.do("locale_gen", wanted, check_mode=True).changed
        assert (locales.root / "etc/locale.gen").read_text() == FILE
        assert locales.do("locale_gen", wanted, diff_mode=True).diffs[0].after == FILE.replace("# de_DE", "de_DE")
        assert not locales.do("locale_gen", wanted).changed
        assert locales.do("locale_gen", wanted | {"state": "absent"}).changed
        assert (locales.root / "tmp/locales").read_text() == ""
        assert not locales.do("locale_gen", wanted | {"state": "absent"}).changed
        assert "xx_XX.UTF-8 is not available on web1" in locales.fails("locale_gen", {"name": "xx_XX.UTF-8"})
    finally:
        for name in ("locale-gen", "locale"):
            (locales.root / f"bin/{name}").unlink()
    assert locales.fails("locale_gen", wanted) == "`locale-gen` is not installed on web1"


def test_lines_come_from_those_that_are_supported() -> None:
    supported = "fr_FR.UTF-8 UTF-8\nfr_FR@euro ISO-8859-15\n"
    assert with_locales("", ["fr_FR@euro"], supported, present=True, host="h") == "fr_FR@euro ISO-8859-15\n"
    assert normal("ca_ES.UTF-8@valencia") == "ca_ES.utf8@valencia"


def test_a_name_is_needed() -> None:
    with pytest.raises(ValidationError, match="must name a locale"):
        LocaleGenArguments.model_validate({"name": []})
