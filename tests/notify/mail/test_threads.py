"""The ids of mails."""

from __future__ import annotations

from icsfeed.notify.mail.threads import message_id, thread_id

DOMAIN = "maintenance.example.com"


def test_ids_stay_the_same_and_differ_from_each_other() -> None:
    assert message_id("key", DOMAIN) == "<1099352a10c306ddb585fbaf30071953@maintenance.example.com>"
    ids = {
        message_id("key", DOMAIN),
        message_id("other key", DOMAIN),
        thread_id("subscriber", "EC-7", DOMAIN),
        thread_id("subscriber", "EC-8", DOMAIN),
        thread_id("other subscriber", "EC-7", DOMAIN),
    }
    assert len(ids) == 5


def test_subjects_need_not_be_ascii() -> None:
    assert thread_id("subscriber", "fenêtre du jeudi/2026-12-03", DOMAIN).isascii()
