"""The arguments of modules that write files."""

from typing import Any

from tests.twin.spaces import PLACES, Space, each, ways

ATTRIBUTES: list[dict[str, Any]] = [
    {}, {"mode": "0640"}, {"mode": "u+x,g-r,o="}, {"mode": "a=rX"}, {"owner": "daemon"}, {"group": "2"},
    {"owner": "1", "group": "daemon", "mode": "02755"},
]  # fmt: skip


def file() -> Space:
    states = ways("state", "file", "directory", "touch", "absent")
    for arguments in each([{"path": place} for place in PLACES], states, ATTRIBUTES, ways("follow", False)):
        yield arguments
    for arguments in each(
        [{"path": place} for place in PLACES],
        [
            {"state": "link", "src": "present"},
            {"state": "link", "src": "nowhere"},
            {"state": "hard", "src": "@present"},
        ],
        ways("force", True),
    ):
        yield arguments
    for mode in ("u=rwX,g=rX,o=", "0700", "g+w"):
        yield {"path": "folder", "state": "directory", "recurse": True, "mode": mode, "owner": "daemon"}


def copy() -> Space:
    sources: list[dict[str, Any]] = [
        {"content": "new\n"}, {"content": ""}, {"content": {"a": [1, None]}}, {"src": "source.txt"},
        {"src": "same.txt"}, {"src": "tree"}, {"src": "tree/"}, {"src": "@program", "remote_src": True},
    ]  # fmt: skip
    more: list[dict[str, Any]] = [
        {},
        {"backup": True},
        {"force": False},
        {"follow": True},
        {"directory_mode": "0700"},
        {"validate": "grep -q new %s"},
    ]
    for arguments in each([{"dest": place} for place in (*PLACES, "folder/", "new/")], sources, ATTRIBUTES, more):
        # A folder onto a link that leads nowhere: both fail, but ansible-core leaves an empty file in its place.
        # Onto a link: where `validate` fails, Ansible has put an empty file in its place.
        # With `follow`, a link that leads nowhere is replaced there, and followed here. No folders of the guest:
        # Ansible keeps their modes, does not validate what is in them, and copies one into itself without end.
        place, source = arguments["dest"], arguments.get("src")
        # The folders of a folder are made before its files here, and are there where `validate` then fails.
        tree = source in ("tree", "tree/") and (place == "dangling" or "validate" in arguments)
        followed = place == "dangling" and "follow" in arguments
        kept = place in ("folder", "folder/") and "force" in arguments  # Ansible tells the folder as the file
        # Ansible gives the source itself the mode, so that the command may count on it.
        source_changed = "remote_src" in arguments and "validate" in arguments and "mode" in arguments
        if not (tree or followed or kept or source_changed) and (
            place not in ("link", "dangling") or "validate" not in arguments
        ):
            yield arguments


def template() -> Space:
    more: list[dict[str, Any]] = [
        {},
        {"trim_blocks": False},
        {"lstrip_blocks": True},
        {"newline_sequence": "\r\n"},
        {"force": False},
        {"backup": True},
    ]
    for arguments in each([{"src": "template.j2"}], [{"dest": place} for place in PLACES], ATTRIBUTES, more):
        # Ansible tells the folder as the file where that is there and stays.
        if arguments["dest"] != "folder" or "force" not in arguments:
            yield arguments


def lineinfile() -> Space:
    places = [{"path": place} for place in ("present", "unended", "empty", "link", "missing", "folder")]
    lines = [{"line": "setting = new"}, {"line": "first line"}, {"line": ""}]
    matches = [*ways("regexp", "^setting", "^#? ?comment", "nothing"), {"search_string": "older"}]
    where: list[dict[str, Any]] = [
        {}, {"insertafter": "^first"}, {"insertbefore": "^last"}, {"insertbefore": "BOF"}, {"insertafter": "EOF"},
        {"firstmatch": True}, {"create": True}, {"backup": True}, {"mode": "0600"}, {"insertafter": "zzz"},
    ]  # fmt: skip
    for arguments in each(places, lines, matches, where):
        if arguments["path"] != "link" or "backup" not in arguments:
            yield arguments
    yield from each(
        places, [{"state": "absent"}], [{"regexp": "setting"}, {"line": "last line"}, {"search_string": "old"}]
    )
    yield from each(places, [{"regexp": "^(setting) = (.*)$", "line": r"\1 := \2", "backrefs": True}], where)


def blockinfile() -> Space:
    places = [{"path": place} for place in ("present", "unended", "empty", "block", "missing", "link")]
    blocks = [{"block": "one\ntwo"}, {"block": ""}, {"state": "absent"}, {"block": "old"}]
    where: list[dict[str, Any]] = [
        {}, {"insertafter": "^first"}, {"insertbefore": "BOF"}, {"marker": "; {mark} here"}, {"create": True},
        {"backup": True}, {"append_newline": True}, {"prepend_newline": True}, {"mode": "0644"},
    ]  # fmt: skip
    for arguments in each(places, blocks, where):
        # Where we differ on purpose: a copy lies beside the file that a link leads to, and no empty lines stay.
        beside_link = arguments["path"] == "link" and "backup" in arguments
        lines = "append_newline" in arguments or "prepend_newline" in arguments
        if not beside_link and not (lines and not arguments.get("block")):
            yield arguments


def replace() -> Space:
    places = [{"path": place} for place in ("present", "unended", "empty", "block", "missing", "link")]
    changes: list[dict[str, Any]] = [
        {"regexp": "old", "replace": "new"}, {"regexp": "^#.*\n"}, {"regexp": r"(\w+) line", "replace": r"<\1>"},
        {"regexp": "zzz", "replace": "y"}, {"regexp": "$", "replace": ";"},
    ]  # fmt: skip
    more: list[dict[str, Any]] = [{}, {"after": "comment"}, {"before": "# comment"}, {"backup": True}, {"mode": "0600"}]
    for arguments in each(places, changes, more):
        if arguments["path"] != "link" or "backup" not in arguments:
            yield arguments


def pam_limits() -> Space:
    """Nothing that has a comment already, or no newline at its end: there Ansible mixes lines up; no copies, which it
    makes each time.
    """
    limits = [
        {"domain": "joe", "limit_type": "soft", "limit_item": "nofile"},
        {"domain": "@web", "limit_type": "-", "limit_item": "nice"},
        {"domain": "*", "limit_type": "hard", "limit_item": "core"},
    ]
    places = [{"dest": place} for place in ("limits", "empty", "missing", "no/such/folder", "folder")]
    values = [{"value": value} for value in (100, -5, 7, "unlimited", "many")]
    more: list[dict[str, Any]] = [{}, {"use_max": True}, {"use_min": True}, {"comment": "why"}]
    yield from each(places, limits, values, more)


def assemble() -> Space:
    more: list[dict[str, Any]] = [
        {}, {"delimiter": "###"}, {"delimiter": "\\x41\\n"}, {"regexp": r"\.conf$"}, {"ignore_hidden": True},
        {"backup": True}, {"validate": "grep -q new %s"},
    ]  # fmt: skip
    sources: list[dict[str, Any]] = [
        {"src": "@pieces"}, {"src": "tree", "remote_src": False}, {"src": "@missing"}, {"src": "@present"}
    ]  # fmt: skip
    for arguments in each([{"dest": place} for place in PLACES], sources, ATTRIBUTES, more):
        # Ansible puts it into the folder, under the name `src`.
        if (arguments["dest"], arguments["src"]) != ("folder", "tree"):
            yield arguments


def get_url() -> Space:
    urls = [{"url": "file://@program"}, {"url": "file://@present"}, {"url": "file://@missing"}]
    checksum = "sha256:" + "0" * 64
    more: list[dict[str, Any]] = [{}, {"force": True}, {"backup": True}, {"checksum": checksum}]
    yield from each([{"dest": place} for place in PLACES], urls, ATTRIBUTES, more)


def unarchive() -> Space:
    sources: list[dict[str, Any]] = [
        {"src": "packed.tgz"}, {"src": "packed.zip"}, {"src": "@packed.tgz", "remote_src": True},
        {"src": "@packed.zip", "remote_src": True}, {"src": "@present", "remote_src": True},
    ]  # fmt: skip
    more: list[dict[str, Any]] = [
        {}, {"exclude": ["*/c"]}, {"include": ["top"]}, {"keep_newer": True}, {"creates": "@present"},
        {"creates": "@missing"}, {"list_files": True}, {"extra_opts": ["--strip-components=1"]},
    ]  # fmt: skip
    for arguments in each([{"dest": place} for place in ("folder", "folder/", "missing", "present", "link")], sources,
                          ATTRIBUTES, more):  # fmt: skip
        # Ansible gives the folder itself the mode of what has lost its whole name.
        stripped = "extra_opts" in arguments
        if not stripped or (".tgz" in arguments["src"] and not {"mode", "owner", "group"} & set(arguments)):
            yield arguments
