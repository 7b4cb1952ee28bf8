"""What a page says after an action. The address carries a code, never a text, so that no link can put words there."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from icsfeed.words.phrases import Phrase, phrase

NOTICES: Final[Mapping[str, Phrase]] = {
    "announced": phrase("Announced. Customers see it now."),
    "repeated": phrase("This was announced already. Nothing was changed."),
    "draft": phrase("Saved as a draft. Somebody else has to approve it before customers see it."),
    "confirm": phrase("Confirmed. Customers see it now."),
    "start": phrase("Started. Customers see it now."),
    "update": phrase("Updated. Customers see it now."),
    "extend": phrase("Extended. Customers see it now."),
    "complete": phrase("Completed. Customers see it now."),
    "cancel": phrase("Cancelled. Customers see it now."),
    "withdraw": phrase("Withdrawn. Nothing of it is public any more."),
    "undo": phrase("Taken back. Customers see it now."),
    "redact": phrase("Text withdrawn. Fetched copies may remain: if it was a secret, change the secret."),
    "saved": phrase("Saved."),
    "sessions-ended": phrase("Ended."),
    "skip": phrase("Skipped. Customers see it now."),
    "move": phrase("Moved. Customers see it now."),
    "restore": phrase("Restored. It takes place as the policy says."),
    "freeze-started": phrase("The change freeze has started."),
    "freeze-repeated": phrase("This freeze has started already. Nothing was changed."),
    "freeze-ended": phrase("The change freeze has ended."),
    "retry": phrase("Tried again now."),
    "token-revoked": phrase("The token is revoked."),
    "session-ended": phrase("The session has ended."),
    "subscriber-revoked": phrase("Revoked. Their addresses don’t work any more."),
    "erased": phrase("Erased."),
    "approved": phrase("Approved and announced. Customers see it now."),
    "draft-withdrawn": phrase("The draft is withdrawn."),
}
"""By code."""
