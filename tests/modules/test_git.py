"""``git``: repositories of the test's own, cloned by the git of a guest."""

import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from smolrun.modules.git import GitArguments
from tests.modules.guest import Guest


class Repository:
    """A repository with a work tree."""

    def __init__(self, path: Path) -> None:
        self.path = path
        path.mkdir()
        self("init", "-q", "-b", "main")
        self.commit("one")

    def __call__(self, *words: str) -> str:
        identity = ["-c", "user.name=t", "-c", "user.email=t@example.com", "-c", "protocol.file.allow=always"]
        done = subprocess.run(
            ["git", "-C", str(self.path), *identity, *words], capture_output=True, text=True, check=True
        )
        return done.stdout.strip()

    def commit(self, text: str) -> str:
        (self.path / "file").write_text(text)
        self("add", "file")
        self("commit", "-q", "-m", text)
        return self("rev-parse", "HEAD")


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    return Repository(tmp_path / "a repository")


def wanted(local: Guest, repository: Repository, **more: Any) -> dict[str, Any]:
    return {"repo": f"file://{repository.path}", "dest": local.path("a clone"), **more}


def test_a_clone_comes_once_and_follows(local: Guest, repository: Repository) -> None:
    foreseen = local.do("git", wanted(local, repository), check_mode=True)
    assert foreseen.changed
    assert not local.here("a clone").exists()
    first = local.do("git", wanted(local, repository))
    assert (first.changed, first.values["before"], first.values["after"]) == (True, None, foreseen.values["after"])
    for check in (True, False):
        assert not local.do("git", wanted(local, repository), check_mode=check).changed
    assert local.round_trips(lambda: local.do("git", wanted(local, repository))) == 1
    commit = repository.commit("two")
    assert not local.do("git", wanted(local, repository, update=False)).changed
    assert local.do("git", wanted(local, repository), check_mode=True).values["after"] == commit
    second = local.do("git", wanted(local, repository), diff_mode=True)
    assert (second.changed, second.values["after"], second.diffs[0].after) == (True, commit, f"{commit}\n")
    assert local.here("a clone/file").read_text() == "two"


@pytest.mark.parametrize("depth", [None, 1])
def test_branches_tags_and_commits(local: Guest, repository: Repository, depth: int | None) -> None:
    first = repository("rev-parse", "HEAD")
    repository("tag", "-a", "v1", "-m", "v1")
    repository("checkout", "-q", "-b", "topic/x")
    topic = repository.commit("topic")
    repository("config", "uploadpack.allowAnySHA1InWant", "true")
    for version, commit in (("v1", first), ("topic/x", topic), (first, first), ("main", first), (topic, topic)):
        task = wanted(local, repository, version=version, depth=depth)
        result = local.do("git", task)
        assert result.values["after"] == commit, version
        assert not local.do("git", task).changed, version
    assert "no version nope" in local.fails("git", wanted(local, repository, version="nope"))


def test_a_branch_that_was_rewritten_is_followed(local: Guest, repository: Repository) -> None:
    repository.commit("two")
    local.do("git", wanted(local, repository))
    repository("reset", "-q", "--hard", "HEAD^")
    commit = repository.commit("other")
    assert local.do("git", wanted(local, repository)).values["after"] == commit


def test_local_modifications_are_kept_unless_forced(local: Guest, repository: Repository) -> None:
    local.do("git", wanted(local, repository))
    local.here("a clone/file").write_text("mine")
    local.here("a clone/new").write_text("mine")
    assert "Local modifications exist" in local.fails("git", wanted(local, repository))
    assert local.here("a clone/file").read_text() == "mine"
    assert local.do("git", wanted(local, repository, force=True), check_mode=True).changed
    assert local.here("a clone/file").read_text() == "mine"
    assert local.do("git", wanted(local, repository, force=True)).changed
    assert (local.here("a clone/file").read_text(), local.here("a clone/new").read_text()) == ("one", "mine")


def test_bare_clones_and_other_places(local: Guest, repository: Repository) -> None:
    task = wanted(local, repository, bare=True)
    assert local.do("git", task).changed
    assert not local.do("git", task).changed
    commit = repository.commit("two")
    assert local.do("git", task).values["after"] == commit
    assert local.here("a clone/HEAD").exists()
    moved = Repository(repository.path.with_name("moved"))
    assert local.do("git", wanted(local, moved, bare=True)).values["remote_url_changed"]


def test_submodules_come_along(local: Guest, repository: Repository) -> None:
    inner = Repository(repository.path.with_name("inner"))
    repository("submodule", "add", "-q", f"file://{inner.path}", "inner")
    repository("commit", "-q", "-m", "inner")
    allowed = {"GIT_CONFIG_COUNT": "1", "GIT_CONFIG_KEY_0": "protocol.file.allow", "GIT_CONFIG_VALUE_0": "always"}
    assert local.do("git", wanted(local, repository), environment=allowed).changed
    assert local.here("a clone/inner/file").read_text() == "one"
    assert not local.do("git", wanted(local, repository), environment=allowed).changed


@pytest.mark.parametrize("end", [".zip", ".tar", ".tar.gz", ".tgz"])
def test_an_archive_is_made_once_for_each_version(local: Guest, repository: Repository, end: str) -> None:
    task = wanted(local, repository, archive=local.path(f"out{end}"), archive_prefix="tool/")
    assert local.do("git", task, check_mode=True).changed
    assert not local.here(f"out{end}").exists()
    assert local.do("git", task).changed
    unpacked = local.here("unpacked")
    shutil.unpack_archive(local.here(f"out{end}"), unpacked)
    assert (unpacked / "tool/file").read_text() == "one"
    for check in (True, False):
        assert not local.do("git", task, check_mode=check).changed
    local.here(f"out{end}").unlink()
    assert local.do("git", {**task, "update": False}, check_mode=True).changed
    assert local.do("git", {**task, "update": False}).changed
    repository.commit("two")
    assert local.do("git", task).changed
    assert not local.do("git", task).changed
    assert [path.name for path in local.here("a clone").parent.glob("out*")] == [f"out{end}"]
    assert "cannot be made" in local.fails("git", {**task, "archive": local.path(f"none/out{end}")})


def test_archives_need_a_known_name() -> None:
    for wrong, message in (({"archive": "x.rar"}, "ends in"), ({"archive_prefix": "x"}, "needs `archive`")):
        with pytest.raises(ValidationError, match=message):
            GitArguments.model_validate({"repo": "x", "dest": "y", **wrong})


def test_only_signatures_of_trusted_keys_count(local: Guest, repository: Repository, tmp_path: Path) -> None:
    home = tmp_path / "gpg"
    home.mkdir(mode=0o700)
    environment = {"GNUPGHOME": str(home)}
    gpg = ["gpg", "--homedir", str(home), "--batch", "-q"]
    try:
        subprocess.run(
            [*gpg, "--passphrase", "", "--quick-gen-key", "t@example.com", "ed25519", "sign", "never"], check=True
        )
        listed = subprocess.run([*gpg, "--list-keys", "--with-colons"], capture_output=True, text=True, check=True)
        key = next(line.split(":")[9] for line in listed.stdout.splitlines() if line.startswith("fpr"))
        task = wanted(local, repository, verify_commit=True)
        assert "is not signed" in local.fails("git", task, environment=environment)
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("GNUPGHOME", str(home))
            repository("commit", "-q", f"-S{key}", "--allow-empty", "-m", "signed")
        for allowed in ([], [key], ["ab", " ".join([key[:20], key[20:]]).lower()]):
            local.do("git", {**task, "gpg_allowlist": allowed}, environment=environment)
        message = local.fails("git", {**task, "gpg_whitelist": [key[::-1]]}, environment=environment)
        assert "gpg_allowlist does not include" in message
    finally:
        subprocess.run(["gpgconf", "--homedir", str(home), "--kill", "all"], check=False)


def test_what_cannot_be(local: Guest, busybox: Guest, repository: Repository) -> None:
    local.here("a clone").mkdir()
    local.here("a clone/mine").write_text("x")
    assert "is no git repository" in local.fails("git", wanted(local, repository))
    assert "cannot be read" in local.fails("git", {"repo": "/nowhere", "dest": local.path("x")})
    assert busybox.fails("git", {"repo": "x", "dest": "/x"}) == "`git` is not installed on web1"
