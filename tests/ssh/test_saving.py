"""`get` with a local destination."""

from pathlib import Path

from tests.servers.endpoint import Endpoint


def test_a_local_file_that_is_replaced_keeps_its_permissions(openssh: Endpoint, tmp_path: Path) -> None:
    (tmp_path / "there").write_text("secret")
    for mode in (0o600, 0o640, 0o755):
        local = tmp_path / f"{mode:o}"
        local.write_text("old")
        local.chmod(mode)

        openssh.client().get(str(tmp_path / "there"), local, timeout=20)

        assert (local.read_text(), local.stat().st_mode & 0o7777) == ("secret", mode)
    assert {entry.name for entry in tmp_path.iterdir()} == {"there", "600", "640", "755"}
