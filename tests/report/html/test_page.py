import base64
import hashlib
import re
from html.parser import HTMLParser
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from smolrun.engine import events
from smolrun.report.html.page import LONGEST_TEXT, page
from smolrun.report.html.reporter import HtmlReporter
from tests.report import made_events as made
from tests.report.test_story import told


class Outline(HTMLParser):
    """The tags of a page, and the texts between them."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.texts: dict[str, list[str]] = {}
        self._inside = ""
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        self._inside = tag

    def handle_data(self, data: str) -> None:
        self.texts.setdefault(self._inside, []).append(data)

    def count(self, tag: str) -> int:
        return sum(1 for name, _ in self.tags if name == tag)


def test_every_task_and_host_is_there_with_its_place() -> None:
    text = page(told(*made.whole_run()))
    outline = Outline(text)
    assert outline.count("article") == 5
    assert {attributes.get("data-status") for tag, attributes in outline.tags if tag == "details"} >= {
        "changed", "failed", "ignored", "ok",
    }  # fmt: skip
    assert "site.yml:4" in text
    assert "+c" in text
    assert "failed, exit code 2" in text


def test_failures_are_open_and_successes_are_not() -> None:
    details = [attributes for tag, attributes in Outline(page(told(*made.whole_run()))).tags if tag == "details"]
    opened = {
        attributes["data-status"] for attributes in details if "data-status" in attributes and "open" in attributes
    }
    assert opened == {"failed"}


def test_the_policy_allows_its_own_style_and_script_and_nothing_else() -> None:
    text = page(told(*made.whole_run()))
    policy = re.search(r'http-equiv="Content-Security-Policy" content="([^"]*)"', text)
    assert policy is not None
    for tag in ("style", "script"):
        content = re.search(rf"<{tag}>(.*?)</{tag}>", text, re.DOTALL)
        assert content is not None
        digest = base64.b64encode(hashlib.sha256(content[1].encode()).digest()).decode()
        assert f"{tag}-src &#39;sha256-{digest}&#39;" in policy[1] or f"{tag}-src 'sha256-{digest}'" in policy[1]
    assert policy[1].startswith("default-src 'none'")
    assert "http://" not in text.replace("http-equiv", "")


@settings(max_examples=40, deadline=None)
@given(st.text(st.sampled_from("<>&\"'/scriptimgon=\x1b\u202e\x00{}% \n"), max_size=40))
def test_hostile_text_makes_no_element(hostile: str) -> None:
    def outline(text: str) -> Outline:
        failed = made.finished(
            made.task(text), "failed", host=text, result={"stdout": text, text: text}, command_line=text,
            failure=made.failure(text), diff=({"before": "", "after": text, "after_header": text},),
        )  # fmt: skip
        warned = events.Warned(time=made.NOW, message=text, hint=text)
        return Outline(page(told(made.run_started(), made.play(text), failed, warned, made.run_finished(error=text))))

    made_of_it = outline("x" + hostile)
    allowed = {tag for tag, _ in outline("x").tags} | {"span"}
    assert {tag for tag, _ in made_of_it.tags} <= allowed
    assert not any(name.startswith("on") for _, attributes in made_of_it.tags for name in attributes)
    shown = "".join(text for tag, texts in made_of_it.texts.items() if tag not in {"style", "script"} for text in texts)
    assert not set(shown) & {"\x1b", "\u202e", "\x00"}


def test_endless_output_is_cut_and_its_end_shown() -> None:
    output = "a" * LONGEST_TEXT * 3 + "the end"
    text = page(told(made.play(), made.finished(made.task(), result={"stdout": output}), made.run_finished()))
    assert len(text) < LONGEST_TEXT * 3
    assert "the end" in text
    assert "characters before this" in text


def test_a_run_that_did_not_end_can_be_shown() -> None:
    assert "did not end" in page(told(made.run_started(), made.play(), made.started(made.task())))


def test_the_file_appears_whole(tmp_path: Path) -> None:
    reporter = HtmlReporter(tmp_path / "run.html")
    for event in made.whole_run():
        assert not list(tmp_path.iterdir())
        reporter(event)
    assert [path.name for path in tmp_path.iterdir()] == ["run.html"]
