"""``git``: a clone of a repository at a version."""

from typing import Any

from pydantic import AliasChoices, Field, model_validator

from smolrun.errors import ModuleError
from smolrun.modules.base import Arguments, Diff, Module, ModuleResult, TaskContext, mistake
from smolrun.modules.commands.quoting import assignments, command_line
from smolrun.modules.facts.raw import RawFacts
from smolrun.modules.guest import script_text
from smolrun.modules.system.asking import missing
from smolrun.source.coercions import Boolean, Integer, Text, TextList

PROBLEMS = {
    "archive": "{archive} cannot be made",
    "checkout": "the version {version} cannot be checked out",
    "clone": "{repo} cannot be cloned to {dest}",
    "fetch": "{repo} cannot be fetched",
    "folder": "{dest} cannot be used",
    "modified": "Local modifications exist in the destination: {dest} (force=no).",
    "occupied": "{dest} is there, is not empty, and is no git repository",
    "remote": "{repo} cannot be read",
    "reset": "the local modifications of {dest} cannot be taken back",
    "submodules": "the submodules of {dest} cannot be updated",
    "unknown": "{repo} has no version {version}",
    "untrusted": "The gpg_allowlist does not include the public key of the commit or tag {version}",
    "verify": "the commit or tag {version} is not signed by a key that {host} trusts",
}


FORMATS = {".zip": "zip", ".tar": "tar", ".tar.gz": "tar.gz", ".tgz": "tgz"}
"""What git calls the formats of archives, by the ends of names."""


class GitArguments(Arguments):
    """Clone a git repository, or bring a clone to a version.

    Example:
        ```yaml
        - git:
            repo: https://example.com/tool.git
            dest: /srv/tool
            version: v1.2.3
            depth: 1
        - git:
            repo: https://example.com/tool.git
            dest: /srv/tool
            archive: /srv/tool.tar.gz
            archive_prefix: tool/
        ```

    Returns: ``before`` and ``after``, the commits; ``remote_url_changed``.

    The guest needs: `git`; `ssh` for repositories behind it.
    """

    repo: Text = Field(validation_alias=AliasChoices("repo", "name"), description="Where the repository is")
    dest: Text = Field(description="The folder of the clone")
    version: Text = Field("HEAD", description="A branch, a tag, a commit, or HEAD, the default branch")
    remote: Text = Field("origin", description="The name of the remote")
    update: Boolean = Field(True, description="Bring a clone that is there to what the remote has by now")
    clone: Boolean = Field(True, description="Clone where there is none")
    force: Boolean = Field(False, description="Throw local modifications away")
    depth: Integer | None = Field(None, description="How many commits are got", ge=1)
    recursive: Boolean = Field(True, description="Submodules too")
    track_submodules: Boolean = Field(False, description="Submodules at the tips of their branches")
    bare: Boolean = Field(False, description="A repository without a work tree")
    single_branch: Boolean = Field(False, description="Clone the branch of the version only")
    refspec: Text | None = Field(None, description="What else is fetched")
    reference: Text | None = Field(None, description="A repository on the guest that objects are taken from")
    separate_git_dir: Text | None = Field(None, description="Where the repository itself goes, beside its work tree")
    accept_hostkey: Boolean = Field(False, description="Trust a host that ssh does not know yet; never a changed key")
    accept_newhostkey: Boolean = Field(False, description="The same")
    key_file: Text | None = Field(None, description="The private key on the guest to log in with")
    ssh_opts: Text | None = Field(None, description="Further options of ssh")
    verify_commit: Boolean = Field(False, description="The commit, or the tag, must be signed by a trusted key")
    gpg_allowlist: TextList = Field(
        [],
        validation_alias=AliasChoices("gpg_allowlist", "gpg_whitelist"),
        description="Fingerprints of the keys that `verify_commit` trusts; without any, all that gpg trusts",
    )
    archive: Text | None = Field(
        None, description="An archive of the version, made by its name's end: .zip .tar .tar.gz .tgz"
    )
    archive_prefix: Text | None = Field(None, description="What stands before each path in the archive")
    executable: Text = Field("git", description="The program")
    umask: Text | None = Field(None, description="For the permissions of what is made, in octal")

    @model_validator(mode="after")
    def _belong_together(self) -> "GitArguments":
        if self.separate_git_dir is not None and self.bare:
            raise mistake("`separate_git_dir` and `bare` cannot be given together")
        if self.umask is not None and not all(digit in "01234567" for digit in self.umask):
            raise mistake(f"`umask` is an octal number such as '0022', not '{self.umask}'")
        if self.archive_prefix is not None and self.archive is None:
            raise mistake("`archive_prefix` needs `archive`")
        if self.archive is not None and not self.archive.endswith(tuple(FORMATS)):
            raise mistake(f"the name of `archive` ends in {', '.join(FORMATS)}")
        return self


def run(arguments: GitArguments, task: TaskContext) -> ModuleResult:
    flags = {
        "check": task.check_mode, "update": arguments.update, "clone": arguments.clone, "force": arguments.force,
        "recursive": arguments.recursive, "bare": arguments.bare, "single_branch": arguments.single_branch,
        "track": arguments.track_submodules, "verify": arguments.verify_commit,
    }  # fmt: skip
    texts = {
        "git": arguments.executable, "repo": arguments.repo, "version": arguments.version,
        "remote": arguments.remote, "depth": str(arguments.depth or ""), "refspec": arguments.refspec or "",
        "mask": arguments.umask or "", "prefix": arguments.archive_prefix or "",
        "trusted": " ".join("".join(key.split()).upper() for key in arguments.gpg_allowlist),
        "format": next((name for end, name in FORMATS.items() if (arguments.archive or "").endswith(end)), ""),
    }  # fmt: skip
    paths: dict[str, str | None] = {
        "dest": arguments.dest.rstrip("/") or "/",
        "reference": arguments.reference,
        "separate": arguments.separate_git_dir,
        "key_file": arguments.key_file,
        "archive": arguments.archive,
    }
    text = f"{script_text('system')}\n{assignments(paths)}{_ssh(arguments)}{script_text('git')}"
    result = task.guest.script(text, {**texts, **{name: "yes" if flag else "" for name, flag in flags.items()}})
    raw = RawFacts.parse(result.stdout_bytes)
    if raw.text("missing"):
        raise missing(task, raw.text("missing"))
    problem = raw.text("problem")
    if problem or not result.ok:
        about = PROBLEMS.get(problem, "git failed on {host}").format(
            repo=arguments.repo,
            dest=arguments.dest,
            version=arguments.version,
            archive=arguments.archive,
            host=task.host,
        )
        said = result.stderr.strip()
        raise ModuleError(f"{about}: {said}" if said else about)
    return _result(raw, task)


def _result(raw: RawFacts, task: TaskContext) -> ModuleResult:
    before = raw.text("before") or None
    after = raw.text("reached") or raw.text("after") or before
    changed = bool(raw.text("changed")) or (bool(raw.text("reached")) and after != before)
    values: dict[str, Any] = {"before": before, "after": after}
    if raw.text("remote_url_changed"):
        values["remote_url_changed"] = True
    diffs = (Diff(f"{before or ''}\n", f"{after or ''}\n"),) if task.diff_mode and before != after else ()
    return ModuleResult(changed=changed, values=values, diffs=diffs)


def _ssh(arguments: GitArguments) -> str:
    """The lines that tell git how to call ssh, without ever asking."""
    words = ["-o", "BatchMode=yes"]
    if arguments.accept_hostkey or arguments.accept_newhostkey:
        words += ["-o", "StrictHostKeyChecking=accept-new"]
    options = f" {arguments.ssh_opts}" if arguments.ssh_opts else ""
    line = f"GIT_SSH_COMMAND={command_line([f'ssh {command_line(words)}{options}'])}\n"
    if arguments.key_file is not None:
        # git hands the line to a shell of its own, which sees the variable.
        line = line.rstrip("\n") + "' -o IdentitiesOnly=yes -i \"$key_file\"'\nexport key_file\n"
    return f"{line}export GIT_SSH_COMMAND\n"


MODULE = Module(GitArguments, run)
