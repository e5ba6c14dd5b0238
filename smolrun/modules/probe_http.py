"""``probe_http``: whether a web service answers as it has to."""

from pydantic import Field

from smolrun.modules import uri
from smolrun.modules.base import Module, ModuleResult, TaskContext
from smolrun.modules.probes.watching import Codes, ProbeArguments, Seen, searched, watch
from smolrun.modules.web.arguments import Headers
from smolrun.source.coercions import Boolean, Integer, Pattern, Text


class ProbeHttpArguments(ProbeArguments):
    """See that a web service answers, with which status, and what it says; seen from the guest.

    Example:
        ```yaml
        - probe_http:
            url: http://127.0.0.1/
            contains: Welcome
            within: 30
        - probe_http:
            url: https://127.0.0.1/admin
            status: [401, 403]
            validate_certs: false
        ```

    Returns: ``status``, ``content``, the headers as `uri` gives them, ``problems``, ``looks``, ``elapsed``. Never
    ``changed``.

    The guest needs: what `uri` needs.
    """

    url: Text = Field(description="The address")
    status: Codes = Field([200], description="The status that it has to answer with, one of")
    contains: Pattern | None = Field(None, description="A regular expression that the answer has to have")
    headers: Headers = Field({}, description="Headers of the request")
    follow_redirects: Boolean = Field(False, description="Look at what it redirects to, not at the redirection")
    validate_certs: Boolean = Field(True, description="Refuse servers whose certificate is not valid")
    timeout: Integer = Field(10, description="Seconds that one answer may take", gt=0)


def run(arguments: ProbeHttpArguments, task: TaskContext) -> ModuleResult:
    request = uri.UriArguments(
        url=arguments.url,
        headers=arguments.headers,
        status_code=list(arguments.status),
        follow_redirects="all" if arguments.follow_redirects else "none",
        validate_certs=arguments.validate_certs,
        timeout=arguments.timeout,
        return_content=True,
    )

    def look() -> Seen:
        result = uri.run(request, task)
        problems = _problems(arguments, result)
        return Seen(problems, {key: value for key, value in result.values.items() if key != "elapsed"})

    return watch(arguments, task, arguments.url, look)


def _problems(arguments: ProbeHttpArguments, answer: ModuleResult) -> tuple[str, ...]:
    status = answer.values.get("status", -1)
    if status < 0:
        return (answer.msg.rpartition("]: ")[2] or "no answer",)
    if status not in arguments.status:
        return (f"the status is {status}, not {' or '.join(map(str, arguments.status))}",)
    return searched("the answer", arguments.contains, str(answer.values.get("content", "")))


MODULE = Module(ProbeHttpArguments, run, collection="smolrun", check_mode="always", own_limit=True)
