"""Archives that the controller has, the same bytes each time."""

import gzip
import io
import tarfile
import zipfile

MEMBERS = {"top": b"top\n", "b/c": b"c", "b/empty": b""}
MODIFIED = (2020, 2, 2, 2, 2, 2)


def packed(kind: str) -> bytes:
    """A ``tgz`` or a ``zip`` of a few files, a folder and, in the former, a link."""
    made = io.BytesIO()
    if kind == "zip":
        with zipfile.ZipFile(made, "w") as archive:
            for name, content in MEMBERS.items():
                archive.writestr(zipfile.ZipInfo(name, MODIFIED), content)
        return made.getvalue()
    with tarfile.open(fileobj=made, mode="w") as tar:
        for name, content in MEMBERS.items():
            member = tarfile.TarInfo(name)
            member.size, member.mtime, member.mode = len(content), 1_580_608_922, 0o640
            tar.addfile(member, io.BytesIO(content))
        link = tarfile.TarInfo("link")
        link.type, link.linkname, link.mtime = tarfile.SYMTYPE, "top", 1_580_608_922
        tar.addfile(link)
    return gzip.compress(made.getvalue(), mtime=0)
