"""``async`` and ``poll``: tasks that go on beside the others."""

from pathlib import Path

import pytest

from smolrun.engine.events import TaskFinished, TaskProgress, Warned
from smolrun.report.plain_values import json_text
from tests.engine.conftest import Play


@pytest.fixture(autouse=True)
def _jobs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    (tmp_path / "home").mkdir()


def left(tmp_path: Path) -> list[str]:
    folder = tmp_path / "home/.smolrun_async"
    return [path.name for path in folder.iterdir()] if folder.exists() else []


def test_a_command_in_the_background_and_its_status(play: Play, tmp_path: Path) -> None:
    played = play(f"""
        - hosts: localhost
          gather_facts: false
          tasks:
            - shell: until [ -e {tmp_path}/go ]; do sleep 0.05; done; echo done
              async: 30
              poll: 0
              register: job
            - assert:
                that:
                  - job.started is true and job.finished is false and job is changed
                  - job is started
                  - job is not finished
                  - job.results_file == '{tmp_path}/home/.smolrun_async/' ~ job.ansible_job_id
            - async_status: jid={{{{ job.ansible_job_id }}}}
              register: running
            - assert: {{that: [running.finished is false, running is not changed]}}
            - file: {{path: {tmp_path}/go, state: touch}}
            - async_status: jid={{{{ job.ansible_job_id }}}}
              register: result
              until: result.finished
              delay: 0.1
              retries: 50
            - assert: {{that: [result is changed, result.stdout == 'done', result.rc == 0, result is finished]}}
            - async_status: {{jid: "{{{{ job.ansible_job_id }}}}", mode: cleanup}}
        """)
    assert played.code == 0, played.of(TaskFinished)
    assert left(tmp_path) == []


def test_a_loop_of_jobs_and_a_loop_over_them(play: Play) -> None:
    played = play("""
        - hosts: localhost
          gather_facts: false
          tasks:
            - command: echo {{ item }}
              async: 30
              poll: 0
              loop: [one, two]
              register: jobs
            - async_status: {jid: "{{ item.ansible_job_id }}"}
              loop: "{{ jobs.results }}"
              register: done
              until: done is finished
              delay: 0.1
              retries: 50
            - debug: {msg: "{{ done.results | map(attribute='stdout') }}"}
              name: say
        """)
    assert played.message("say") == ["one", "two"]


def test_with_poll_it_is_waited_for(play: Play, tmp_path: Path) -> None:
    played = play("""
        - hosts: localhost
          gather_facts: false
          tasks:
            - {shell: sleep 0.2; echo out, async: 30, register: result}
            - assert: {that: [result.stdout == 'out', result.finished is true, result.ansible_job_id is defined]}
            - {name: slow, command: sleep 60, async: 1, poll: 1, ignore_errors: true}
        """)
    assert played.code == 0, played.of(TaskFinished)
    assert played.task("slow").status == "timed_out"
    assert "did not complete within the requested time - 1s" in played.task("slow").result["msg"]
    assert left(tmp_path) == []


def test_other_modules_work_beside_the_run(play: Play, tmp_path: Path) -> None:
    played = play(f"""
        - hosts: localhost
          gather_facts: false
          tasks:
            - wait_for: {{path: {tmp_path}/go, timeout: 20, sleep: 0}}
              async: 30
              poll: 0
              register: job
            - async_status: {{jid: "{{{{ job.ansible_job_id }}}}"}}
              register: running
            - assert: {{that: [running.finished is false, job.finished is false, job.started, job is changed]}}
            - file: {{path: {tmp_path}/go, state: touch}}
            - async_status: {{jid: "{{{{ job.ansible_job_id }}}}"}}
              register: result
              until: result is finished
              delay: 0.1
              retries: 50
            - assert: {{that: [result.path == '{tmp_path}/go', result is not changed]}}
        """)
    assert played.code == 0, played.of(TaskFinished)


def test_the_run_ends_after_its_background_work_and_tells_what_failed(play: Play, tmp_path: Path) -> None:
    played = play(f"""
        - hosts: localhost
          gather_facts: false
          tasks:
            - name: wait
              wait_for: {{path: {tmp_path}/never, timeout: 1, sleep: 0}}
              async: 30
              poll: 0
        """)
    assert played.code == 0
    assert [event.message for event in played.of(TaskProgress)] == ["waiting for the end of its work in the background"]
    (warned,) = [event.message for event in played.of(Warned)]
    assert "work in the background: Timeout when waiting for" in warned


def test_the_limit_of_other_modules_is_theirs(play: Play, tmp_path: Path) -> None:
    played = play(f"""
        - hosts: localhost
          gather_facts: false
          tasks:
            - wait_for: {{path: {tmp_path}/never, sleep: 0}}
              async: 1
              poll: 0
              register: job
            - async_status: {{jid: "{{{{ job.ansible_job_id }}}}"}}
              name: asked
              register: result
              until: result is finished
              delay: 0.2
              retries: 20
        """)
    assert played.code == 2
    assert played.task("asked").status in ("failed", "timed_out")


def test_check_mode_tells_what_would_run(play: Play, tmp_path: Path) -> None:
    played = play(
        f"""
        - hosts: localhost
          gather_facts: false
          tasks:
            - {{command: touch {tmp_path}/made, async: 30, poll: 0, register: job}}
            - async_status: {{jid: "{{{{ job.ansible_job_id }}}}"}}
              name: asked
              register: result
              until: result is finished
        """,
        check=True,
    )
    assert played.code == 0
    assert played.task("asked").status == "skipped"
    assert not (tmp_path / "made").exists()


def test_nothing_of_it_is_shown_with_no_log(play: Play) -> None:
    played = play("""
        - hosts: localhost
          gather_facts: false
          tasks:
            - {shell: echo secret-word, async: 30, poll: 1, no_log: true, register: result}
            - {assert: {that: result.stdout == 'secret-word'}, no_log: true}
        """)
    assert played.code == 0
    assert "secret-word" not in "".join(json_text(event) for event in played.events)


def test_a_limit_may_be_a_template(play: Play) -> None:
    played = play("""
        - hosts: localhost
          gather_facts: false
          vars: {limit: 0}
          tasks:
            - {command: echo plain, async: "{{ limit }}", poll: "{{ limit }}", register: result}
            - assert: {that: [result.stdout == 'plain', result.ansible_job_id is not defined]}
        """)
    assert played.code == 0, played.of(TaskFinished)


def test_what_cannot_go_on_by_itself_fails(play: Play) -> None:
    played = play("""
        - hosts: localhost
          gather_facts: false
          vars: {limit: 5}
          tasks:
            - {name: say, debug: {msg: hi}, async: "{{ limit }}"}
        """)
    assert played.failure("say").message == "'debug' cannot go on in the background (async)"
