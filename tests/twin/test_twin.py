"""The twin test: contents, owners, modes, accounts, units, packages and ``changed`` are equal, run by run."""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from tests.modules.guest import SystemGuest
from tests.servers.debian import DebianGuest, debian_root, skip_where_impossible
from tests.servers.endpoint import Endpoint
from tests.twin.generate import GROUPS, SEED, SPACES, Case, cases, prepare
from tests.twin.peers import Said, ansible_playbook, by_ansible, by_smolrun, told_of, write_playbook

MANIFEST = r"""
cd /twin
rm -f */hosts.old # which Ansible's known_hosts leaves
find . -printf '%p\t%y %m %U %G %l\n' | sort
find . -type f ! -name '*.[gbxtzo][zau2ir]*' -exec sha256sum {} + | sort -k 2
find . -type f -name '*.[gbxtzo][zau2ir]*' | sort | while read -r archive; do
	echo "$archive"
	unzip -Z1 "$archive" 2>/dev/null | sort && continue
	tar -tvf "$archive" 2>/dev/null | sed 's/ [0-9]*-[0-9]*-[0-9]* [0-9:]* / /' | sort && continue
	case $(od -A n -t x1 -N 2 "$archive") in
	*'1f 8b') gzip -dc ;;
	*'42 5a') bzip2 -dc ;;
	*'fd 37') xz -dc ;;
	*) cat ;;
	esac <"$archive" | sha256sum
done
getfacl -R -s -p . | awk 'BEGIN { RS = "" } { gsub("\n", " "); print }' | sort
getfattr -R -d -m '^(user|trusted)' . 2>/dev/null | awk 'BEGIN { RS = "" } { gsub("\n", " "); print }' | sort
getcap -r . | sort
for user in $(cut -d: -f1 /etc/passwd); do
	getent passwd "$user"
	id -nG "$user"
	getent shadow "$user" | cut -d: -f1,2,8
done
cat /etc/group
for table in /var/spool/cron/crontabs/* /etc/cron.d/twin; do
	[ -f "$table" ] && echo "$table" && grep -v '^# (' "$table"
done
hostname; cat /etc/hostname; dpkg --get-selections | grep -v install$
debconf-show twin | sort; update-alternatives --query twin 2>/dev/null
for file in /etc/apt/sources.list.d/*; do [ -f "$file" ] && stat -c '%n %a' "$file" && cat "$file"; done
systemctl is-enabled twin; systemctl is-active twin
dpkg-query -W -f '${Package} ${Version} ${Status}\n' hello time 2>/dev/null
cat /etc/default/ufw /etc/ufw/ufw.conf /etc/ufw/user*.rules 2>/dev/null
for table in filter nat mangle; do iptables -t "$table" -S; ip6tables -t "$table" -S; done
for folder in /home/* /srv/*; do stat -c '%n %a %U %G' "$folder"; done
true
"""
TOOLS = "cron curl acl attr bzip2 libcap2-bin make unzip xz-utils zip iptables"
_BACKUP = re.compile(r"\.\d+\.\d{4}-\d\d-\d\d@\d\d:\d\d:\d\d~")


@pytest.fixture(scope="module")
def twins(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Endpoint, Endpoint]]:
    """A guest with Python and one without, otherwise the same."""
    skip_where_impossible()
    ansible_playbook()
    guests = [DebianGuest(tmp_path_factory.mktemp("twin"), debian_root(python=python)) for python in (True, False)]
    try:
        for guest in guests:
            guest.start()
            on(guest.endpoint(), f"apt-get install -y -q {TOOLS} >/dev/null 2>&1")
        yield guests[0].endpoint(), guests[1].endpoint()
    finally:
        for guest in guests:
            guest.stop()


def on(guest: Endpoint, script: str) -> str:
    with SystemGuest.over_ssh(guest, Path("/nowhere")) as connected:
        result = connected.task(timeout=600).guest.script(script)
    assert result.ok, result.stderr
    return result.stdout


def manifest(guest: Endpoint) -> list[str]:
    return [_BACKUP.sub(".BACKUP", line) for line in on(guest, MANIFEST).splitlines()]


def told_otherwise(tasks: list[Case], one: Mapping[str, Said], other: Mapping[str, Said]) -> list[str]:
    """The tasks that failed in one and not in the other, changed something in one alone, or told something else."""
    lines = []
    for case in tasks:
        a, b = one[case.name], other[case.name]
        told, ours = (told_of(case.module, said.values) for said in (a, b))
        found = ""
        if a.failed != b.failed or (not a.failed and a.changed != b.changed):
            found = " | ".join(
                "failed: " + said.msg[:160] if said.failed else f"changed: {said.changed}" for said in (a, b)
            )
        elif a.failed:
            told = {key: told[key] for key in told if key in ("rc", "stdout") and told[key] is not None}
        if not found:
            found = ", ".join(f"{key}: {told[key]} | {ours.get(key)}" for key in told if told[key] != ours.get(key))
        if found:
            lines.append(f"{case.name} {case.module} {dict(case.arguments)}: {found}")
    return lines


def foretold_otherwise(tasks: list[Case], foretold: Mapping[str, Said], done: Mapping[str, Said]) -> list[str]:
    """The tasks of which check mode did not say what then happened, but those that it skips or cannot know of."""
    return [
        f"{case.name} {case.module} {dict(case.arguments)}: check mode said {foretold[case.name].changed}"
        for case in tasks
        if not foretold[case.name].values.get("skipped")
        and not done[case.name].failed
        and foretold[case.name].changed != done[case.name].changed
    ]


@pytest.mark.slow
@pytest.mark.timeout(1200)
@pytest.mark.parametrize("group", GROUPS)
def test_both_do_the_same_and_say_so(twins: tuple[Endpoint, Endpoint], tmp_path: Path, group: str) -> None:
    tasks = cases(group)
    playbook = write_playbook(tmp_path, tasks)
    for guest in twins:
        if group == "ufw":  # which brings Python along, and so comes last
            on(guest, "apt-get install -y -q ufw >/dev/null 2>&1")
        on(guest, prepare(group))
    before = manifest(twins[0])
    assert before == manifest(twins[1])
    found = []
    foretold = by_smolrun(playbook, twins[1], "--check", "--diff")
    assert before == manifest(twins[1])
    for run in ("first", "second"):
        one, other = by_ansible(playbook, twins[0]), by_smolrun(playbook, twins[1])
        assert sum(not said.failed for said in one.values()) > len(tasks) / 4, one  # or nothing was compared
        if run == "first" and group in SPACES:  # where tasks build on those before, check mode cannot know
            found += foretold_otherwise(tasks, foretold, other)
        found += [f"{run} run: {line}" for line in told_otherwise(tasks, one, other)]
        ours, theirs = set(manifest(twins[1])), set(manifest(twins[0]))
        found += [f"{run} run, only there: {line}" for line in sorted(theirs - ours)]
        found += [f"{run} run, only here: {line}" for line in sorted(ours - theirs)]
    assert not found, f"seed {SEED}:\n" + "\n".join(found)


def test_the_tasks_are_the_same_each_time() -> None:
    assert [cases(group) for group in GROUPS] == [cases(group) for group in GROUPS]
    assert sum(len(cases(group)) for group in GROUPS) > 500
