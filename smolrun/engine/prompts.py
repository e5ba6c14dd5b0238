"""``vars_prompt``: what is asked on the terminal before a play."""

from collections.abc import Mapping
from typing import Any

from smolrun.engine.keyword_values import KeywordValues
from smolrun.engine.services import Services
from smolrun.errors import SmolVMError
from smolrun.playbook.models import Play, VariablePrompt
from smolrun.source.text import SourceText
from smolrun.templating.filters.passwords import password_hash


def with_answers(play: Play, services: Services, variables: Mapping[str, Any]) -> Play:
    """The play with the answers among its ``vars``; what ``-e`` gives is not asked.

    Args:
        variables: what the texts of the prompts may use.

    Raises:
        SmolVMError: there is nobody to ask and no default, or an entry cannot be rendered.
    """
    values = KeywordValues(services.templar, variables)
    answers: dict[str, Any] = {}
    for prompt in play.vars_prompt:
        name = values.value(prompt, "name")
        if name not in services.options.extra_vars:
            answers[name] = _answer(prompt, name, values, services)
    return play.model_copy(update={"vars": {**play.vars, **answers}}) if answers else play


def _answer(prompt: VariablePrompt, name: str, values: KeywordValues, services: Services) -> str:
    default = values.value(prompt, "default")
    answer = _ask(prompt, name, default, values, services)
    services.stop.raise_if_set()
    is_typed = bool(answer)
    if not answer:
        if default is None and services.options.prompt is None:
            raise SmolVMError(
                f"there is no terminal to ask for '{name}' on, and it has no default",
                hint=f"give it with -e {name}=…",
                location=prompt.location,
            )
        answer = default or ""
    secret = is_typed and values.flag(prompt, "private")
    if secret:
        services.keep_secret((answer,))
    if prompt.encrypt is not None:
        answer = _hashed(prompt, name, answer, values)
        if secret:
            services.keep_secret((answer,))
    return answer if values.flag(prompt, "unsafe") else SourceText(answer, prompt.location)


def _ask(
    prompt: VariablePrompt, name: str, default: str | None, values: KeywordValues, services: Services
) -> str | None:
    ask = services.options.prompt
    if ask is None:
        services.warn(f"not asking for '{name}', since there is no terminal", prompt.location)
        return None
    said = values.value(prompt, "prompt")
    text = name if said is None else said
    text = f"{text} [{default}]: " if default is not None else f"{text}: "
    echo = not values.flag(prompt, "private")
    if not values.flag(prompt, "confirm"):
        return ask(text, echo)
    again = ""
    while True:
        answer = ask(again + text, echo)
        if ask(f"confirm {text}", echo) == answer:
            return answer
        again = "The two answers differ.\n"


def _hashed(prompt: VariablePrompt, name: str, answer: str, values: KeywordValues) -> str:
    kind, salt, size = (values.value(prompt, word) for word in ("encrypt", "salt", "salt_size"))
    try:
        return password_hash(answer, kind, salt, size)
    except ValueError as error:
        raise SmolVMError(f"the answer for '{name}' cannot be hashed: {error}", location=prompt.location) from error
