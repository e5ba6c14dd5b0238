"""The Jinja2 environment: sandboxed, strict about what is undefined, bounded, with values that keep their type."""

from collections.abc import Iterator, Mapping
from functools import wraps
from typing import Any

from jinja2 import nodes
from jinja2.compiler import Frame
from jinja2.environment import Template, TemplateModule
from jinja2.lexer import TokenStream
from jinja2.nativetypes import NativeCodeGenerator
from jinja2.runtime import Context
from jinja2.sandbox import SandboxedEnvironment
from jinja2.utils import missing

from smolrun.source.text import SourceText
from smolrun.templating.bindings import Names
from smolrun.templating.lazy import argument
from smolrun.templating.limits import check_method, check_operator
from smolrun.templating.text import concat, join_text, parts_of, tilde
from smolrun.templating.undefined import Missing


class ValueCodeGenerator(NativeCodeGenerator):
    """Generates code that yields the values themselves; whoever collects them decides about text."""

    def _output_child_to_const(self, node: nodes.Expr, frame: Frame, finalize: Any) -> str:
        if not isinstance(node, nodes.TemplateData):
            raise nodes.Impossible  # a literal keeps its type, too
        return str(node.as_const(frame.eval_ctx))

    def visit_Concat(self, node: nodes.Concat, frame: Frame) -> None:  # noqa: N802 - the name is Jinja2's
        # `a ~ b` by Jinja2's own function would not be bounded.
        self.write("environment.tilde((")
        for part in node.nodes:
            self.visit(part, frame)
            self.write(", ")
        self.write("))")


def _with_raw_strings(tokens: Iterator[tuple[int, str, str]]) -> Iterator[tuple[int, str, str]]:
    within = False
    for line, token, value in tokens:
        within = token == "variable_begin" or (within and token != "variable_end")  # noqa: S105 - not that kind of token
        yield line, token, value.replace("\\", "\\\\") if within and token == "string" else value  # noqa: S105


class NamesContext(Context):
    """A context over `Names`, of which nothing is copied and nothing read that the template does not name."""

    parent: Names  # type: ignore[assignment]

    def resolve_or_missing(self, key: str) -> Any:
        if key in self.vars:
            return self.vars[key]
        return self.parent.find(key)

    def get_all(self) -> Names:  # type: ignore[override]
        return self.parent.with_locals(self.vars) if self.vars else self.parent

    def derived(self, locals: dict[str, Any] | None = None) -> "NamesContext":
        context = new_context(self.environment, self.name, self.blocks, self.get_all(), locals)
        context.eval_ctx = self.eval_ctx
        context.blocks.update((name, list(block)) for name, block in self.blocks.items())
        return context


def new_context(
    environment: Any, name: str | None, blocks: Any, names: Names, local: Mapping[str, Any] | None
) -> NamesContext:
    if local:
        names = names.with_locals({key: value for key, value in local.items() if value is not missing})
    return NamesContext(environment, names, name, dict(blocks) if not isinstance(blocks, dict) else _first(blocks))  # type: ignore[arg-type]


def _first(blocks: dict[str, Any]) -> dict[str, Any]:
    return {name: block[0] if isinstance(block, list) else block for name, block in blocks.items()}


class ImportedTemplate(TemplateModule):
    """What ``{% import %}`` names: its text is made of values, which Jinja2's own class takes for text already."""

    def __str__(self) -> str:
        return join_text(self._body_stream)


class NamesTemplate(Template):
    """A template whose contexts are made of `Names`."""

    def make_module(
        self, vars: Any = None, shared: bool = False, locals: Mapping[str, Any] | None = None
    ) -> ImportedTemplate:
        context = self.new_context(vars, shared, locals)
        return ImportedTemplate(self, context, list(parts_of(self.root_render_func(context))))

    def new_context(
        self,
        vars: Any = None,
        shared: bool = False,
        locals: Mapping[str, Any] | None = None,
    ) -> NamesContext:
        names = vars if isinstance(vars, Names) else Names.of_locals(self.environment, dict(vars or {}))
        return new_context(self.environment, self.name, self.blocks, names, locals)


class TemplateEnvironment(SandboxedEnvironment):
    """Sandboxed, but not immutable: real templates call ``append`` and ``update``."""

    code_generator_class = ValueCodeGenerator
    context_class = NamesContext
    template_class = NamesTemplate
    intercepted_binops = frozenset({"+", "*", "**", "%"})
    concat = staticmethod(concat)
    tilde = staticmethod(tilde)

    def __init__(self, **options: Any) -> None:
        defaults: dict[str, Any] = {
            "undefined": Missing,
            "optimized": False,  # folding constants would run filters while compiling, where no error has a place
            "trim_blocks": True,  # as Ansible reads every template, not only files
            "extensions": ("jinja2.ext.do", "jinja2.ext.loopcontrols"),
            "auto_reload": False,
            "cache_size": 400,
        }
        super().__init__(**(defaults | options))
        self.lookups: dict[str, Any] = {}
        del self.globals["lipsum"]  # gigabytes of filler at a word

    raw_strings = False
    """Whether a backslash in a string within ``{{ }}`` is only a backslash.

    So it is in what playbooks say, where YAML has its own escapes: ``regex_replace('^(.*)$', '\\1')`` needs no
    more of them. In ``{% %}``, in bare expressions and in template files they are Python's (seen in 2.19).
    """

    def _tokenize(
        self, source: str, name: str | None, filename: str | None = None, state: str | None = None
    ) -> TokenStream:
        if not self.raw_strings or state is not None or "\\" not in source:
            return super()._tokenize(source, name, filename, state)
        tokens = _with_raw_strings(self.lexer.tokeniter(source, name, filename, state))
        return TokenStream(self.lexer.wrap(tokens, name, filename), name, filename)

    def render_constant(self, context: "NamesContext", text: str) -> Any:
        """The value of a template within the quotes of an expression: an old habit, and still harmless.

        The text stands in the expression itself, so whoever wrote that has written it, too.
        """
        rendering = context.parent.rendering
        return text if rendering is None else rendering.run(SourceText(text))

    def call_binop(self, context: Context, operator: str, left: Any, right: Any) -> Any:
        check_operator(operator, left, right)
        return super().call_binop(context, operator, left, right)

    def wrap_str_format(self, value: Any) -> Any:
        wrapped = super().wrap_str_format(value)
        if wrapped is None:
            return None
        owner, name = value.__self__, value.__name__

        @wraps(wrapped)
        def bounded(*args: Any, **keywords: Any) -> str:
            check_method(owner, name, args, keywords)
            return wrapped(*args, **keywords)

        return bounded

    def call(__self, __context: Context, __obj: Any, *args: Any, **keywords: Any) -> Any:  # noqa: N805
        plain = tuple([argument(value) for value in args])
        plain_keywords = {key: argument(value) for key, value in keywords.items()}
        owner = getattr(__obj, "__self__", None)
        if isinstance(owner, str | bytes):
            check_method(owner, getattr(__obj, "__name__", ""), plain, plain_keywords)
        return super().call(__context, __obj, *plain, **plain_keywords)
