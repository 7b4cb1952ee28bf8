"""Puts a sender together from its parts."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from functools import partial
from pathlib import Path

from structlog.typing import FilteringBoundLogger

from icsfeed.notify.channel_transports import ChannelTransports
from icsfeed.notify.current import CurrentSituation
from icsfeed.notify.housekeeping import Housekeeping
from icsfeed.notify.mail.transport import mail_transport
from icsfeed.notify.recipients import MailRecipients
from icsfeed.notify.sender import Sender
from icsfeed.notify.transports import Transports
from icsfeed.publication.sources import ScheduleFile, Sources
from icsfeed.services.due_deliveries import DueDeliveries
from icsfeed.store.database.database import Database
from icsfeed.store.schedule_file import database_key, schedule_of_database


def assemble_sender(
    path: Path,
    database: Database,
    transports: Transports,
    *,
    owner: str,
    new_secret: Callable[[], str],
    clock: Callable[[], datetime],
    log: FilteringBoundLogger,
) -> Sender:
    """The sender of what the schedule file at ``path`` and the database have to tell.

    ``owner`` is a random name for it; ``new_secret`` makes the database's secret, where it has none yet.
    """
    file = ScheduleFile(path=path, load=schedule_of_database(database_key(path)))
    return Sender(
        CurrentSituation(Sources(file, database, log=log, edit_entry="schedule read")),
        database.outbox,
        MailRecipients(database, new_secret=new_secret),
        transports,
        due=Housekeeping(DueDeliveries(database, new_secret=new_secret), database, database.outbox),
        owner=owner,
        clock=clock,
        log=log,
    )


def make_transports(environment: Mapping[str, str], *, clock: Callable[[], datetime]) -> Transports:
    """The transports of everything that a schedule can name; ``environment`` holds what it calls ``env:NAME``."""
    channels = ChannelTransports(environment=environment, clock=clock)
    return Transports(
        channel=channels.transport,
        targets=channels.target_count,
        mail=partial(mail_transport, environment=environment),
    )
