"""``apt_repository`` and ``deb822_repository``: sources of a real apt."""

from collections.abc import Iterator
from typing import Any

import pytest
from pydantic import ValidationError

from smolrun.modules.apt_repository import AptRepositoryArguments
from smolrun.modules.deb822_repository import Deb822RepositoryArguments
from smolrun.modules.packages.apt_sources import file_name, normal, with_source, without_source
from tests.modules.guest import SystemGuest

slow = pytest.mark.slow


@pytest.fixture
def sources(system: SystemGuest) -> Iterator[SystemGuest]:
    system.sh("cp -a /srv/repo /srv/other; rm -rf /run/key; echo key > /run/key")
    yield system
    system.sh(
        "cd /etc/apt/sources.list.d; for f in *; do [ $f = sr.list ] || rm -f $f; done; rm -rf /srv/other "
        "/etc/apt/keyrings/sr-*; apt-get -qq update"
    )


@slow
def test_a_source_comes_once_and_goes(sources: SystemGuest) -> None:
    wanted = {"repo": "deb  [ trusted=yes ] file:/srv/other  ./", "filename": "other"}
    sources.twice("apt_repository", wanted)
    assert sources.sh("cd /etc/apt/sources.list.d; cat other.list; stat -c %a other.list") == (
        "deb [trusted=yes] file:/srv/other ./\n644\n"
    )
    assert "/srv/other" in sources.sh("apt-cache policy sr-one")
    assert not sources.do("apt_repository", {"repo": "deb [trusted=yes] file:/srv/other ./"}).changed
    sources.sh("sed -i 's/^/# /' /etc/apt/sources.list.d/other.list")
    sources.twice("apt_repository", wanted)
    removed = sources.twice("apt_repository", wanted | {"state": "absent"})
    assert removed.values["sources_removed"] == ["/etc/apt/sources.list.d/other.list"]
    assert "/srv/other" not in sources.sh("apt-cache policy sr-one; ls /etc/apt/sources.list.d")


@slow
def test_a_source_that_does_not_work_is_taken_back(sources: SystemGuest) -> None:
    before = sources.sh("ls /etc/apt/sources.list.d")
    wanted = {"repo": "deb http://127.0.0.1:9/debian x main", "update_cache_retries": 0}
    assert "the sources are as before" in sources.fails("apt_repository", wanted)
    assert sources.sh("ls /etc/apt/sources.list.d") == before
    assert sources.do("apt_repository", wanted | {"update_cache": False}).changed
    assert "127_0_0_1_9_debian.list" in sources.sh("ls /etc/apt/sources.list.d")


@slow
def test_a_source_in_a_file_of_its_own(sources: SystemGuest) -> None:
    wanted: dict[str, Any] = {
        "name": "SR other", "uris": "file:/srv/other", "suites": "./", "trusted": True, "enabled": "yes",
    }  # fmt: skip
    first = sources.twice("deb822_repository", wanted)
    assert first.values["dest"] == "/etc/apt/sources.list.d/sr-other.sources"
    assert sources.sh(f"cat {first.values['dest']}") == (
        "Enabled: yes\nX-Repolib-Name: SR other\nSuites: ./\nTrusted: yes\nTypes: deb\nURIs: file:/srv/other\n"
    )
    assert "/srv/other" in sources.sh("apt-get -qq update; apt-cache policy sr-one")
    sources.twice("deb822_repository", {"name": "SR other", "state": "absent"})


@slow
def test_a_key_that_is_written_out_or_cannot_be_got(sources: SystemGuest) -> None:
    wanted: dict[str, Any] = {"name": "sr-key", "uris": "file:/srv/other", "suites": "./", "enabled": False}
    key = "-----BEGIN PGP PUBLIC KEY BLOCK-----\n\nabc\n-----END PGP PUBLIC KEY BLOCK-----\n"
    sources.twice("deb822_repository", wanted | {"signed_by": key})
    text = sources.sh("cat /etc/apt/sources.list.d/sr-key.sources; apt-get -qq update")
    assert "Signed-By: \n -----BEGIN PGP PUBLIC KEY BLOCK-----\n .\n abc\n" in text
    message = sources.fails("deb822_repository", wanted | {"signed_by": "http://127.0.0.1:9/key"})
    assert "cannot get the key at http://127.0.0.1:9/key" in message


@slow
def test_a_key_comes_from_a_url(sources: SystemGuest) -> None:
    """The guest's perl serves it."""
    sources.sh(
        "cat > /run/serve.pl <<'E'\nuse IO::Socket::INET;\n"
        "my $s = IO::Socket::INET->new(LocalAddr => '127.0.0.1:8123', Listen => 5, ReuseAddr => 1) or die;\n"
        "open my $r, '>', '/run/serving'; close $r;\n"
        "while (my $c = $s->accept) { while (<$c>) { last if /^\\r?$/ } "
        'print $c "HTTP/1.0 200 OK\\r\\nContent-Length: 4\\r\\n\\r\\nkey\\n"; close $c }\nE\n'
        "setsid perl /run/serve.pl </dev/null >/dev/null 2>&1 & echo $! > /run/serve.pid\n"
        "until [ -e /run/serving ]; do sleep 0.1; done"
    )
    try:
        wanted = {"name": "sr-url", "uris": "file:/srv/other", "suites": "./", "enabled": False}
        first = sources.twice("deb822_repository", wanted | {"signed_by": "http://127.0.0.1:8123/k"})
        assert first.values["key_filename"] == "/etc/apt/keyrings/sr-url.gpg"
        assert sources.sh("cat /etc/apt/keyrings/sr-url.gpg") == "key\n"
        sources.twice("deb822_repository", {"name": "sr-url", "state": "absent"})
        assert sources.sh("ls -A /etc/apt/keyrings") == ""
    finally:
        sources.sh("kill $(cat /run/serve.pid); rm -f /run/serv*")


@pytest.mark.parametrize(
    ("model", "arguments", "message"),
    [
        (AptRepositoryArguments, {"repo": "ppa:a/b"}, "PPAs are not looked up"),
        (AptRepositoryArguments, {"repo": "http://x"}, "is no source"),
        (Deb822RepositoryArguments, {"name": "x"}, "`uris` and `suites` are needed"),
        (Deb822RepositoryArguments, {"name": "x", "uris": "u", "suites": "s", "types": "rpm"}, "no type 'rpm'"),
    ],
)
def test_wrong_arguments_are_told(model: Any, arguments: dict[str, Any], message: str) -> None:
    with pytest.raises(ValidationError, match=message):
        model.model_validate(arguments)


def test_lines_are_compared_by_what_they_say() -> None:
    assert normal("#  deb http://a/b  c d  # x") == ("deb http://a/b c d", False)
    assert normal("# just words") is None
    assert with_source("# x\n# deb http://a c\n", "deb http://a c") == ("# x\ndeb http://a c\n", True)
    assert without_source("deb http://a c\n# note\n", "deb http://a c") == "# note\n"
    assert file_name("deb [arch=amd64] https://u:p@download.docker.com/linux/debian x y") == (
        "download_docker_com_linux_debian"
    )
