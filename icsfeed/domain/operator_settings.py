"""What the schedule says of operators: what a second person has to approve, and where people sign in."""

from __future__ import annotations

from dataclasses import dataclass, field

from icsfeed.domain.feeds import Kind


@dataclass(frozen=True, kw_only=True, slots=True)
class OidcSettings:
    """A provider of OpenID Connect by which operators sign in.

    ``client_secret`` may be ``env:`` and the variable that holds it. Members of one of ``write_groups`` may write,
    those of ``read_groups`` read, and nobody else signs in.
    """

    issuer: str
    client_id: str
    client_secret: str = field(repr=False)
    write_groups: frozenset[str] = frozenset()
    read_groups: frozenset[str] = frozenset()


@dataclass(frozen=True, kw_only=True, slots=True)
class OperatorSettings:
    """Changes of the kinds in ``approval`` are drafts until another operator approves them."""

    approval: frozenset[Kind] = frozenset()
    oidc: OidcSettings | None = None
