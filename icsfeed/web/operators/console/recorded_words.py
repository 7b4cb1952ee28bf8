"""Actions and events as records name them, in the operator's language; one without a phrase stays as it is recorded."""

from __future__ import annotations

from typing import Final

from icsfeed.domain.channels import ChannelEvent
from icsfeed.words.phrases import phrase_in

ACTIONS: Final = {
    each.text: each
    for each in (
        phrase_in("action in the audit trail", "emergency announce"),
        phrase_in("action in the audit trail", "planned announce"),
        phrase_in("action in the audit trail", "planned draft"),
        phrase_in("action in the audit trail", "planned approve"),
        phrase_in("action in the audit trail", "planned withdraw"),
        phrase_in("action in the audit trail", "change confirm"),
        phrase_in("action in the audit trail", "change start"),
        phrase_in("action in the audit trail", "change update"),
        phrase_in("action in the audit trail", "change extend"),
        phrase_in("action in the audit trail", "change complete"),
        phrase_in("action in the audit trail", "change cancel"),
        phrase_in("action in the audit trail", "change undo"),
        phrase_in("action in the audit trail", "change redact"),
        phrase_in("action in the audit trail", "freeze start"),
        phrase_in("action in the audit trail", "freeze end"),
        phrase_in("action in the audit trail", "window skip"),
        phrase_in("action in the audit trail", "window move"),
        phrase_in("action in the audit trail", "window restore"),
        phrase_in("action in the audit trail", "subscriber add"),
        phrase_in("action in the audit trail", "subscriber change"),
        phrase_in("action in the audit trail", "subscriber rotate"),
        phrase_in("action in the audit trail", "subscriber revoke"),
        phrase_in("action in the audit trail", "mail request"),
        phrase_in("action in the audit trail", "mail confirm"),
        phrase_in("action in the audit trail", "mail change"),
        phrase_in("action in the audit trail", "mail unsubscribe"),
        phrase_in("action in the audit trail", "mail remove"),
        phrase_in("action in the audit trail", "mail forget"),
        phrase_in("action in the audit trail", "mail pause"),
        phrase_in("action in the audit trail", "token create"),
        phrase_in("action in the audit trail", "token revoke"),
        phrase_in("action in the audit trail", "session end"),
        phrase_in("action in the audit trail", "sign in"),
        phrase_in("action in the audit trail", "sign out"),
        phrase_in("action in the audit trail", "refused sign-in"),
        phrase_in("action in the audit trail", "first use of a token from this network"),
        phrase_in("action in the audit trail", "refused token"),
        phrase_in("action in the audit trail", "publish"),
        phrase_in("action in the audit trail", "reserve numbers"),
        phrase_in("action in the audit trail", "queue"),
        phrase_in("action in the audit trail", "outbox secret"),
        phrase_in("action in the audit trail", "notify retry"),
    )
}
"""By their names in the audit trail, which are English."""

EVENTS: Final = {
    ChannelEvent.ANNOUNCED: phrase_in("what an announcement is about", "announced"),
    ChannelEvent.CONFIRMED: phrase_in("what an announcement is about", "confirmed"),
    ChannelEvent.MOVED: phrase_in("what an announcement is about", "moved"),
    ChannelEvent.STARTED: phrase_in("what an announcement is about", "started"),
    ChannelEvent.COMPLETED: phrase_in("what an announcement is about", "completed"),
    ChannelEvent.CANCELLED: phrase_in("what an announcement is about", "cancelled"),
    ChannelEvent.UPDATED: phrase_in("what an announcement is about", "updated"),
    ChannelEvent.WITHDRAWN: phrase_in("what an announcement is about", "withdrawn"),
    ChannelEvent.SKIPPED: phrase_in("what an announcement is about", "skipped"),
    ChannelEvent.FREEZE: phrase_in("what an announcement is about", "freeze"),
    ChannelEvent.REMINDER: phrase_in("what an announcement is about", "reminder"),
    ChannelEvent.CONFIRMATION: phrase_in("what an announcement is about", "confirmation"),
}
