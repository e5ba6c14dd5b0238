"""``npm``: real npm, and a registry of two packages."""

import io
import json
import shutil
import tarfile
from collections.abc import Iterator
from typing import Any

import pytest
from pydantic import ValidationError

from smolrun.modules.facts.raw import RawFacts
from smolrun.modules.npm import NpmArguments, Package, installed_of
from tests.modules.guest import Guest
from tests.modules.web_server import WebServer, web_server


@pytest.fixture
def registry() -> Iterator[WebServer]:
    if shutil.which("npm") is None:
        pytest.skip("npm is not installed")
    with web_server() as server:
        publish(server, "sr-one", "1.0.0", "1.1.0", "2.0.0")
        publish(server, "sr-two", "1.0.0")
        yield server


def publish(server: WebServer, name: str, *versions: str) -> None:
    told = {}
    for version in versions:
        about = {"name": name, "version": version, "bin": {name: "cli.js"}}
        packed = io.BytesIO()
        with tarfile.open(fileobj=packed, mode="w:gz") as tar:
            for file, text in (("package.json", json.dumps(about)), ("cli.js", "#!/usr/bin/env node\n")):
                info = tarfile.TarInfo(f"package/{file}")
                info.size, info.mode = len(text), 0o755
                tar.addfile(info, io.BytesIO(text.encode()))
        server.files[f"/{name}-{version}.tgz"] = packed.getvalue()
        told[version] = about | {"dist": {"tarball": f"{server.url}/file/{name}-{version}.tgz"}}
    whole = {"name": name, "dist-tags": {"latest": versions[-1]}, "versions": told}
    server.files[f"/{name}"] = json.dumps(whole).encode()


@pytest.fixture
def context(local: Guest, registry: WebServer) -> dict[str, Any]:
    words = {"cache": local.path("cache"), "audit": "false", "fund": "false", "registry": f"{registry.url}/file"}
    words |= {"update_notifier": "false", "prefix": local.path("system")}
    environment = {f"npm_config_{name}": word for name, word in words.items() if name != "prefix"}
    return {"environment": environment | {"NPM_CONFIG_PREFIX": local.path("system")}, "timeout": 120}


def version_of(local: Guest, name: str, folder: str = "app/node_modules") -> str:
    return str(json.loads(local.here(f"{folder}/{name}/package.json").read_text())["version"])


@pytest.mark.slow
def test_a_package_in_a_folder(local: Guest, context: dict[str, Any]) -> None:
    given = {"name": "sr-one", "version": "1.0.0", "path": local.path("app")}
    foreseen = local.do("npm", given, check_mode=True, diff_mode=True, **context)
    assert (foreseen.changed, foreseen.diffs[0].after) == (True, "sr-one@1.0.0\n")
    assert not local.here("app").exists()
    assert local.do("npm", given, **context).changed
    assert version_of(local, "sr-one") == "1.0.0"
    assert not local.do("npm", given, diff_mode=True, **context).changed
    assert local.round_trips(lambda: local.do("npm", given, **context)) == 1
    for same in ({"version": None}, {"version": "^1.0"}, {"name": "sr-one@1.0.0", "version": None}):
        assert not local.do("npm", given | same, **context).changed, same
    assert local.do("npm", given | {"version": "^2"}, check_mode=True, **context).changed
    assert local.do("npm", given | {"version": "1.1.0"}, check_mode=True, **context).changed
    newest = {"name": "sr-one", "path": local.path("app"), "state": "latest"}
    assert local.do("npm", newest, **context).changed
    assert version_of(local, "sr-one") == "1.1.0"  # what package.json allows (^1.0.0)
    assert not local.do("npm", newest, **context).changed
    away = given | {"state": "absent"}
    assert not local.do("npm", away, **context).changed  # it is another version
    away = {"name": "sr-one", "path": local.path("app"), "state": "absent"}
    assert local.do("npm", away, check_mode=True, **context).changed
    assert local.do("npm", away, **context).changed
    assert not local.here("app/node_modules/sr-one").exists()
    assert not local.do("npm", away, **context).changed


@pytest.mark.slow
def test_what_a_package_json_names(local: Guest, context: dict[str, Any]) -> None:
    local.here("app").mkdir()
    wishes = {"dependencies": {"sr-one": "1.0.0"}, "devDependencies": {"sr-two": "*"}}
    local.here("app/package.json").write_text(json.dumps({"name": "app", "version": "1.0.0", **wishes}))
    given = {"path": local.path("app"), "no_bin_links": True}
    foreseen = local.do("npm", given, check_mode=True, diff_mode=True, **context)
    assert foreseen.diffs[0].after == "sr-one\nsr-two\n"
    assert local.do("npm", given, **context).changed
    assert not local.do("npm", given, **context).changed
    assert not local.do("npm", given | {"state": "latest"}, **context).changed
    assert not local.here("app/node_modules/.bin").exists()
    shutil.rmtree(local.here("app/node_modules"))
    assert local.do("npm", {"path": local.path("app"), "ci": True, "production": True}, **context).changed
    assert not local.here("app/node_modules/sr-two").exists()


@pytest.mark.slow
def test_the_whole_system(local: Guest, context: dict[str, Any]) -> None:
    given = {"name": "sr-two", "global": True, "executable": f"{shutil.which('npm')} --no-color"}
    assert local.do("npm", given, **context).changed
    assert version_of(local, "sr-two", "system/lib/node_modules") == "1.0.0"
    assert not local.do("npm", given, **context).changed
    assert local.do("npm", given | {"state": "absent"}, **context).changed
    assert not local.do("npm", given | {"state": "absent"}, **context).changed


@pytest.mark.slow
def test_what_went_wrong_is_told(local: Guest, context: dict[str, Any]) -> None:
    message = local.fails("npm", {"name": "sr-none", "path": local.path("app")}, **context)
    assert message.startswith("npm install failed on web1: ")
    assert "sr-none" in message
    local.here("file").write_text("")
    message = local.fails("npm", {"name": "x", "path": local.path("file")}, **context)
    assert message == f"{local.path('file')} is not a folder on web1"


def test_what_npm_tells() -> None:
    listed = {"a": {"version": "1.0.0"}, "b": {"missing": True}, "c": {"version": "1.0.0", "invalid": "says why"}}
    outdated = {"a": {"current": "1.0.0", "wanted": "1.1.0"}, "d": {"wanted": "1.0.0"}, "e": [{"current": "1.0.0",
                "wanted": "1.0.0", "latest": "2.0.0"}]}  # fmt: skip
    raw = RawFacts([("list", json.dumps({"dependencies": listed})), ("outdated", json.dumps(outdated))])
    found = installed_of(raw, Package("a", None))
    assert (found.versions, found.missing, found.outdated) == ({"a": "1.0.0"}, ["b", "c"], ("a",))
    assert found.has(Package("a", "1.0.0"))
    assert not found.has(Package("a", "1.0.1"))
    assert not found.has(Package("b", None))


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"name": "x"}, "`path` is needed, the folder of the packages, or `global: true`"),
        ({"path": "/x", "state": "absent"}, "`name` is needed with `state: absent`"),
    ],
)
def test_arguments_that_do_not_belong_together(given: dict[str, Any], said: str) -> None:
    with pytest.raises(ValidationError, match=said):
        NpmArguments.model_validate(given)


def test_options_are_those_of_npm() -> None:
    given = {"name": "@our/x", "version": "1.2.3", "path": "/x", "registry": "http://r"}
    flags = dict.fromkeys(("ignore_scripts", "unsafe_perm", "production", "no_optional", "no_bin_links", "force"), True)
    assert NpmArguments.model_validate(given | flags).words("install") == [
        "install", "--production", "--ignore-scripts", "--unsafe-perm", "@our/x@1.2.3", "--registry", "http://r",
        "--no-optional", "--no-bin-links", "--force",
    ]  # fmt: skip
    assert NpmArguments.model_validate(given | {"state": "absent"}).words("uninstall")[1] == "@our/x"


def test_a_guest_without_it_is_told(busybox: Guest) -> None:
    assert busybox.fails("npm", {"name": "x", "path": "/tmp"}) == "`npm` is not installed on web1"
