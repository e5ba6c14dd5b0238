"""The command line that carries a POSIX script past every login shell."""

import re
import subprocess

from hypothesis import given, settings
from hypothesis import strategies as st

from smolrun.ssh.quoting import octal, posix


@given(st.binary())
def test_nothing_special_to_any_shell_is_left(data: bytes) -> None:
    text = octal(data)
    assert not set(text) & set("'\"!$`%\n\r\t")
    assert "\\\\" not in text
    assert text.isascii()
    assert text.isprintable()


@given(st.text(alphabet=st.characters(codec="utf-8", exclude_characters="\0")))
def test_the_line_is_safe_for_every_shell(text: str) -> None:
    line = posix(text)
    assert line.isascii()
    assert line.isprintable()
    assert line.count("'") == 4
    assert "!" not in line
    script = line.split("'")[3]
    assert re.fullmatch(r"(?:[^\\]|\\n|\\0[0-7]{3})*", script), (
        "fish takes away a backslash before one, and before a quote"
    )


@given(st.text(alphabet=st.characters(codec="utf-8", exclude_characters="\0"), max_size=30))
@settings(max_examples=25, deadline=None)
def test_what_was_written_is_what_runs(text: str) -> None:
    script = "cat <<'the end'\n" + text + "\nthe end\nprintf %s $#"
    if text.startswith("the end") or "\nthe end" in text:
        return
    done = subprocess.run(["/bin/sh", "-c", posix(script)], capture_output=True, check=True)
    assert done.stdout == text.encode() + b"\n0"
