"""Reading, matching and appending ``known_hosts`` lines; OpenSSH's own tools are the judge."""

import base64
import subprocess
import tempfile
import threading
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from smolrun.ssh.known_hosts import AUTHORITY, REVOKED, add_key, hash_name, parse_line, read_known_hosts
from smolrun.ssh.patterns import matches, matches_any

BLOB = b"\0\0\0\x0bssh-ed25519\0\0\0\x20" + bytes(32)
KEY = f"ssh-ed25519 {base64.b64encode(BLOB).decode()}"

label = st.text("abcdefghijklmnopqrstuvwxyz0123456789-", min_size=1, max_size=8)
host_name = st.lists(label, min_size=1, max_size=3).map(".".join)
port = st.integers(1, 65535)


def covers(names: str, host: str) -> bool:
    known = parse_line(f"{names} {KEY}")
    assert known is not None
    return known.covers(host)


def found_by_openssh(path: Path, host: str) -> bool:
    return subprocess.run(["ssh-keygen", "-F", host, "-f", str(path)], capture_output=True, check=False).returncode == 0


@given(host_name, st.one_of(st.none(), port))
def test_a_name_covers_itself_and_no_other_port(host: str, number: int | None) -> None:
    name = host if number is None else f"[{host}]:{number}"
    assert covers(name, name)
    assert covers(name.upper(), name)
    assert not covers(name, f"[{host}]:{(number or 0) + 1}")
    assert not covers(f"!{name},*", name)


@given(host_name, host_name)
def test_a_hashed_name_covers_only_itself(host: str, other: str) -> None:
    hashed = hash_name(host)
    assert covers(hashed, host)
    assert covers(hashed, host.upper())
    assert covers(hashed, other) == (other == host)


@given(st.text("ab.*?", max_size=8), st.text("ab.", max_size=8))
def test_wildcards_match_as_a_textbook_matcher_says(pattern: str, text: str) -> None:
    def textbook(pattern: str, text: str) -> bool:
        if not pattern:
            return not text
        if pattern[0] == "*":
            return textbook(pattern[1:], text) or (bool(text) and textbook(pattern, text[1:]))
        return bool(text) and pattern[0] in ("?", text[0]) and textbook(pattern[1:], text[1:])

    assert matches(pattern, text) == textbook(pattern, text)


def test_brackets_in_a_pattern_are_no_character_class() -> None:
    assert covers("[web?]:22*", "[web1]:2222")
    assert not covers("[web?]:22*", "e")


def test_a_negated_pattern_wins_wherever_it_stands() -> None:
    assert matches_any(["*.lab", "!b.lab"], "a.lab")
    assert not matches_any(["*.lab", "!b.lab"], "b.lab")
    assert not matches_any(["!b.lab", "*.lab"], "b.lab")
    assert not matches_any(["!b.lab"], "a.lab")


@settings(max_examples=25, deadline=None)
@given(names=st.lists(host_name, min_size=1, max_size=3), asked=host_name, hashed=st.booleans())
def test_openssh_finds_what_we_find(names: list[str], asked: str, hashed: bool) -> None:
    written = [hash_name(name) for name in names] if hashed else [",".join(names)]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "known_hosts"
        path.write_text("".join(f"{name} {KEY}\n" for name in written))
        for host in (asked, *names):
            assert any(key.covers(host) for key in read_known_hosts([path])) == found_by_openssh(path, host)


def test_markers_are_told_apart() -> None:
    lines = [f"{marker} *.lab {KEY} a comment" for marker in (REVOKED, AUTHORITY)]
    assert [key.marker for line in lines if (key := parse_line(line))] == [REVOKED, AUTHORITY]


@pytest.mark.parametrize(
    "line",
    ["", "  ", "# comment", "host", "host ssh-ed25519", "host ssh-ed25519 !!!", f"@unknown host {KEY}", "host ssh-rsa "
     + KEY.split()[1], "|1|x host " + KEY],
)  # fmt: skip
def test_what_is_no_line_is_passed_over(line: str) -> None:
    known = parse_line(line)
    assert known is None or not known.covers("host")


@given(st.text(max_size=80))
@example("host ssh-ed25519 \x80")
@example("|1|\x80|\x80 " + KEY)
def test_no_line_whatever_breaks_the_parser(line: str) -> None:
    known = parse_line(line)
    if known is not None:
        known.covers("host")


def test_a_missing_file_is_no_error(tmp_path: Path) -> None:
    assert list(read_known_hosts([tmp_path / "none", tmp_path])) == []


@pytest.mark.parametrize("hashed", [False, True])
def test_an_added_key_is_found_by_openssh(tmp_path: Path, hashed: bool) -> None:
    path = tmp_path / "new folder" / "known_hosts"
    add_key(path, "[127.0.0.1]:2222", "ssh-ed25519", BLOB, hashed=hashed)
    assert found_by_openssh(path, "[127.0.0.1]:2222")
    assert ("127.0.0.1" in path.read_text()) is not hashed
    assert path.stat().st_mode & 0o777 == 0o600
    assert path.parent.stat().st_mode & 0o777 == 0o700


def test_adding_twice_adds_once(tmp_path: Path) -> None:
    path = tmp_path / "known_hosts"
    for _ in range(2):
        add_key(path, "web1", "ssh-ed25519", BLOB)
    assert len(path.read_text().splitlines()) == 1


def test_a_last_line_without_its_end_is_not_spoilt(tmp_path: Path) -> None:
    path = tmp_path / "known_hosts"
    path.write_text(f"web0 {KEY}")
    add_key(path, "web1", "ssh-ed25519", BLOB)
    assert [key.names for key in read_known_hosts([path])] == ["web0", "web1"]


def test_many_writers_at_once_lose_nothing(tmp_path: Path) -> None:
    path = tmp_path / "known_hosts"
    threads = [
        threading.Thread(target=add_key, args=(path, f"web{number % 20}", "ssh-ed25519", BLOB)) for number in range(40)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(key.names for key in read_known_hosts([path])) == sorted(f"web{number}" for number in range(20))
