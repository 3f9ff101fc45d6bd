"""Consent in Jinja's templates, for any framework.

    environment = jinja2.Environment(extensions=["consentgate.jinja.Consented"])

    {% consented "stats" %}shown with consent{% else %}shown without{% endconsented %}

The tag asks the template's `consent`, which Flask's templates have from `ConsentGate`, or else the consent of
the template's `request`, which Starlette's templates have.
"""

from __future__ import annotations

from collections.abc import Callable

import jinja2
from jinja2 import nodes
from jinja2.ext import Extension
from jinja2.parser import Parser
from jinja2.runtime import Context

__all__ = ["Consented"]


class Consented(Extension):
    """The block tag `consented`. It takes ids of categories and services, with commas between them, and needs
    consent to all."""

    tags = {"consented"}  # noqa: RUF012  # Jinja's own name and type

    def parse(self, parser: Parser) -> nodes.Node:
        """Parse the tag into an `if`. Raises TemplateSyntaxError where it names nothing."""
        line = next(parser.stream).lineno
        if parser.stream.current.type == "block_end":
            parser.fail('consented: expected the id of a category or service, like "stats"', line)
        if parser.stream.current.type == parser.stream.look().type == "string":
            # Jinja reads these as one text.
            parser.fail("consented: divide ids by commas", line)
        names = [parser.parse_expression()]
        while parser.stream.skip_if("comma"):
            names.append(parser.parse_expression())
        with_consent = parser.parse_statements(("name:else", "name:endconsented"))
        without: list[nodes.Node] = []
        if next(parser.stream).test("name:else"):
            without = parser.parse_statements(("name:endconsented",), drop_needle=True)
        allowed = self.call_method("_allow", [nodes.ContextReference(), *names], lineno=line)
        return nodes.If(allowed, with_consent, [], without).set_lineno(line)

    def _allow(self, context: Context, *names: str) -> bool:
        allows = _question_of(context)
        # All are asked, also after a no: each question is noted for caches.
        answers = [allows(name) for name in names]
        return all(answers)


def _question_of(context: Context) -> Callable[[str], bool]:
    consent = context.get("consent")
    if consent is None:
        consent = getattr(getattr(context.get("request"), "state", None), "consent", None)
    if consent is None:
        raise jinja2.UndefinedError(
            'consented: the template has neither "consent" nor a "request" that came through the gate; '
            "render it with consent=..."
        )
    allows: Callable[[str], bool] = consent.allows
    return allows
