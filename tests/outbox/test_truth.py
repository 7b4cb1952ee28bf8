"""Operators, senders that fail and die, and receivers, compared with a simple model: everybody ends with the truth.

A receiver has everything in order. What was acknowledged is never sent again; only where a sender died between the
receiver's acknowledgement and ours, there is a repeat. Nobody hears of an environment that they may not see.
"""

from __future__ import annotations

import os
import tempfile
from contextlib import ExitStack
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, consumes, initialize, multiple, precondition, rule

from icsfeed.domain.announcements import Announcement, NothingToTell
from icsfeed.domain.changes import State, Step
from icsfeed.domain.channels import ChannelEvent
from icsfeed.domain.deliveries import Delivery, DeliveryState, channel_receiver
from icsfeed.domain.errors import IcsfeedError
from icsfeed.domain.outbox_rows import RetrySelection
from icsfeed.domain.plans import Amendment
from icsfeed.domain.redaction import WITHDRAWN_TEXT
from icsfeed.domain.settlements import Settlement
from icsfeed.domain.situation import Situation
from icsfeed.domain.spans import Span
from icsfeed.services.announcements import announcement_for
from icsfeed.store.database.database import Database
from tests.outbox.model import Facts, ModelChange
from tests.outbox.office import EVERYTHING, LEASE, PREVIEW, PRIVATE, SCHEDULE, Office, a_channel, an_office
from tests.services.workspace import NIGHT, a_plan, advance_change, announce_plan

EXAMPLES: Final = int(os.environ.get("ICSFEED_TEST_OUTBOX") or 12)
PUBLIC: Final = frozenset({"preview", "production"})
SELECTIONS: Final = {
    "channel:everything": PUBLIC,
    "channel:preview": frozenset({"preview"}),
    "channel:acme": frozenset({"acme"}),
    "channel:states": frozenset({"production"}),
    "mail:every": PUBLIC,
    "mail:production": frozenset({"production"}),
}
"""The environments that each receiver selects."""

STATES: Final = a_channel(
    "states",
    ChannelEvent.ANNOUNCED,
    ChannelEvent.STARTED,
    ChannelEvent.COMPLETED,
    ChannelEvent.CANCELLED,
    ChannelEvent.WITHDRAWN,
    environments=["production"],
)
"""It hears of no moves and updates, and yet not of states that do not hold any more."""

LANES: Final = ("channel:everything", "channel:preview", "channel:acme", "channel:states", "mail")
VENDOR: Final = replace(SCHEDULE, channels=(EVERYTHING, PREVIEW, PRIVATE, STATES))
SPAN: Final = Span(start=NIGHT + timedelta(days=2), end=NIGHT + timedelta(days=2, hours=2))
MOST_CHANGES: Final = 2
HOUR: Final = timedelta(hours=1)
UNSENT: Final = RetrySelection()

environments = st.sampled_from([{"production"}, {"preview"}, {"acme"}, PUBLIC, {"production", "acme"}]).map(frozenset)


@lru_cache
def empty_database() -> bytes:
    """The file of a database in which nothing is recorded."""
    with tempfile.TemporaryDirectory() as folder:
        database = Database(f"sqlite:///{folder}/empty.db")
        database.upgrade()
        database.close()
        return Path(folder, "empty.db").read_bytes()


@dataclass(frozen=True, kw_only=True)
class UnderWay:
    """A delivery that a sender has claimed, and what it has written of it."""

    sender: str
    delivery: Delivery
    announcement: Announcement | NothingToTell


class Outboxes(RuleBasedStateMachine):
    """The machine; the clock moves on with every step, so that no two happen at once."""

    changes: Bundle[str] = Bundle("changes")
    under_way: Bundle[UnderWay] = Bundle("under_way")

    def __init__(self) -> None:
        super().__init__()
        self.now = NIGHT
        self.models: dict[str, ModelChange] = {}
        self.inboxes: dict[str, list[tuple[int, str, Announcement]]] = {receiver: [] for receiver in SELECTIONS}
        self.acknowledged: set[int] = set()
        self.living: list[str] = []
        """The senders that renew their leases; a new one begins with each claim."""
        self.may_be_repeated: set[int] = set()
        self.stack = ExitStack()

    @initialize()
    def open_office(self) -> None:
        """Begin with a database, and with customers."""
        folder = Path(self.stack.enter_context(tempfile.TemporaryDirectory()))
        (folder / "icsfeed.db").write_bytes(empty_database())
        self.office: Office = self.stack.enter_context(an_office(f"sqlite:///{folder}/icsfeed.db", VENDOR))
        self.office.subscribe("every")
        self.office.subscribe("production", environments=",production,", kinds=",emergency,")
        self.office.subscribe("windows", kinds=",maintenance,")

    def tick(self, length: timedelta = timedelta(seconds=1)) -> datetime:
        """Let time pass, in which senders that live renew their leases."""
        self.now += length
        for sender in self.living:
            self.office.outbox.renew(owner=sender, now=self.now, lease=LEASE)
        return self.now

    @precondition(lambda self: len(self.models) < MOST_CHANGES)
    @rule(target=changes, touched=environments)
    def announce(self, touched: frozenset[str]) -> str:
        plan = a_plan(summary=f"Repair {len(self.models)}", environments=touched, span=SPAN)
        change = announce_plan(self.office.workspace, plan, now=self.tick()).change
        facts = Facts(state=State.CONFIRMED, start=SPAN.start, environments=touched)
        self.models[change.id] = ModelChange(history=[facts])
        return change.id

    @rule(change=changes, step=st.sampled_from([Step.START, Step.COMPLETE, Step.CANCEL, Step.UNDO, Step.REDACT]))
    def take_step(self, change: str, step: Step) -> None:
        try:
            advance_change(self.office.workspace, step, change, now=self.tick())
        except IcsfeedError:
            return
        self.models[change].take(step)

    @rule(change=changes)
    def cancel_silently(self, change: str) -> None:
        try:
            advance_change(self.office.workspace, Step.CANCEL, change, now=self.tick(), silent=True)
        except IcsfeedError:
            return
        self.models[change].take(Step.CANCEL, silent=True)

    @rule(change=changes, hours=st.integers(1, 3))
    def move(self, change: str, hours: int) -> None:
        start = SPAN.start + hours * HOUR
        try:
            self.amend(change, start=start)
        except IcsfeedError:
            return
        self.models[change].alter(start=start)

    @rule(change=changes, touched=environments)
    def relocate(self, change: str, touched: frozenset[str]) -> None:
        try:
            self.amend(change, environments=touched)
        except IcsfeedError:
            return
        self.models[change].alter(environments=touched)

    def amend(self, change: str, **fields: Any) -> None:  # noqa: ANN401  (any field)
        advance_change(self.office.workspace, Step.UPDATE, change, now=self.tick(), amendment=Amendment(**fields))

    @rule(change=changes)
    def say(self, change: str) -> None:
        advance_change(self.office.workspace, Step.UPDATE, change, now=self.tick(), message="We are on it")

    @rule(target=under_way, lane=st.sampled_from(LANES), limit=st.integers(1, 3))
    def claim(self, lane: str, limit: int) -> UnderWay:
        """Take what is due, begin to send it, and only then write it."""
        return multiple(*self.claimed(f"sender {self.now}", lane, limit))  # type: ignore[return-value]

    def claimed(self, sender: str, lane: str, limit: int) -> list[UnderWay]:
        deliveries = self.office.outbox.claim(lane, owner=sender, now=self.tick(), lease=LEASE, limit=limit)
        if sender not in self.living:
            self.living.append(sender)
        begun = self.office.outbox.begin([each.number for each in deliveries], owner=sender, now=self.tick())
        assert begun == {each.number for each in deliveries}
        return [self.written(sender, delivery) for delivery in deliveries]

    @rule(lane=st.sampled_from(LANES), limit=st.integers(1, 3))
    def die_early(self, lane: str, limit: int) -> None:
        """A sender takes what is due, and is killed before it begins: nobody was told anything."""
        sender = f"sender {self.now}"
        self.office.outbox.claim(lane, owner=sender, now=self.tick(), lease=LEASE, limit=limit)

    def written(self, sender: str, delivery: Delivery) -> UnderWay:
        selected = SELECTIONS[delivery.receiver]
        view = Situation(schedule=VENDOR, record=self.office.database.record(), now=self.now)
        announcement = announcement_for(
            view.visible_to(selected - PUBLIC),
            delivery,
            was_informed=delivery.was_informed,
            environments=selected,
        )
        return UnderWay(sender=sender, delivery=delivery, announcement=announcement)

    @rule()
    def send_everything(self) -> None:
        """Send all that is due and not under way."""
        for lane in LANES:
            for sent in self.claimed("swift", lane, 50):
                self.succeed(sent)

    @rule(sent=consumes(under_way))
    def succeed(self, sent: UnderWay) -> None:
        """Send it, and record that; or that there is nothing to tell."""
        if sent.sender not in self.living:
            return
        is_empty = isinstance(sent.announcement, NothingToTell)
        self.arrive(sent)
        self.settle(sent, DeliveryState.DROPPED if is_empty else DeliveryState.SENT, is_attempt=not is_empty)
        if not is_empty:
            self.acknowledged.add(sent.delivery.number)

    @rule(sent=consumes(under_way), state=st.sampled_from([DeliveryState.WAITING, DeliveryState.FAILED]))
    def fail(self, sent: UnderWay, state: DeliveryState) -> None:
        """Its receiver takes nothing now, or never will."""
        if sent.sender not in self.living:
            return
        self.settle(sent, state)

    @rule(sent=consumes(under_way), is_accepted=st.booleans())
    def die(self, sent: UnderWay, is_accepted: bool) -> None:
        """The sender is killed: before its receiver has taken it, or before that was recorded."""
        if sent.sender not in self.living:
            return
        if is_accepted:
            self.arrive(sent)
            self.may_be_repeated.add(sent.delivery.number)
        self.living.remove(sent.sender)

    @rule()
    def wait(self) -> None:
        """Let the leases of the dead run out."""
        self.tick(2 * LEASE)

    @rule()
    def retry(self) -> None:
        """Have failed deliveries tried again."""
        self.office.outbox.retry(UNSENT, now=self.tick())

    def settle(self, sent: UnderWay, state: DeliveryState, *, is_attempt: bool = True) -> None:
        settlement = Settlement(
            number=sent.delivery.number,
            state=state,
            due_at=self.now + timedelta(minutes=1) if state is DeliveryState.WAITING else None,
            problem="" if state is DeliveryState.SENT else "no",
            is_attempt=is_attempt,
        )
        self.office.outbox.settle([settlement], owner=sent.sender, now=self.tick())

    def arrive(self, sent: UnderWay) -> None:
        """The receiver takes it."""
        if isinstance(sent.announcement, NothingToTell):
            return
        delivery, inbox = sent.delivery, self.inboxes[sent.delivery.receiver]
        assert delivery.number not in self.acknowledged, "what was acknowledged is not sent again"
        earlier = [number for number, subject, _ in inbox if subject == delivery.subject]
        assert earlier == sorted(earlier)
        assert not earlier or earlier[-1] <= delivery.number, "in order"
        if delivery.number in earlier:
            assert delivery.number in self.may_be_repeated, "only what a sender that died had sent is repeated"
        visible = PUBLIC | SELECTIONS[delivery.receiver]
        told = {each.id for each in (*sent.announcement.environments, *sent.announcement.left)}
        assert told <= visible, "nobody hears of an environment that they may not see"
        inbox.append((delivery.number, delivery.subject, sent.announcement))

    def teardown(self) -> None:
        """Bring everything to its end: nobody fails or dies any more, and everybody knows the truth."""
        with self.stack:
            if not hasattr(self, "office"):
                return
            self.living.clear()
            self.finish()
            for receiver, selected in SELECTIONS.items():
                for change_id, model in self.models.items():
                    told = [each for _, subject, each in self.inboxes[receiver] if subject == change_id]
                    self.check(told, model, selected, f"{receiver}, {change_id}: {model.steps}")

    def finish(self) -> None:
        self.now += timedelta(days=1)
        while self.office.outbox.retry(UNSENT, now=self.now) or self.office.outbox.counts()[DeliveryState.WAITING]:
            self.now += HOUR
            for lane in self.office.outbox.due_receivers(now=self.now):
                for delivery in self.office.outbox.claim(lane, owner="last", now=self.now, lease=LEASE, limit=50):
                    self.succeed_at_last(delivery)

    def succeed_at_last(self, delivery: Delivery) -> None:
        self.office.outbox.begin([delivery.number], owner="last", now=self.now)
        sent = self.written("last", delivery)
        self.arrive(sent)
        is_empty = isinstance(sent.announcement, NothingToTell)
        self.settle(sent, DeliveryState.DROPPED if is_empty else DeliveryState.SENT)

    def check(self, told: list[Announcement], model: ModelChange, selected: frozenset[str], label: str) -> None:
        """Compare what a receiver was told last of a change with what is true."""
        facts, mine = model.facts, model.facts.environments & selected
        is_over = facts.is_withdrawn or facts.state is State.CANCELLED
        if not told:
            assert is_over or not mine, f"{label}: it was never told"
            return
        last = told[-1]
        if facts.is_withdrawn:
            assert last.event is ChannelEvent.WITHDRAWN, label
            return
        assert (last.name == WITHDRAWN_TEXT) == model.is_redacted, label
        if not mine:
            assert last.state is State.CANCELLED, label
            return
        if label.startswith(channel_receiver(STATES.id)):
            assert last.state is facts.state, label
            return
        span = last.planned or last.span
        assert span is not None
        assert (last.state, span.start) == (facts.state, facts.start), label
        assert {each.id for each in last.environments} == facts.environments & (PUBLIC | selected), label


TestOutboxes = Outboxes.TestCase
TestOutboxes.settings = settings(max_examples=EXAMPLES, stateful_step_count=30)
