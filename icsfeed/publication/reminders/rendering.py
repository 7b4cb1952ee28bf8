"""The built-in texts: templates in this package, rendered with the variables that a vendor's own get, too."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Final

from jinja2 import Environment

from icsfeed.publication.reminders.channels import ReminderChannel
from icsfeed.publication.reminders.escaping import Escaping, template_environment
from icsfeed.publication.reminders.plain_variables import Variables

_TEMPLATES: Final = Path(__file__).parent / "templates"


def built_in_text(channel: ReminderChannel, variables: Variables) -> str:
    """The text of the built-in template, which ends with one line feed."""
    text = _environment(channel.escaping).get_template(channel.template).render(variables)
    return f"{text.strip()}\n"


@cache
def _environment(escaping: Escaping) -> Environment:
    templates = {path.name: path.read_text(encoding="utf-8") for path in sorted(_TEMPLATES.glob("*.j2"))}
    return template_environment(Environment, templates, escaping)
