"""Lookups find what Ansible's documentation says they find. Many values were compared with ansible-core 2.19."""

import stat
import threading
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest

from smolrun.errors import TemplateError
from smolrun.source.text import SourceText
from smolrun.source.vault import VaultSecret, VaultSecrets
from smolrun.source.vault_writer import encrypt
from smolrun.templating.lookups import lookups
from smolrun.templating.templar import Templar
from tests.templating.conftest import Render

USERS = [{"name": "al", "keys": ["k1", "k2"]}, {"name": "bo", "keys": ["k3"]}]

Look = Callable[..., Any]


@pytest.fixture
def look(tmp_path: Path) -> Look:
    """``look(expression, **variables)``: evaluated where `tmp_path` is the playbook's folder."""
    templar = Templar(base=tmp_path)

    def looked(expression: str, **variables: Any) -> Any:
        return templar.render(SourceText("{{ " + expression + " }}"), variables)

    return looked


LISTS: list[tuple[str, Any]] = [
    ("q('items', [1, [2]], 3)", [1, [2], 3]),
    ("q('list', [1], 2)", [[1], 2]),
    ("q('flattened', [1, [2, [3]]])", [1, 2, 3]),
    ("q('dict', {'a': 1})", [{"key": "a", "value": 1}]),
    ("q('nested', [1, 2], ['a'])", [[1, "a"], [2, "a"]]),
    ("q('together', [1, 2], ['a'])", [[1, "a"], [2, None]]),
    ("q('indexed_items', ['a', 'b'])", [[0, "a"], [1, "b"]]),
    ("q('subelements', users, 'keys')", [[{"name": "al"}, "k1"], [{"name": "al"}, "k2"], [{"name": "bo"}, "k3"]]),
    ("q('subelements', users, 'nope', {'skip_missing': true})", []),
    ("q('sequence', 'start=1 end=3')", ["1", "2", "3"]),
    ("q('sequence', '1-5/2:h%02d')", ["h01", "h03", "h05"]),
    ("q('sequence', 'count=3')", ["1", "2", "3"]),
    ("q('sequence', start=4, end=0, stride=-2)", ["4", "2", "0"]),
    ("q('sequence', 'start=0x0f end=0x11 format=%x')", ["f", "10", "11"]),
    ("q('sequence', count=0)", []),
    ("lookup('random_choice', ['a'])", ["a"]),
    ("q('vars', 'name', 'users') | length", 2),
    ("lookup('vars', 'name')", "n"),
    ("lookup('vars', 'nope', default='d')", "d"),
    ("q('varnames', '^use', 'na.e')", ["users", "name"]),
    ("q('inventory_hostnames', 'all:!db')", ["w1", "w2"]),
    ("q('inventory_hostnames', 'w*:&first')", ["w1"]),
]


@pytest.mark.parametrize(("expression", "value"), LISTS)
def test_a_lookup_makes_the_list_that_is_documented(look: Look, expression: str, value: Any) -> None:
    groups = {"all": ["w1", "w2", "d1"], "web": ["w1", "w2"], "db": ["d1"], "first": ["w1", "d1"]}
    assert look(expression, users=USERS, name="n", groups=groups) == value


def test_results_that_are_text_are_joined_and_a_single_other_one_stands_alone(look: Look) -> None:
    assert look("lookup('items', ['a', 'b'])") == "a,b"
    assert look("lookup('items', [[1, 2]])") == [1, 2]
    assert look("lookup('items', ['a', 1])") == ["a", 1]
    assert look("lookup('items', ['a', 'b'], wantlist=True)") == ["a", "b"]
    assert look("query('items', ['a'])") == ["a"]
    assert look("lookup('items', [])") == []


def test_files_are_found_along_the_search_path(look: Look, tmp_path: Path) -> None:
    role = tmp_path / "role"
    (role / "files").mkdir(parents=True)
    (tmp_path / "files").mkdir()
    (role / "files" / "a.txt").write_text("role \n")
    (tmp_path / "files" / "a.txt").write_text("playbook")
    (tmp_path / "b.txt").write_text(" beside\n\n")
    assert look("lookup('file', 'a.txt')", ansible_search_path=[str(role)]) == "role"
    assert look("lookup('file', 'a.txt')", playbook_dir=str(tmp_path)) == "playbook"
    assert look("lookup('file', 'a.txt', 'b.txt')") == "playbook, beside"
    assert look("lookup('file', 'b.txt', rstrip=False, lstrip=True)") == "beside\n\n"
    assert look("lookup('unvault', 'b.txt')") == " beside\n\n"


def test_files_that_are_vaulted_are_opened_and_remembered_as_secrets(tmp_path: Path) -> None:
    secret = VaultSecret("default", b"open")
    vault = VaultSecrets((secret,))
    (tmp_path / "token").write_bytes(encrypt(b"a token \n", secret))
    (tmp_path / "a.ini").write_bytes(encrypt(b"[global]\nkey=a value\n", secret))
    templar = Templar(base=tmp_path, vault=vault)
    assert templar.render(SourceText("{{ lookup('file', 'token') }}"), {}) == "a token"
    assert "a token \n" in vault.revealed
    assert templar.render(SourceText("{{ lookup('ini', 'key', file='a.ini') }}"), {}) == "a value"
    assert "a value" in vault.revealed
    with pytest.raises(TemplateError, match="no vault password"):
        Templar(base=tmp_path).render(SourceText("{{ lookup('file', 'token') }}"), {})


def test_a_missing_file_is_told_with_the_places_searched(look: Look, tmp_path: Path) -> None:
    with pytest.raises(TemplateError) as caught:
        look("lookup('file', 'nope.txt')")
    assert f"{tmp_path}/files/nope.txt" in caught.value.message
    assert "the lookup 'file' failed" in caught.value.message


def test_errors_can_be_ignored_or_warned_about(tmp_path: Path) -> None:
    warnings: list[str] = []
    templar = Templar(base=tmp_path, warn=warnings.append)

    def look(expression: str) -> Any:
        return templar.render(SourceText("{{ " + expression + " }}"), {})

    assert look("lookup('file', 'nope', errors='ignore')") is None
    assert look("query('file', 'nope', errors='ignore')") == []
    assert look("lookup('file', 'nope', errors='ignore') | default('d', true)") == "d"
    assert warnings == []
    assert look("lookup('file', 'nope', errors='warn')") is None
    assert len(warnings) == 1
    with pytest.raises(TemplateError, match="errors is 'maybe'"):
        look("lookup('file', 'nope', errors='maybe')")


def test_what_is_undefined_is_undefined_for_lookups_too(look: Look) -> None:
    with pytest.raises(TemplateError, match="'nope' is undefined"):
        look("lookup('file', nope)")
    with pytest.raises(TemplateError, match="No variable named 'nope' was found"):
        look("lookup('vars', 'nope')")


def test_the_names_of_variables_are_looked_up_by_text_that_is_a_regular_expression(look: Look) -> None:
    with pytest.raises(TemplateError, match="Invalid setting identifier"):
        look("lookup('varnames', true)")
    with pytest.raises(TemplateError, match=r"Unable to use .* nothing to repeat"):
        look("lookup('varnames', '*')")
    with pytest.raises(TemplateError, match="must be 'str' not 'int'"):
        look("lookup('vars', 42)")


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("{{ [1, x] }}\n", [1, 2]),
        ("{% set y = x %}{{ y }}", 2),
        ("{{ {'a': x} | to_json }}\n", '{"a": 2}\n'),
        ("[1, {{ x }}]\n", "[1, 2]\n"),
        ("5\n", "5\n"),
        ("", ""),
    ],
)
def test_a_template_file_that_is_one_expression_gives_its_value(
    look: Look, tmp_path: Path, written: str, value: Any
) -> None:
    (tmp_path / "t.j2").write_text(written)
    assert look("lookup('template', 't.j2')", x=2) == value


def test_templates_are_rendered_with_the_variables_at_hand(look: Look, tmp_path: Path) -> None:
    (tmp_path / "templates").mkdir()
    (tmp_path / "templates" / "t.j2").write_text("{{ x }}{{ y | default('-') }}{% include 'part.j2' %}\n")
    (tmp_path / "templates" / "part.j2").write_text(".")
    assert look("lookup('template', 't.j2')", x=SourceText("{{ z }}"), z=1) == "1-.\n"
    assert look("lookup('template', 't.j2', template_vars={'y': 2})", x=1) == "12.\n"


def test_the_first_file_that_exists_is_found(look: Look, tmp_path: Path) -> None:
    (tmp_path / "files").mkdir()
    for name in ("b.yml", "c.yml"):
        (tmp_path / "files" / name).write_text("")
    found = str(tmp_path / "files" / "b.yml")
    folder = str(tmp_path / "files")
    assert look("lookup('first_found', ['files/a.yml', 'files/b.yml', 'files/c.yml'])") == found
    assert (
        look("lookup('first_found', {'files': ['a.yml', 'b.yml'], 'paths': ['/nope', folder]})", folder=folder) == found
    )
    assert look("lookup('first_found', files='a.yml,b.yml', paths=folder)", folder=folder) == found
    assert look("q('first_found', ['nope'], skip=True)") == []
    assert look("q('first_found', [{'files': ['nope'], 'skip': true}])") == []
    with pytest.raises(TemplateError, match="none of these files was found: nope"):
        look("lookup('first_found', ['nope'])")


def test_globs_match_files_of_one_folder(look: Look, tmp_path: Path) -> None:
    (tmp_path / "files" / "sub.txt").mkdir(parents=True)
    for name in ("b.txt", "a.txt", "c.md"):
        (tmp_path / "files" / name).write_text("")
    expected = [str(tmp_path / "files" / name) for name in ("a.txt", "b.txt")]
    assert look("q('fileglob', '*.txt')") == expected
    assert look("q('fileglob', pattern)", pattern=f"{tmp_path}/files/*.txt") == expected
    assert look("q('fileglob', '*.none')") == []


def test_ini_and_csv_files_are_read(look: Look, tmp_path: Path) -> None:
    (tmp_path / "x.ini").write_text("[global]\nk=v\n[s]\nuser=bob\nother=1\n")
    (tmp_path / "p.properties").write_text("u=1\nv.w=2\n")
    (tmp_path / "c.csv").write_text("a,1,2\nb,3,4\n")
    assert look("lookup('ini', 'user', section='s', file='x.ini')") == "bob"
    assert look("lookup('ini', 'user section=s file=x.ini')") == "bob"
    assert look("lookup('ini', 'nope', file='x.ini', default='d')") == "d"
    assert look("lookup('ini', 'v.w', type='properties', file='p.properties')") == "2"
    assert look("q('ini', '.*', section='s', file='x.ini', re=True)") == ["bob", "1"]
    assert look("lookup('csvfile', 'b', file='c.csv', delimiter=',')") == "3"
    assert look("lookup('csvfile', 'b file=c.csv delimiter=, col=2')") == "4"
    assert look("lookup('csvfile', 'nope', file='c.csv', delimiter=',', default='d')") == "d"


def test_the_environment_and_commands_of_the_controller(
    look: Look, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SMOLRUN_TEST", "set")
    monkeypatch.delenv("SMOLRUN_UNSET", raising=False)
    assert look("lookup('env', 'SMOLRUN_TEST')") == "set"
    assert look("lookup('env', 'SMOLRUN_UNSET')") == ""
    assert look("lookup('env', 'SMOLRUN_UNSET', default='d')") == "d"
    assert look("lookup('pipe', 'pwd; echo b')") == f"{tmp_path}\nb"
    assert look("q('lines', 'echo a; echo b')") == ["a", "b"]
    with pytest.raises(TemplateError, match="ended with 3: why"):
        look("lookup('pipe', 'echo why >&2; exit 3')")


def test_a_password_is_made_once_and_kept(look: Look, tmp_path: Path) -> None:
    first = look("lookup('password', 'secrets/db length=12 chars=digits')")
    kept = tmp_path / "secrets" / "db"
    assert len(first) == 12
    assert first.isdigit()
    assert look("lookup('password', 'secrets/db')") == first
    assert kept.read_text() == first + "\n"
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    hashed = look("lookup('password', 'secrets/db', encrypt='sha512_crypt')")
    assert hashed.startswith("$6$")
    assert look("lookup('password', 'secrets/db', encrypt='sha512_crypt')") == hashed
    assert look("lookup('password', 'secrets/db')") == first
    assert [path.name for path in kept.parent.iterdir()] == ["db"]


def test_hosts_that_ask_for_the_same_new_password_at_the_same_time_get_the_same(tmp_path: Path) -> None:
    templar, start, found = Templar(base=tmp_path), threading.Barrier(8), []

    def ask(name: str) -> None:
        start.wait()
        found.append(templar.render(SourceText("{{ lookup('password', '" + name + "', encrypt='md5_crypt') }}"), {}))

    for number in range(20):
        threads = [threading.Thread(target=ask, args=(f"secrets/{number}",)) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert len(found) == 8
        assert len(set(found)) == 1
        found.clear()


def test_a_password_that_is_not_kept(look: Look) -> None:
    expression = "lookup('password', '/dev/null', length=9, seed='x')"
    assert look(expression) == look(expression) == "O9iX65WvW"
    assert look("lookup('password', '/dev/null')") != look("lookup('password', '/dev/null')")
    assert set(look("lookup('password', '/dev/null chars=a,b,,')")) <= set("ab,")


class _Answers(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        if self.path == "/away":
            self.send_response(302)
            self.send_header("Location", f"http://localhost:{self.headers['Host'].rpartition(':')[2]}/ok")
            self.end_headers()
            return
        self.send_response(200 if self.path == "/ok" else 404)
        self.end_headers()
        self.wfile.write(b"one {{ 1 / 0 }}\ntwo\n" + (self.headers.get("Authorization") or "").encode())

    def log_message(self, format: str, *args: Any) -> None:
        pass


@pytest.fixture
def address() -> Iterator[str]:
    server = HTTPServer(("127.0.0.1", 0), _Answers)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


def test_urls_are_read(look: Look, address: str) -> None:
    assert look("q('url', url ~ '/ok')", url=address) == ["one {{ 1 / 0 }}", "two"]
    whole = look("lookup('url', url ~ '/ok', split_lines=False, username='u', password='p')", url=address)
    assert whole == "one {{ 1 / 0 }}\ntwo\nBasic dTpw"
    with pytest.raises(TemplateError, match="404"):
        look("lookup('url', url ~ '/gone')", url=address)
    with pytest.raises(TemplateError, match="not an http"):
        look("lookup('url', 'file:///etc/passwd')")


def test_credentials_do_not_follow_a_redirection(look: Look, address: str) -> None:
    told = look("q('url', url ~ '/away', username='u', password='p')", url=address)
    assert told == ["one {{ 1 / 0 }}", "two"]


@pytest.mark.parametrize("lookup", ["pipe", "lines"])
def test_a_command_that_hangs_is_ended(tmp_path: Path, lookup: str) -> None:
    began = time.monotonic()
    with pytest.raises(TemplateError, match=r"did not end within 0\.3 s"):
        Templar(base=tmp_path, patience=0.3).render(SourceText("{{ lookup('" + lookup + "', 'sleep 30; true') }}"), {})
    assert time.monotonic() - began < 10


@pytest.mark.parametrize(
    ("expression", "said"),
    [
        ("q('fil', 'x')", "there is no lookup of that name"),
        ("q('dict', 'x')", "the lookup plugin expects a dictionary"),
        ("q('sequence', 'bogus')", "is no sequence"),
        ("q('sequence', 'start=1 end=3 count=2')", "either end or count"),
        ("q('sequence', 'start=1 end=3 stride=-1')", "make stride positive"),
        ("q('items', [1], colour=1)", "no option 'colour'"),
        ("q('subelements', [1], 'x')", "list of mappings"),
    ],
)
def test_a_lookup_that_fails_says_why(failure: Callable[..., str], expression: str, said: str) -> None:
    assert said in failure("{{ " + expression + " }}")


def test_the_time_is_given_as_such_or_as_text(render: Render) -> None:
    assert render("{{ now(utc=true, fmt='%Y') | int > 2000 and now().year > 2000 }}") is True


USED = [
    "file",
    "env",
    "template",
    "first_found",
    "vars",
    "password",
    "pipe",
    "url",
    "fileglob",
    "dict",
    "varnames",
    "ini",
    "inventory_hostnames",
]


@pytest.mark.parametrize("name", USED)
def test_every_lookup_that_three_repositories_use_is_there(name: str) -> None:
    assert name in lookups()
    assert "ansible.builtin." + name in lookups()


def test_a_loop_looks_for_its_first_file_where_its_module_has_files(tmp_path: Path) -> None:
    for folder in ("files", "templates", "vars"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "a").write_text("")
    templar = Templar(base=tmp_path)
    for action, folder in (
        ("copy", "files"),
        ("include_tasks", "files"),
        ("template", "templates"),
        ("include_vars", "vars"),
    ):
        assert templar.lookup("first_found", [["none", "a"]], {}, action=action) == [str(tmp_path / folder / "a")]
    with pytest.raises(TemplateError, match="none of these files was found"):
        templar.lookup("first_found", [["a/b"]], {}, action="copy")


def test_settings_are_known_by_the_names_of_ansible() -> None:
    warnings: list[str] = []
    templar = Templar(settings={"DEFAULT_FORKS": 7, "DEFAULT_REMOTE_USER": "root"}, warn=warnings.append)

    def look(expression: str) -> Any:
        return templar.render(SourceText("{{ " + expression + " }}"), {})

    assert look("lookup('config', 'DEFAULT_FORKS')") == 7
    assert look("lookup('config', 'remote_user', plugin_type='connection', plugin_name='ssh')") == "root"
    assert look("q('config', 'NOPE', 'DEFAULT_FORKS', on_missing='skip')") == [7]
    assert look("q('config', 'NOPE', on_missing='warn')") == []
    assert warnings == ["the setting 'NOPE' is not known here"]
    for expression in ("lookup('config', 'NOPE')", "lookup('config', 'NOPE', on_missing='never')"):
        with pytest.raises(TemplateError, match="config"):
            look(expression)


def test_random_strings_have_what_is_asked_for(look: Look) -> None:
    assert len(look("lookup('community.general.random_string')")) == 8
    assert look("lookup('random_string', length=0)") == ""
    digits = look("lookup('random_string', length=30, upper=false, lower=false, special=false)")
    assert digits.isdigit()
    assert len(digits) == 30
    mixed = look("lookup('random_string', min_upper=3, min_special=2, min_numeric=1, length=6, override_special='-')")
    assert sorted(map(str.isupper, mixed)).count(True) == 3
    assert mixed.count("-") == 2
    assert set(look("lookup('random_string', length=50, override_all='ab1', ignore_similar_chars=true)")) == {"a", "b"}
    assert look("lookup('random_string', seed='x') == lookup('random_string', seed='x')") is True
    assert look("lookup('random_string', length=3, base64=true) | b64decode | length") == 3
    with pytest.raises(TemplateError, match="no characters to choose from"):
        look("lookup('random_string', override_all='l', ignore_similar_chars=true)")


def test_an_unknown_option_behind_the_path_of_a_password_is_told(look: Look) -> None:
    with pytest.raises(TemplateError, match="there is no option 'lenght'"):
        look("lookup('password', '/dev/null lenght=5')")


def test_a_looked_up_template_knows_of_itself(look: Look, tmp_path: Path) -> None:
    (tmp_path / "t.j2").write_text("{{ ansible_managed }} {{ template_path }} {{ template_fullpath | basename }}")
    assert look("lookup('template', 't.j2')") == "Ansible managed t.j2 t.j2"
    assert look("lookup('template', 't.j2')", ansible_managed="Ours").startswith("Ours ")
    assert look("lookup('template', 't.j2', template_vars={'template_path': 'x'})") == "Ansible managed x t.j2"
