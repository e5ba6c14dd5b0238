"""``getent``: entries of the guest's databases of users, groups, hosts and so on."""

from typing import Any

from pydantic import Field

from smolrun.errors import ModuleError
from smolrun.modules.base import Arguments, Module, ModuleResult, TaskContext
from smolrun.modules.files.lines import lines_of
from smolrun.modules.system.asking import ask
from smolrun.source.coercions import Boolean, Text

COLONS = frozenset({"group", "gshadow", "passwd", "shadow"})
"""Databases whose fields stand between colons."""

READ = """
if has getent; then
	said=$(getent ${service:+-s "$service"} "$database" ${key:+"$key"} 2>&1 </dev/null)
	fact code "$?"
	fact said "$said"
else
	case $database in
	passwd | group | shadow | gshadow | hosts | services | protocols | networks) ;;
	*) need getent ;;
	esac
	file said "/etc/$database"
	fact code files
fi
"""


class GetentArguments(Arguments):
    """Look up one entry of a database of the guest, or all, as the fact ``getent_<database>``.

    Example:
        ```yaml
        - getent:
            database: passwd
            key: deploy
        - debug:
            msg: "{{ ansible_facts.getent_passwd.deploy[4] }}"
        ```

    Returns: ``ansible_facts.getent_<database>``: by key, the list of the further fields. Never ``changed``.

    The guest needs: `getent`; without it the files in /etc are read.
    """

    database: Text = Field(description="passwd, group, hosts, services, …")
    key: Text | None = Field(None, description="The entry; all by default, where the database can be listed")
    service: Text | None = Field(None, description="Where to look: files, ldap, …")
    split: Text | None = Field(None, description="What separates fields; by default what the database uses")
    fail_key: Boolean = Field(True, description="An entry that is not there is a failure; else its value is null")


def run(arguments: GetentArguments, task: TaskContext) -> ModuleResult:
    variables = {
        "database": arguments.database, "key": arguments.key or "", "service": arguments.service or ""
    }  # fmt: skip
    raw = ask(task, setup=READ, arguments=variables, reads=True)
    name, key = f"getent_{arguments.database}", arguments.key
    entries = parse_entries(raw.text("said"), arguments.database, arguments.split)
    code = raw.text("code")
    if code == "files" and key is not None:
        entries = {key: entries[key]} if key in entries else {}
        code = "0" if entries else "2"
    if code == "0":
        return _facts({name: entries})
    if code == "2" and key is not None and not arguments.fail_key:
        return _facts({name: {key: None}})
    problems = {
        "1": f"Missing arguments, or database `{arguments.database}` unknown",
        "2": f"One or more supplied key could not be found in the database: {key}",
        "3": f"Enumeration not supported on the database `{arguments.database}`",
    }
    if code == "files":
        return _facts({name: entries})
    raise ModuleError(f"{problems.get(code, raw.text('said'))} ({task.host})")


def parse_entries(text: str, database: str, split: str | None) -> dict[str, list[str] | list[list[str]]]:
    """By key, the further fields of its line; a list of those where a key has several lines."""
    separator = split if split is not None else ":" if database in COLONS else None
    entries: dict[str, list[Any]] = {}
    seen: set[str] = set()
    for line in lines_of(text):
        fields = line.split(separator) if line.strip() and not line.startswith("#") else []
        if not fields:
            continue
        key, rest = fields[0], fields[1:]
        if key in entries:
            entries[key] = [*(entries[key] if key in seen else [entries[key]]), rest]
            seen.add(key)
        else:
            entries[key] = rest
    return entries


def _facts(facts: dict[str, Any]) -> ModuleResult:
    return ModuleResult(ansible_facts=facts, values={"ansible_facts": facts})


MODULE = Module(GetentArguments, run, check_mode="always")
