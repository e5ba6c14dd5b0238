"""The arguments of modules of collections that work on files: archives, access control lists, capabilities."""

from typing import Any

from tests.twin.spaces import Space, each, ways


def archive() -> Space:
    paths: list[dict[str, Any]] = [
        {"path": "folder"}, {"path": "folder/"}, {"path": "present"}, {"path": ["@present", "@empty"]},
        {"path": "*e*"}, {"path": ["@missing", "@present"]}, {"path": "missing"},
        {"path": ["@link", "@folder/inner"]}, {"path": "[!p]*"}, {"path": "z*"},
    ]  # fmt: skip
    more: list[dict[str, Any]] = [
        {}, {"force_archive": True}, {"exclude_path": "@pre*"}, {"exclusion_patterns": ["*file", "*empty"]},
        {"remove": True}, {"mode": "0600", "owner": "1"},
    ]  # fmt: skip
    formats = ways("format", "bz2", "xz", "tar", "zip")
    for arguments in each(paths, formats, more, ways("dest", "a.out", "no/such/folder")):
        # A link that leads nowhere: where both fail, Ansible leaves half an archive; it is packed, but not removed.
        dangling = arguments["path"] == "[!p]*"
        if not dangling or not (arguments.get("format") == "zip" or "remove" in arguments):
            yield arguments


def acl() -> Space:
    places = [{"path": place} for place in ("present", "folder", "link", "dangling", "missing")]
    wishes: list[dict[str, Any]] = [
        {}, {"etype": "user", "entity": "daemon", "permissions": "r", "state": "present"},
        {"etype": "group", "entity": "2", "permissions": "rwX", "state": "present", "recursive": True},
        {"etype": "mask", "permissions": "r", "state": "present"}, {"entry": "g:daemon:-", "state": "present"},
        {"etype": "other", "permissions": "", "state": "present"}, {"entry": "u::rwx", "state": "present"},
        {"etype": "user", "entity": "daemon", "state": "absent"}, {"entry": "default:user:bin:rx", "state": "present"},
        {"etype": "user", "entity": "no-such", "permissions": "r", "state": "present"},
        {"entry": "u:daemon:rw", "state": "present", "recalculate_mask": "no_mask"},
        {"entry": "d:u:bin:rw", "state": "present", "recursive": True},
    ]  # fmt: skip
    for arguments in each(places, wishes, ways("default", True), ways("follow", False)):
        # A link itself has no such list; Ansible calls what is not done a change each time.
        if "follow" not in arguments or arguments["path"] not in ("link", "dangling"):
            yield arguments


def xattr() -> Space:
    places = [{"path": place} for place in ("present", "folder", "link", "missing")]
    keys: list[dict[str, Any]] = [{"key": "k"}, {"key": "user.k"}, {"key": "k", "namespace": "trusted"}]
    what: list[dict[str, Any]] = [
        {"value": "plain"}, {"value": "", "state": "present"}, {"state": "absent"}, {"state": "read"},
        {"state": "keys"}, {"state": "all"},
    ]  # fmt: skip
    yield from each(places, keys, what)


def capabilities() -> Space:
    places = [{"path": place} for place in ("present", "program", "empty", "folder")]
    what: list[dict[str, Any]] = [
        {"capability": "cap_kill=ep"}, {"capability": "CAP_KILL=p"}, {"capability": "cap_nonsense=ep"},
        {"capability": "cap_kill", "state": "absent"}, {"capability": "cap_kill=ep", "state": "absent"},
        {"capability": "cap_kill"}, {"capability": "cap_kill=i", "state": "present"},
    ]  # fmt: skip
    yield from each(places, what)


def make() -> Space:
    targets: list[dict[str, Any]] = [
        {}, {"target": "always"}, {"target": "fails"}, {"targets": ["made", "always"]}, {"target": "none"},
        {"targets": "made"},
    ]  # fmt: skip
    yield from each([{"chdir": "@"}], targets, ways("params", {"A": 1, "-s": None}), ways("file", "@Makefile", "none"))
