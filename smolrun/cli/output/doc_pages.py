"""Modules as pages: Markdown for ``docs/modules``, plain text for the terminal."""

import re
import textwrap
from collections.abc import Iterator

from smolrun.modules import registry
from smolrun.modules.registry import FoundModule
from smolrun.playbook.module_groups import grouped
from smolrun.playbook.module_page import ArgumentHelp, ModulePage, module_page

WIDTH = 100
_BAR = re.compile(r"(?<!\\)\|")


def page_of(name: str) -> ModulePage | None:
    """What there is to tell of the module of that name, short or full."""
    found = registry.find(name)
    return module_page(found) if isinstance(found, FoundModule) else None


def all_pages() -> dict[str, ModulePage]:
    """Of every module that comes with this program."""
    found = {name: page_of(name) for name in registry.names()}
    return {name: page for name, page in found.items() if page is not None}


# --- Markdown ---


def files() -> dict[str, str]:
    """The pages by the names of their files."""
    pages = all_pages()
    return {"README.md": _index(pages), **{f"{name}.md": markdown(page) for name, page in pages.items()}}


def _index(pages: dict[str, ModulePage]) -> str:
    note = "Written by `smolrun doc --write docs/modules`; `smolrun doc MODULE` shows a page on the terminal."
    lines = ["# Modules", "", note, ""]
    for group, names in grouped(pages).items():
        lines += [f"## {group}", "", "| module | what it does |", "|---|---|"]
        lines += [f"| [{name}]({name}.md) | {_cell(_code(pages[name].summary))} |" for name in names]
        lines.append("")
    return "\n".join(lines)


def markdown(page: ModulePage) -> str:
    """A module's page."""
    parts = [f"# {page.name}", f"`{page.full_name}`", _code(page.summary)]
    if page.about:
        parts.append(_code(page.about))
    if page.example:
        parts.append(f"```yaml\n{page.example}```")
    parts += ["## Arguments", *_argument_notes(page)]
    if page.arguments:
        rows = [f"| {_name(each)} | {_kind(each)} | {_cell(_code(each.description))} |" for each in page.arguments]
        parts.append("\n".join(["| argument | type | what it means |", "|---|---|---|", *rows]))
    if page.returns:
        parts += ["## Returns", _code(page.returns)]
    if page.needs:
        parts += ["## The guest needs", _code(page.needs)]
    parts += ["## Check mode", f"`--check` {page.check_mode}."]
    return "\n\n".join(parts) + "\n"


def _argument_notes(page: ModulePage) -> Iterator[str]:
    if page.free_form:
        yield f"A bare text sets `{page.free_form}`."
    if page.any_argument:
        yield "Further arguments are its data."
    if not page.arguments and not page.any_argument:
        yield "It takes none."


def _name(argument: ArgumentHelp) -> str:
    aliases = f"<br>{', '.join(f'`{alias}`' for alias in argument.aliases)}" if argument.aliases else ""
    return f"**`{argument.name}`**{aliases}"


def _kind(argument: ArgumentHelp) -> str:
    kind = _cell(", ".join(f"`{choice}`" for choice in argument.choices) or argument.type)
    if argument.required:
        return f"{kind}<br>required"
    return f"{kind}<br>default `{_cell(argument.default)}`" if argument.default else kind


def _code(text: str) -> str:
    return text.replace("``", "`")


def _cell(text: str) -> str:
    return _BAR.sub(r"\\|", text)


# --- plain text ---


def overview() -> str:
    """Every module with a line, in groups."""
    pages = all_pages()
    width = max(map(len, pages)) + 2
    lines = []
    for group, names in grouped(pages).items():
        lines += [group, *(_line(f"  {name:<{width}}", _code(pages[name].summary)) for name in names), ""]
    return "\n".join([*lines, "smolrun doc MODULE tells more."]) + "\n"


def _line(start: str, text: str) -> str:
    return start + textwrap.shorten(text, WIDTH - len(start), placeholder=" …")


def plain(page: ModulePage) -> str:
    """A module's page for the terminal."""
    parts = [f"{page.name}  ({page.full_name})", _wrapped(_code(page.summary))]
    if page.about:
        parts.append("\n\n".join(_wrapped(_code(paragraph)) for paragraph in page.about.split("\n\n")))
    notes = [f"  {note}" for note in _argument_notes(page)]
    parts.append("\n".join(["ARGUMENTS", *notes, *map(_described, page.arguments)]))
    if page.example:
        parts.append("EXAMPLE\n" + textwrap.indent(page.example.rstrip(), "  "))
    for heading, text in (("RETURNS", page.returns), ("THE GUEST NEEDS", page.needs)):
        if text:
            parts.append(f"{heading}\n{_wrapped(_code(text))}")
    parts.append(f"CHECK MODE\n  --check {page.check_mode}.")
    return "\n\n".join(parts) + "\n"


def _described(argument: ArgumentHelp) -> str:
    kind = " | ".join(argument.choices) or argument.type
    notes = [kind, "required" if argument.required else "", f"default {argument.default}" if argument.default else ""]
    names = " / ".join([argument.name, *argument.aliases])
    head = _wrapped(f"{names}  ({', '.join(filter(None, notes))})", "  ", "      ")
    return f"{head}\n{_wrapped(_code(argument.description), '      ', '      ')}"


def _wrapped(text: str, first: str = "  ", others: str = "  ") -> str:
    return textwrap.fill(
        " ".join(text.split()), WIDTH, initial_indent=first, subsequent_indent=others, break_on_hyphens=False,
        break_long_words=False,
    )  # fmt: skip
