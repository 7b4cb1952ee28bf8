"""Why a sign-in by OpenID Connect ends without one, for the person and for the audit trail alike."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from icsfeed.domain.errors import UnauthenticatedError, UnavailableError
from icsfeed.domain.sign_ins import SignInOutcome
from icsfeed.words.phrases import Phrase, phrase


@dataclass(frozen=True, kw_only=True, slots=True)
class Refusal:
    """Why a sign-in is refused, in words of ours alone: nothing of what the provider or the browser sent."""

    reason: Phrase
    outcome: SignInOutcome = SignInOutcome.INVALID_RESPONSE


class SignInRefusedError(UnauthenticatedError):
    """A sign-in that is refused. ``detail`` is for the log; ``name`` is the person's, where the provider said it."""

    def __init__(self, refusal: Refusal, detail: str = "", *, name: str = "") -> None:
        super().__init__(refusal.reason.text)
        self.refusal = refusal
        self.detail = detail
        self.name = name


class ProviderUnavailableError(UnavailableError):
    """The provider does not answer in time, or answers what no provider of OpenID Connect does."""


NOT_BEGUN_HERE: Final = Refusal(
    reason=phrase("This sign-in did not begin in this browser, or began too long ago. Sign in again.")
)
REFUSED_BY_PROVIDER: Final = Refusal(reason=phrase("The provider refused the sign-in. Sign in again."))
CODE_NOT_ACCEPTED: Final = Refusal(
    reason=phrase("The provider did not accept its own code, which works only once. Sign in again.")
)
INVALID_ID_TOKEN: Final = Refusal(reason=phrase("The provider’s answer can’t be trusted: its ID token is not valid."))
EXPIRED_ID_TOKEN: Final = Refusal(reason=phrase("The provider’s answer has expired. Sign in again."))
OTHER_ISSUER: Final = Refusal(reason=phrase("The answer comes from another provider than this server trusts."))
OTHER_PERSON: Final = Refusal(reason=phrase("The provider’s answers are about two people."))
NO_GROUP: Final = Refusal(
    reason=phrase("You are in none of the groups that may sign in here. Ask the people who run this server."),
    outcome=SignInOutcome.NO_GROUP,
)
