"""``alternatives``: Debian's own tool, on a guest of its own."""

import pytest
from pydantic import ValidationError

from smolrun.modules.alternatives import AlternativesArguments
from smolrun.modules.facts.raw import RawFacts
from smolrun.modules.system.alternatives import Alternative, Follower, known_of
from tests.modules.guest import Guest, SystemGuest


@pytest.mark.slow
def test_a_program_is_chosen(system: SystemGuest) -> None:
    one = {"name": "srtool", "path": "/bin/true", "link": "/usr/bin/srtool", "priority": 10}
    two = {"name": "srtool", "path": "/bin/false", "link": "/usr/bin/srtool", "priority": 20}
    system.twice("alternatives", one)
    system.twice("alternatives", two | {"state": "present"})
    assert system.sh("readlink /etc/alternatives/srtool") == "/bin/true\n"
    system.twice("alternatives", {"name": "srtool", "path": "/bin/false"})
    assert system.sh("readlink /etc/alternatives/srtool") == "/bin/false\n"
    system.twice("alternatives", {"name": "srtool", "path": "/bin/true"})
    system.twice("alternatives", one | {"state": "auto"})
    assert system.sh("readlink /etc/alternatives/srtool") == "/bin/false\n"
    for each in (one, two):
        system.twice("alternatives", each | {"state": "absent"})
    assert "`link` is needed" in system.fails("alternatives", {"name": "srtool", "path": "/bin/true"})


@pytest.mark.slow
def test_links_are_switched_together(system: SystemGuest) -> None:
    task = {"name": "srpair", "path": "/bin/true", "link": "/usr/bin/srpair", "priority": -5}
    follower = {"name": "srhalf", "link": "/usr/bin/srhalf", "path": "/bin/false"}
    system.twice("alternatives", {**task, "subcommands": [follower]})
    assert system.sh("readlink /etc/alternatives/srhalf") == "/bin/false\n"
    assert not system.do("alternatives", task).changed
    system.twice("alternatives", {**task, "priority": 7})
    assert system.sh("readlink /etc/alternatives/srhalf") == "/bin/false\n"
    system.twice("alternatives", {**task, "slaves": [{**follower, "path": "/bin/echo"}]})
    assert system.sh("readlink /etc/alternatives/srhalf") == "/bin/echo\n"
    system.twice("alternatives", {**task, "subcommands": []})
    assert system.sh("test -e /usr/bin/srhalf || echo gone") == "gone\n"
    system.twice("alternatives", {**task, "state": "absent"})


def test_a_guest_without_it_is_told(busybox: Guest) -> None:
    message = busybox.fails("alternatives", {"name": "x", "path": "/x"})
    assert message == "`update-alternatives` is not installed on web1"


def test_red_hats_tool_is_understood() -> None:
    text = "java - status is manual.\n link currently points to /a/java\n"
    text += "/a/java - family x priority 5\n follower jar: /a/jar\n follower old: (null)\n/b/java - priority -7\n"
    known = known_of(RawFacts([("display", text)]))
    assert (known.value, known.manual) == ("/a/java", True)
    first = Alternative(5, "x", frozenset({Follower("jar", None, "/a/jar")}))
    assert known.alternatives == {"/a/java": first, "/b/java": Alternative(-7)}


def test_a_path_is_needed() -> None:
    with pytest.raises(ValidationError, match="`path` or `family` is needed"):
        AlternativesArguments.model_validate({"name": "x"})
