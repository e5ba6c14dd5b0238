"""What the documentation says works, and what it names is there."""

import re
import shlex
import tomllib
from pathlib import Path

import pytest
import yaml

from tests.cli.conftest import program
from tests.servers.endpoint import Endpoint

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text()
PAGES = [
    ROOT / "README.md",
    ROOT / "CHANGELOG.md",
    ROOT / "benchmarks/README.md",
    *sorted((ROOT / "docs").glob("*.md")),
]
_BLOCK = re.compile(r"^```(?P<language>\w+)\n(?P<text>.*?)^```$", re.MULTILINE | re.DOTALL)
_LINK = re.compile(r"\]\((?!https?:)(?P<target>[^)#]+)")


def blocks(page: str, language: str) -> list[str]:
    return [found["text"] for found in _BLOCK.finditer(page) if found["language"] == language]


@pytest.fixture(autouse=True)
def _in_a_folder_of_its_own(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path))


def test_first_command_of_the_readme_sets_up_and_runs_the_quickstart() -> None:
    setup, run = blocks(README, "sh")[0].strip().split(" && ")
    assert setup == "sh scripts/setup"
    name, *arguments = shlex.split(run)
    assert name == ".venv/bin/smolrun"
    done = program(*arguments, cwd=ROOT)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "PLAY RECAP" in done.stdout


def test_second_command_of_the_readme_runs_these_tests_with_what_they_need() -> None:
    setup, run = blocks(README, "sh")[1].strip().split(" && ")
    assert setup == "sh scripts/setup --tests"
    assert shlex.split(run)[0] == ".venv/bin/pytest"
    assert "--tests" in (ROOT / "scripts/setup").read_text()


def test_commands_of_the_readme_work_on_its_playbook(tmp_path: Path) -> None:
    (tmp_path / "site.yml").write_text(blocks(README, "yaml")[0])
    (tmp_path / "nginx.conf.j2").write_text("user www-data;\n")
    (tmp_path / "hosts").write_text("web1 ansible_connection=local\n")
    lines = [shlex.split(line, comments=True) for line in blocks(README, "sh")[2].splitlines() if line]
    really = [line for line in lines if line[1] in ("run", "test") and "--check" not in line]
    assert len(really) == 2  # those that would install a web server, here and on a microVM
    asking = [line for line in lines if line[1:3] == ["vault", "edit"]]
    for name, *arguments in (line for line in lines if line not in really + asking):
        assert name == "smolrun"
        done = program(*arguments)
        assert done.returncode == 0, (arguments, done.stdout + done.stderr)
        assert "warning" not in done.stderr.lower()


def test_client_of_the_readme_works(openssh: Endpoint, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / ".ssh").mkdir(mode=0o700)
    (tmp_path / ".ssh/known_hosts").write_text(openssh.known_hosts_line + "\n")
    code = blocks(README, "python")[0]
    for written, real in (
        ('"127.0.0.1"', repr(openssh.host)),
        ('user="root"', f"user={openssh.user!r}"),
        ("port=2222", f"port={openssh.port}"),
        ('key_path="key"', f"key_path={str(openssh.key_path)!r}"),
    ):
        assert code.count(written) == 1
        code = code.replace(written, real)
    exec(compile(code, "README.md", "exec"), {})
    assert capsys.readouterr().out.startswith("0 Linux ")


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_code_can_be_read_and_links_lead_somewhere(page: Path) -> None:
    text = page.read_text()
    for code in blocks(text, "python"):
        compile(code, str(page), "exec")
    missing = [found["target"] for found in _LINK.finditer(text) if not (page.parent / found["target"]).exists()]
    assert missing == []


EXTENDING = (ROOT / "docs/extending.md").read_text()
_FILE = re.compile(r"^`(?P<name>[\w./]+)`:\n\n```\w+\n(?P<text>.*?)^```$", re.MULTILINE | re.DOTALL)


@pytest.fixture
def examples(tmp_path: Path) -> None:
    """The files of docs/extending.md."""
    for found in _FILE.finditer(EXTENDING):
        path = tmp_path / found["name"]
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(found["text"])


@pytest.mark.usefixtures("examples")
def test_reporter_of_extending_works() -> None:
    (name, *arguments), *_ = (shlex.split(line) for line in blocks(EXTENDING, "sh")[-1].splitlines())
    assert name == "smolrun"
    done = program(*arguments)
    assert (done.returncode, done.stderr) == (0, "")
    assert re.search(r"slow tasks:\nlocalhost: debug took \d+\.\d s", done.stdout)


@pytest.mark.usefixtures("examples")
@pytest.mark.parametrize(
    ("playbook", "said"),
    [
        ("site.yml", "1.4 is not yet a release"),
        ("ports.yml", "instance on 8002"),
        ("motd.yml", "before: ''"),
        ("pick.yml", "take 8002"),
    ],
)
def test_examples_of_extending_work(playbook: str, said: str) -> None:
    done = program("run", playbook)
    assert done.returncode == 0, done.stdout + done.stderr
    assert said in done.stdout
    assert "warning" not in done.stderr.lower()


def test_configuration_of_the_docs_is_known(tmp_path: Path) -> None:
    (text,) = blocks((ROOT / "docs/configuration.md").read_text(), "toml")
    (tmp_path / "smolrun.toml").write_text(text)
    done = program("config", "--changed")
    assert (done.returncode, done.stderr) == (0, "")
    assert all(name in done.stdout for name in tomllib.loads(text))


def test_commands_that_the_docs_name_are_there() -> None:
    commands = {word for page in PAGES for word in re.findall(r"`smolrun ([a-z]+)", page.read_text())}
    known = program("--help").stdout.split("Commands:")[1].split("Examples:")[0]
    assert {command for command in commands if f"  {command} " not in known} == set()


def test_architecture_names_every_floor_and_nothing_that_is_not_there() -> None:
    text = (ROOT / "docs/architecture.md").read_text()
    floors = {path.parent.name for path in (ROOT / "smolrun").glob("*/__init__.py")}
    assert set(re.findall(r"^\| `(\w+)/`", text, re.MULTILINE)) == floors
    package = ROOT / "smolrun"
    for path in re.findall(r"`((?:\w+/)+[\w*.]*)`", text):
        assert list(package.glob(path.rstrip("/"))), path
    for module in re.findall(rf"`((?:{'|'.join(floors)})\.\w+)", text):
        folder, name = module.split(".")
        assert (package / folder / f"{name}.py").exists() or (package / folder / name).is_dir(), module


def test_a_newcomer_can_follow_the_tutorial(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    text = (ROOT / "docs/tutorial.md").read_text()
    for name, content in re.findall(r"^`(\S+)`:\n\n```yaml\n(.*?)```", text, re.DOTALL | re.MULTILINE):
        (tmp_path / name).write_text(content)
    commands = [line for block in blocks(text, "sh") for line in block.splitlines()]
    assert len(commands) >= 12
    for line in commands:
        name, *arguments = shlex.split(line)
        assert name == "smolrun"
        done = program(*arguments)
        assert done.returncode == 0, (line, done.stdout + done.stderr)
    assert (tmp_path / "report.html").exists()
    (tmp_path / "site.yml").write_text((tmp_path / "site.yml").read_text().replace("notify", "notfy"))
    assert "did you mean 'notify'?" in program("check", "site.yml").stderr


def test_commands_of_the_page_on_ci_do_what_it_says(tmp_path: Path) -> None:
    for folder in ("playbooks", "tests"):
        (tmp_path / folder).mkdir()
    (tmp_path / "playbooks/site.yml").write_text("- hosts: all\n  tasks: [{copy: {content: x, dest: x}}]\n")
    (tmp_path / "inventory").write_text("here ansible_connection=local\n")
    (tmp_path / "tests/guests.yml").write_text("all: {hosts: {one: {guest: {provider: embedded}}}}\n")
    for line in blocks((ROOT / "docs/ci.md").read_text(), "sh")[0].splitlines():
        command = line.partition("#")[0].replace("playbooks/*.yml", "playbooks/site.yml")
        done = program(*shlex.split(command)[1:])
        assert done.returncode == 0, (command, done.stdout + done.stderr)
    assert (tmp_path / "results.xml").exists()


def test_the_workflow_for_github_runs_the_commands_of_that_page() -> None:
    workflow = yaml.safe_load((ROOT / "ci/github/playbooks.yml").read_text())
    runs = [step.get("run", "") for job in workflow["jobs"].values() for step in job["steps"]]
    commands = [line for run in runs for line in run.splitlines() if line.startswith("smolrun ")]
    assert [shlex.split(command)[1] for command in commands] == ["check", "test"]
    assert all("--report github" in command for command in commands)
