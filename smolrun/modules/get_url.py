"""``get_url``: a file from the network, downloaded by the guest itself."""

import re
import secrets
from dataclasses import replace
from pathlib import PurePosixPath
from urllib.parse import unquote, urlsplit

from pydantic import AliasChoices, Field, field_validator

from smolrun.errors import ModuleError
from smolrun.modules.base import Diff, Module, ModuleResult, TaskContext, mistake
from smolrun.modules.commands.quoting import expanding, quoted
from smolrun.modules.files.labels import labelled
from smolrun.modules.files.state import PathState, Reading, facts_in, parse_states, read_place
from smolrun.modules.files.writing import Attributes, backup_name, checked, mode_after, set_attributes
from smolrun.modules.guest import script_text
from smolrun.modules.web.arguments import RequestArguments, Timeout, configuration, settings
from smolrun.modules.web.response import Response, parse_headers
from smolrun.source.coercions import Boolean, Text
from smolrun.ssh.result import CommandResult

ALGORITHMS = ("md5", "sha1", "sha224", "sha256", "sha384", "sha512")


class GetUrlArguments(RequestArguments):
    """Download a file to the guest, over the guest's own network.

    Example:
        ```yaml
        - get_url:
            url: https://example.com/tool-1.2.tar.gz
            dest: /opt/tool-1.2.tar.gz
            checksum: sha256:b5bb9d8014a0f9b1d61e21e796d78dccdf1352f23cd32812f4850b878ae4944c
            mode: "0644"
        - get_url:
            url: https://example.com/tool-1.2.tar.gz
            dest: /opt/
            checksum: sha256:https://example.com/SHA256SUMS
            headers:
              Authorization: "Bearer {{ token }}"
        ```

    Returns: ``dest``, ``url``, ``status_code``, ``msg``, ``checksum_src`` and ``checksum_dest`` (SHA-1), ``size``,
    ``mode``, ``owner``, ``group``, ``uid``, ``gid``, ``state``, ``elapsed``, ``backup_file``. ``changed`` where the
    file, its owner or its mode were other. In check mode the file is downloaded, compared and removed again.

    The guest needs: ``curl``; or ``wget``, where nothing secret has to be sent.
    """

    dest: Text = Field(description="Where it goes on the guest; in a folder it keeps the name that it has in the URL")
    checksum: Text = Field(
        "", description="What the file has to be, ALGORITHM:HASH, or ALGORITHM:URL of a file with hashes and names"
    )
    timeout: Timeout = Field(10, description="Seconds to wait for the connection, and for more to come")
    force: Boolean = Field(
        False,
        validation_alias=AliasChoices("force", "thirsty"),
        description="Download in any case; else only what is newer than the file, or where `checksum` does not fit",
    )
    backup: Boolean = Field(False, description="Keep a copy of what was there, its name made of the date and time")
    unsafe_writes: Boolean = Field(
        False, description="Write into the file itself where it cannot be replaced as a whole (a bind mount)"
    )
    tmp_dest: Text | None = Field(None, description="The folder for the download while it is not complete")

    @field_validator("checksum")
    @classmethod
    def _a_hash(cls, value: str) -> str:
        algorithm, _, hash_or_url = value.partition(":")
        if value and algorithm.lower() not in ALGORITHMS:
            raise mistake(f"`checksum` begins with one of {', '.join(ALGORITHMS)} and a colon")
        if value and "://" not in hash_or_url and not re.fullmatch(r"[0-9a-fA-F\s]+", hash_or_url):
            raise mistake("`checksum` is not a hash in hexadecimal, nor a URL")
        return value


def run(arguments: GetUrlArguments, task: TaskContext) -> ModuleResult:
    if arguments.mode == "preserve":
        raise ModuleError("`mode: preserve` has no meaning for a file from the network")
    name = unquote(PurePosixPath(urlsplit(arguments.url).path).name) or "index.html"
    reading, now = read_place(task, arguments.dest, name=name)
    if now.leads_to == "directory":
        raise ModuleError(f"{now.path} is a folder on {task.host}, and cannot be replaced by a file")
    algorithm, hash_wanted = _wanted_hash(arguments, name, task)
    wanted = Attributes(arguments.owner, arguments.group, arguments.mode)
    if now.exists and hash_wanted and not arguments.force and _hash(task, now, algorithm) == hash_wanted:
        outcome = set_attributes(task, reading, now, wanted)
        values = {"dest": now.path, "url": arguments.url, **outcome.state.values()}
        return ModuleResult(changed=outcome.changed, msg="file already exists", values=values, diffs=outcome.diffs)
    return _download(arguments, task, reading, now, algorithm, hash_wanted)


def _download(
    arguments: GetUrlArguments, task: TaskContext, reading: Reading, now: PathState, algorithm: str, wanted_hash: str
) -> ModuleResult:
    # curl gives nothing at all for a file:// that is not newer, with no status to tell it by
    of_http = arguments.url.lower().startswith(("http://", "https://"))
    conditional = of_http and now.exists and not arguments.force and not wanted_hash
    options = list(settings(arguments, arguments.timeout))
    options += [("location", None), *([("time-cond", now.path)] if conditional else [])]
    wanted = Attributes(arguments.owner, arguments.group, arguments.mode)
    backup = backup_name(now) if arguments.backup and now.leads_to == "file" else None
    folder = arguments.tmp_dest or now.path.rpartition("/")[0] or "/"
    result = task.guest.script(
        f"folder={expanding(folder)}\n{script_text('state', 'attributes', 'room', 'wget', 'download')}",
        {
            "wget": "" if arguments.needs_curl else "yes",
            "waiting": str(arguments.timeout),
            "insecure": "" if arguments.validate_certs else "yes",
            "target": now.path,
            "token": secrets.token_hex(8),
            "hash_with": algorithm,
            "hash": wanted_hash,
            "owner": arguments.owner or "",
            "group": arguments.group or "",
            "mode": f"{mode_after(now, wanted, reading):04o}",
            "keep": f"{now.uid}:{now.gid}" if now.kind == "file" else "",
            "backup": backup or "",
            "unsafe": "yes" if arguments.unsafe_writes else "",
            "check": "yes" if task.check_mode else "",
        },
        secrets={"config": configuration(options), "url": arguments.url},
    )
    return _result(arguments, task, reading, now, result, backup)


def _result(
    arguments: GetUrlArguments,
    task: TaskContext,
    reading: Reading,
    now: PathState,
    result: CommandResult,
    backup: str | None,
) -> ModuleResult:
    facts = dict(facts_in(result))
    response = _response(arguments, facts, result)
    values: dict[str, object] = {
        "url": arguments.url,
        "dest": now.path,
        "status_code": response.status,
        "elapsed": int(response.elapsed),
        "checksum_src": facts.get("sha1"),
    }
    problem = _problem(task, facts, response, result)
    if problem is not None:
        return ModuleResult(failed=True, msg=problem, values=values)
    checked(task, result, now.path)
    if response.status == 304 or "same" in facts:
        outcome = set_attributes(task, reading, now, Attributes(arguments.owner, arguments.group, arguments.mode))
        values |= {"checksum_dest": facts.get("sha1"), **outcome.state.values()}
        return ModuleResult(changed=outcome.changed, msg=response.reason, values=values, diffs=outcome.diffs)
    if task.check_mode:
        wanted = Attributes(arguments.owner, arguments.group, arguments.mode)
        after = replace(
            now, kind="file", leads_to="file", size=int(facts["size"]), mode=mode_after(now, wanted, reading)
        )
    else:
        after = _placed(result)
        values |= {"backup_file": backup} if backup else {}
    return ModuleResult(
        changed=True,
        msg=response.reason,
        values={**values, "checksum_dest": facts.get("sha1"), **after.values()},
        diffs=_diff(now, facts) if task.diff_mode else (),
    )


def _placed(result: CommandResult) -> PathState:
    """The state of the file that was put in place, which is the last thing told."""
    return parse_states(result)[1][0]


def _response(arguments: GetUrlArguments, facts: dict[str, str], result: CommandResult) -> Response:
    headers = parse_headers(facts.get("headers", "").encode("utf-8", "surrogateescape"))
    status, _, rest = facts.get("ended", "200 0 ").partition(" ")
    elapsed, _, url = rest.partition(" ")
    problem = result.stderr.strip() or facts.get("about", "")
    if facts.get("problem") == "download":
        return Response(-1, arguments.url, headers, problem=problem)
    return Response(int(status) or 200, url or arguments.url, headers, elapsed=float(elapsed or 0))


def _problem(task: TaskContext, facts: dict[str, str], response: Response, result: CommandResult) -> str | None:
    about = facts.get("about", "")
    match facts.get("problem"):
        case "download" | "status":
            return response.reason if response.status < 0 else f"Request failed: {response.reason}"
        case "missing":
            return f"`{about}` is not installed on {task.host}"
        case "checksum":
            return f"The checksum for the download did not match: it is {about}"
    return None


def _diff(now: PathState, facts: dict[str, str]) -> tuple[Diff, ...]:
    before = f"{now.size} bytes\n" if now.exists else ""
    return (Diff(before, f"{facts['size']} bytes\n", before_header=now.path, after_header=now.path),)


def _wanted_hash(arguments: GetUrlArguments, name: str, task: TaskContext) -> tuple[str, str]:
    """The algorithm and the hash in hexadecimal; two empty texts where none is asked for."""
    if not arguments.checksum:
        return "", ""
    algorithm, _, given = arguments.checksum.partition(":")
    if "://" in given:
        given = _from_list(_fetch_text(arguments, given, task), name, given)
    return algorithm.lower(), re.sub(r"\s", "", given).lower()


def _fetch_text(arguments: GetUrlArguments, url: str, task: TaskContext) -> str:
    options = list(settings(arguments.model_copy(update={"url": url}), arguments.timeout))
    options += [("location", None), ("fail", None)]
    given = {"wget": "" if arguments.needs_curl else "yes", "waiting": str(arguments.timeout)}
    result = task.guest.script(
        script_text("wget", "fetch"),
        {**given, "insecure": "" if arguments.validate_certs else "yes"},
        secrets={"config": configuration(options), "url": url},
    )
    if not result.ok:
        raise ModuleError(f"the list of checksums {url} cannot be downloaded on {task.host}: {result.stderr.strip()}")
    return result.stdout


def _from_list(text: str, name: str, url: str) -> str:
    """The hash of the file of that name: ``HASH  NAME``, ``HASH *./NAME``, or a hash that stands alone."""
    lines = [line.split() for line in text.splitlines() if line.strip()]
    for words in lines:
        if len(words) > 1 and words[-1].lstrip("*").removeprefix("./") == name:
            return words[0]
    if len(lines) == 1 and len(lines[0]) == 1:
        return lines[0][0]
    raise ModuleError(f"there is no checksum for '{name}' in {url}")


def _hash(task: TaskContext, now: PathState, algorithm: str) -> str:
    result = task.guest.script(f"algorithm={algorithm}\n{script_text('digests')}\ntell_digest {quoted(now.path)}\n")
    if not result.ok:
        raise ModuleError(f"`{algorithm}sum` is not installed on {task.host}")
    return result.output


MODULE = Module(GetUrlArguments, labelled(run))
