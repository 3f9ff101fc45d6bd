"""Django must be configured before anything asks for its settings."""

from integrations import django_project  # noqa: F401
