"""Consent in Django's templates.

{% load consentgate %}
{% consented "stats" %}shown with consent{% else %}shown without{% endconsented %}
{% if request|allows:"performance" %}...{% endif %}
{% consent_declaration %}

The tag and the filter ask the consent of the visitor behind the context's `request`.
"""

from __future__ import annotations

from typing import Any

from django import template
from django.http import HttpRequest
from django.template.base import FilterExpression, NodeList, Parser, Token
from django.template.context import Context
from django.utils.safestring import SafeString

from consentgate.django import declaration
from consentgate.django.middleware import consent_of

register = template.Library()


@register.filter
def allows(request: HttpRequest, name: str) -> bool:
    """Say whether the visitor behind `request` has consented to the category or service `name`."""
    return consent_of(request).allows(name)


@register.tag
def consented(parser: Parser, token: Token) -> ConsentedNode:
    """Show what stands between the tags where the visitor has consented to all the categories and services
    that are named, else what follows `{% else %}`."""
    tag, *names = token.split_contents()
    if not names:
        raise template.TemplateSyntaxError(
            f'{tag}: expected the id of a category or service, like {{% {tag} "stats" %}}'
        )
    with_consent = parser.parse(("else", f"end{tag}"))
    without = NodeList()
    if parser.next_token().contents == "else":
        without = parser.parse((f"end{tag}",))
        parser.delete_first_token()
    return ConsentedNode([parser.compile_filter(name) for name in names], with_consent, without)


class ConsentedNode(template.Node):
    """The node of a `consented` tag."""

    child_nodelists = ("with_consent", "without")

    def __init__(self, names: list[FilterExpression], with_consent: NodeList, without: NodeList) -> None:
        self.names = names
        self.with_consent = with_consent
        self.without = without

    def render(self, context: Context) -> str:
        request = context.get("request")
        if not isinstance(request, HttpRequest):
            raise template.TemplateSyntaxError(
                'consented: the context has no "request"; render with the request, or add '
                '"django.template.context_processors.request" to the context processors'
            )
        consent = consent_of(request)
        # All are asked, also after a no: each question is noted for caches.
        answers = [consent.allows(str(name.resolve(context))) for name in self.names]
        return (self.with_consent if all(answers) else self.without).render(context)


@register.simple_tag(takes_context=True)
def consent_declaration(context: dict[str, Any], lang: str = "", level: int = 2) -> SafeString:
    """Write the declaration of every cookie and service. The template needs the `request` in its context."""
    return declaration.consent_declaration(context["request"], lang, level)
