"""Files of 0 bytes, without a final newline, with bytes that are no text: what nobody asked to be changed stays."""

import base64
import hashlib
from pathlib import Path

import pytest

from tests.modules.hard_cases.place import Place
from tests.modules.hard_cases.test_names import NAMES
from tests.modules.hard_cases.writers import Writer, each

CONTENTS = {
    "empty": b"",
    "unended": b"[main]\nold = 1",
    "newlines": b"\n\n\n",
    "windows": b"[main]\r\nold = 1\r\n",
    "bytes": b"[main]\n# \xff\xfe \x0b \x0c \x1c \x85 \xc2\x85 \xe2\x80\xa8 \r x\nold = 1\n",
    "nul": b"# \0 \0\n",
    "one line": b"# " + b"x" * 300_000,
}
every_content = pytest.mark.parametrize("content", CONTENTS.values(), ids=CONTENTS)


@each(lambda writer: writer.before is not None)
@pytest.mark.parametrize(
    "content",
    [
        content if name == "bytes" else pytest.param(content, marks=pytest.mark.slow, id=name)
        for name, content in CONTENTS.items()
    ],
)
def test_a_file_that_is_there_has_any_content(place: Place, writer: Writer, content: bytes) -> None:
    """It is changed once, then never again; lines that nobody meant stay byte for byte."""
    path = f"{place.folder}/file"
    place.write(path, content)
    foreseen = place.do(writer, "file", check_mode=True, diff_mode=True)
    assert place.read(path) == content
    assert place.do(writer, "file").changed == foreseen.changed
    assert foreseen.changed or (writer.module == "replace" and b"\nold = 1\n" not in content)
    after = place.read(path)
    assert not place.do(writer, "file", check_mode=True).changed
    assert not place.do(writer, "file").changed
    assert place.read(path) == after
    if writer.link == "followed":
        lines = after.replace(b"\r\n", b"\n").split(b"\n")
        before = content.replace(b"\r\n", b"\n").split(b"\n")
        assert [line for line in before if line not in lines and b"old" not in line] == []


@every_content
def test_what_is_sent_arrives(place: Place, content: bytes) -> None:
    source = place.guest.source("sent", content)
    for name in NAMES:
        path = f"{place.folder}/{name}"
        assert place.guest.do("copy", {"src": "sent", "dest": path, "mode": "0640"}).changed, name
        assert place.read(path) == content, name
        read = place.guest.do("slurp", {"src": path})
        assert base64.b64decode(read.values["content"]) == content, name
        told = place.guest.do("stat", {"path": path, "checksum_algorithm": "sha256"}).values["stat"]
        assert (told["size"], told["checksum"], told["mode"], told["path"]) == (
            len(content), hashlib.sha256(content).hexdigest(), "0640", path
        ), name  # fmt: skip
    assert source.read_bytes() == content


@every_content
def test_what_is_there_is_found_and_fetched(place: Place, tmp_path: Path, content: bytes) -> None:
    for name in NAMES:
        place.write(f"{place.folder}/{name}", content)
    found = place.guest.do("find", {"paths": place.folder, "get_checksum": True, "checksum_algorithm": "sha256"})
    digest = hashlib.sha256(content).hexdigest()
    assert {(file["path"], file["size"], file["checksum"]) for file in found.values["files"]} == {
        (f"{place.folder}/{name}", len(content), digest) for name in NAMES
    }
    for name in NAMES:
        given = {"src": f"{place.folder}/{name}", "dest": f"{tmp_path}/here/", "flat": True}
        assert place.guest.do("fetch", given, check_mode=True).changed
        assert place.guest.do("fetch", given).changed
        assert not place.guest.do("fetch", given).changed
        assert (tmp_path / "here" / name).read_bytes() == content


def test_names_of_a_folder_are_put_together_with_their_contents(place: Place) -> None:
    """``assemble``, hard links and links of every name."""
    for name in NAMES:
        place.write(f"{place.sources}/pieces/{name}", f"{name}\n".encode())
    place.guest.do("assemble", {"src": f"{place.sources}/pieces", "dest": f"{place.folder}/all"})
    for name in NAMES:
        assert name.encode() in place.read(f"{place.folder}/all"), name
        source, link = f"{place.sources}/pieces/{name}", f"{place.folder}/{name}"
        for state in ("hard", "link"):
            given = {"src": source, "dest": link, "state": state, "force": True}
            assert place.guest.do("file", given, check_mode=True).changed, name
            assert place.guest.do("file", given).changed, name
            assert not place.guest.do("file", given).changed, name
            assert place.read(link) == f"{name}\n".encode()
        assert place.guest.do("stat", {"path": link}).values["stat"]["lnk_target"] == source
