"""Customers' mail subscriptions over HTTP: asking for one, confirming it, choosing what to hear of, ending it.

Links in mails open pages with buttons. Nothing but a POST changes anything: mail scanners open every link. The token in
a link is all that a customer needs, so there is no cookie, and no token against cross-site requests beside it.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Final

from flask import Blueprint, Response, request
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import NotFound, ServiceUnavailable, UnsupportedMediaType

from icsfeed.domain.errors import BadInputError, UnavailableError
from icsfeed.domain.mail_subscribers import mail_address
from icsfeed.domain.views import schedule_view
from icsfeed.services import mail_subscribing
from icsfeed.services.mail_links import CONFIRM_FOLDER, SUBSCRIBE_PATH, UNSUBSCRIBE_FOLDER, LinkPurpose
from icsfeed.services.mail_requests import MailRequest, TooManyRequestsError, request_mail
from icsfeed.services.mail_subscribing import CONFIRMING, UNSUBSCRIBING, LinkHolder
from icsfeed.services.repository import MailRepository
from icsfeed.web.errors import RETRY_AFTER
from icsfeed.web.mail_choices import EmptyChoiceError, chosen
from icsfeed.web.mail_pages import MailPages
from icsfeed.web.operators.context import OperatorsContext

_FORM: Final = "application/x-www-form-urlencoded"
_MAX_FORM_BYTES: Final = 16 * 1024
_HEADERS: Final[Mapping[str, str]] = {
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "X-Robots-Tag": "noindex",
}


def mail_routes(context: OperatorsContext, repository: MailRepository) -> Blueprint:
    """The routes below ``/subscribe/`` and ``/unsubscribe/``; there are none where the schedule has no ``[mail]``."""
    routes = Blueprint("mail", __name__)
    views = _Views(context, repository)

    @routes.before_request
    def limit_body() -> None:
        request.max_content_length = _MAX_FORM_BYTES

    @routes.after_request
    def add_headers(response: Response) -> Response:
        response.headers.update(_HEADERS)
        return response

    @routes.errorhandler(UnavailableError)
    def answer_unavailable(error: UnavailableError) -> ResponseReturnValue:
        context.log.warning("mail subscriptions not available", reason=str(error))
        response = views.pages().unavailable()
        response.headers["Retry-After"] = RETRY_AFTER
        return response

    routes.get(SUBSCRIBE_PATH)(views.show_form)
    routes.post(SUBSCRIBE_PATH)(views.request_mail)
    routes.get(f"{CONFIRM_FOLDER}<token>")(views.show_subscription)
    routes.post(f"{CONFIRM_FOLDER}<token>")(views.confirm_or_choose)
    routes.get(f"{UNSUBSCRIBE_FOLDER}<token>")(views.show_unsubscribing)
    routes.post(f"{UNSUBSCRIBE_FOLDER}<token>")(views.unsubscribe)
    return routes


class _Views:
    """What each route answers."""

    def __init__(self, context: OperatorsContext, repository: MailRepository) -> None:
        self._context = context
        self._repository = repository

    def pages(self) -> MailPages:
        """The pages of the current schedule.

        Raises:
            HTTPException: where there is none, or it has no mail subscriptions.
        """
        try:
            schedule = schedule_view(self._context.workspaces.schedule(), frozenset())
        except UnavailableError:
            raise ServiceUnavailable(retry_after=int(RETRY_AFTER)) from None
        if schedule.mail is None:
            raise NotFound
        return MailPages(schedule=schedule, root=request.root_path)

    def show_form(self) -> Response:
        return self.pages().form(request.args.get("language", ""))

    def request_mail(self) -> Response:
        pages = self.pages()
        if request.mimetype != _FORM:
            raise UnsupportedMediaType
        form = request.form
        email, language = form.get("email", ""), form.get("language", "")
        try:
            address = mail_address(email)
        except BadInputError:
            return pages.form(language, email=email, is_invalid=True)
        client = request.remote_addr or ""
        mail_request = MailRequest(address=address, language=pages.language(language).code, client=client)
        randomness = self._context.randomness
        try:
            request_mail(
                self._repository,
                mail_request,
                now=self._now(),
                new_id=randomness.new_id,
                new_secret=randomness.new_secret,
            )
        except TooManyRequestsError as error:
            return pages.too_many_requests(language, error.retry_after)
        return pages.check_mailbox(language)

    def show_subscription(self, token: str) -> Response:
        pages = self.pages()
        holder = self._holder(CONFIRMING, token)
        if holder is None:
            return pages.no_subscription()
        return pages.confirmation(holder) if holder.subscriber.confirmed_at is None else pages.preferences(holder)

    def confirm_or_choose(self, token: str) -> Response:
        pages, now, form = self.pages(), self._now(), request.form
        if "choice" not in form:
            holder = mail_subscribing.confirm(self._repository, token, now=now)
            return pages.confirmed(holder) if holder is not None else pages.no_subscription()
        try:
            choice = chosen(form, pages.schedule)
        except EmptyChoiceError as error:
            holder = self._holder(CONFIRMING, token)
            if holder is None:
                return pages.no_subscription()
            return pages.preferences(holder, mistake=error.phrase, choice=error.choice)
        holder = mail_subscribing.choose(self._repository, token, choice, now=now)
        return pages.saved(holder) if holder is not None else pages.no_subscription()

    def show_unsubscribing(self, token: str) -> Response:
        pages = self.pages()
        holder = self._holder(UNSUBSCRIBING, token)
        if holder is not None:
            return pages.unsubscribing(holder)
        was_subscribed = mail_subscribing.was_subscribed(self._repository, token)
        return pages.not_subscribed() if was_subscribed else pages.no_subscription()

    def unsubscribe(self, token: str) -> Response:
        # By the button of the page, or by a mail program (RFC 8058): what the body says makes no difference.
        pages = self.pages()
        end = mail_subscribing.unsubscribe(self._repository, token, now=self._now())
        return pages.unsubscribed(end.language) if end is not None else pages.no_subscription()

    def _holder(self, purposes: Collection[LinkPurpose], token: str) -> LinkHolder | None:
        return mail_subscribing.link_holder(self._repository, purposes, token, now=self._now())

    def _now(self) -> datetime:
        return self._context.clock()
