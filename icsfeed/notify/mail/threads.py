"""The ids of mails: one for each delivery, and one for the thread of all that a subscriber hears of a subject.

They are digests, so that no id tells anything of the subscriber, and the same at each attempt, so that mail programs
show a mail once that arrives twice.
"""

from __future__ import annotations

import hashlib
from typing import Final

_DIGEST_BYTES: Final = 16


def message_id(key: str, domain: str) -> str:
    """The id of the mail of the delivery with that key, in angle brackets (RFC 5322, section 3.6.4)."""
    return _id("mail", key, domain)


def thread_id(subscriber_id: str, subject: str, domain: str) -> str:
    """The id to which every mail of the thread refers.

    No mail has it. Which mail is the first that a subscriber gets of a subject is unknown when it is queued, for a
    newer one may replace it; and mail programs group those that refer to one missing mail all the same.
    """
    return _id("thread", f"{subscriber_id} {subject}", domain)


def _id(purpose: str, name: str, domain: str) -> str:
    digest = hashlib.blake2b(name.encode(), digest_size=_DIGEST_BYTES, person=purpose.encode())
    return f"<{digest.hexdigest()}@{domain}>"
