"""Whether Apprise understands the URLs of channels, for ``icsfeed check``."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from icsfeed.domain.schedule import Schedule
from icsfeed.services.advice import Advice
from icsfeed.settings import UnsetVariableError, value_in


def about_services(schedule: Schedule, environment: Mapping[str, str]) -> Iterator[Advice]:
    """A warning for each channel whose URL is known here, and none of Apprise's; nothing is sent."""
    # Each URL takes a process, and few schedules have channels.
    from icsfeed.notify.chat.processes import Apprise
    from icsfeed.notify.failures import SendingError

    apprise = Apprise(environment=environment)
    for channel in schedule.channels:
        if not channel.url:
            continue
        try:
            has_targets = apprise.target_count(value_in(environment, channel.url, place="", remedy="")) > 0
        except (UnsetVariableError, SendingError):  # another warning says so, or nobody can tell
            continue
        if not has_targets:
            message = "url is none that Apprise understands; write it as the service's page at appriseit.com says"
            yield Advice(table="channels", name=channel.id, message=message)
