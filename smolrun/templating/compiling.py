"""Text into compiled templates, once for each text."""

from jinja2 import nodes
from jinja2.environment import Template
from jinja2.exceptions import TemplateSyntaxError
from jinja2.parser import Parser

from smolrun.templating.environment import TemplateEnvironment


def parse_expression(environment: TemplateEnvironment, text: str) -> nodes.Expr:
    """The syntax tree of a bare expression.

    Raises:
        jinja2.TemplateSyntaxError: it is not one, or more follows it.
    """
    parser = Parser(environment, text, state="variable")
    expression = parser.parse_expression()
    if not parser.stream.eos:
        token = parser.stream.current
        raise TemplateSyntaxError(f"unexpected '{token.value}' after the expression", token.lineno)
    return expression


def parse(environment: TemplateEnvironment, text: str, *, expression: bool) -> nodes.Template:
    """The syntax tree of a template or of a bare expression. Raises `jinja2.TemplateSyntaxError`."""
    if not expression:
        return environment.parse(text)
    return nodes.Template([nodes.Output([parse_expression(environment, text)], lineno=1)], lineno=1)


def compile_template(environment: TemplateEnvironment, text: str) -> Template:
    """Raises `jinja2.TemplateSyntaxError`, also for unknown filters and tests."""
    template: Template = environment.from_string(text)
    return template


def compile_expression(environment: TemplateEnvironment, text: str) -> Template:
    """A template that yields the value of the expression, and nothing else."""
    body = parse(environment, text, expression=True)
    if "{{" in text:
        _render_constants(body)
    body.set_environment(environment)
    template: Template = environment.from_string(body)
    return template


def _render_constants(node: nodes.Node) -> None:
    """Put, in place of every quoted text with ``{{ }}`` in it, a call that renders it."""
    for name, value in node.iter_fields():
        if isinstance(value, list):
            value[:] = [_rendered(item) for item in value]
        elif isinstance(value, nodes.Node):
            setattr(node, name, _rendered(value))


def _rendered(node: object) -> object:
    if isinstance(node, nodes.Const) and isinstance(node.value, str) and "{{" in node.value:
        function = nodes.EnvironmentAttribute("render_constant", lineno=node.lineno)
        arguments: list[nodes.Expr] = [nodes.ContextReference(lineno=node.lineno), node]
        return nodes.Call(function, arguments, [], None, None, lineno=node.lineno)
    if isinstance(node, nodes.Node):
        _render_constants(node)
    return node
