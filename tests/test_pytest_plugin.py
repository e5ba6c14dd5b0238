"""The fixtures for people who test their playbooks from Python."""

from pathlib import Path
from typing import Any

from smolrun.pytest_plugin import TestedGuest

pytest_plugins = ("pytester",)


def test_a_playbook_is_run_on_a_fresh_guest(smolrun_run: Any, smolrun_guest: TestedGuest, tmp_path: Path) -> None:
    playbook = tmp_path / "site.yml"
    playbook.write_text("- hosts: all\n  tasks:\n    - copy: {content: hello, dest: file}\n")
    assert smolrun_run(playbook).changed
    assert not smolrun_run(playbook).changed
    assert smolrun_guest.run("cat file").output == "hello"


def test_pytest_finds_the_fixtures_and_the_option_by_itself(pytester: Any) -> None:
    pytester.makepyfile("""
        def test_it(smolrun_run, smolrun_guest):
            assert smolrun_run("site.yml").ok
            assert smolrun_guest.run("cat stamp").output == "done"
    """)
    (pytester.path / "site.yml").write_text("- hosts: all\n  tasks: [{shell: echo done > stamp}]\n")
    pytester.runpytest_subprocess("-q", "-p", "no:cacheprovider").assert_outcomes(passed=1)
    pytester.runpytest_subprocess("-q", "-p", "no:cacheprovider", "--smolrun-guest", "nothing").assert_outcomes(
        errors=1
    )
    assert "--smolrun-guest" in pytester.runpytest_subprocess("--help").stdout.str()
