"""The tables of the schedule file about operators: approval by a second person, and OpenID Connect."""

from typing import Annotated, Required, TypedDict

from icsfeed.domain.feeds import Kind
from icsfeed.domain.operator_settings import OidcSettings, OperatorSettings
from icsfeed.store.schedule_file import operator_values
from icsfeed.store.schedule_file.keys import Key
from icsfeed.store.schedule_file.values import array


class OidcTable(TypedDict, total=False):
    """A provider of OpenID Connect by which operators sign in."""

    issuer: Required[
        Annotated[
            str,
            Key(
                operator_values.ISSUER,
                "The provider's address, as it names itself in tokens.",
                "https://id.example.com",
            ),
        ]
    ]
    client_id: Required[Annotated[str, Key(operator_values.CLIENT_ID, "What the provider calls icsfeed.", "icsfeed")]]
    client_secret: Required[
        Annotated[
            str,
            Key(
                operator_values.CLIENT_SECRET,
                "The secret that the provider gave icsfeed, or env: and the variable with it.",
                "env:OIDC_SECRET",
            ),
        ]
    ]
    write_groups: Annotated[
        list[str],
        Key(
            array(operator_values.GROUP, min_length=1),
            "The groups whose members may do everything.",
            ["ops"],
        ),
    ]
    read_groups: Annotated[
        list[str],
        Key(array(operator_values.GROUP, min_length=1), "The groups that may only look.", ["support"]),
    ]


class OperatorsTable(TypedDict, total=False):
    """How operators work in the console and over the API."""

    approval: Annotated[
        list[str],
        Key(
            array(operator_values.APPROVAL_KIND, min_length=1),
            "The kinds of change that are drafts until another operator approves them; by default none.",
            ["planned"],
        ),
    ]
    oidc: Annotated[OidcTable, Key(None, "Where operators sign in; by default only by token.", table=OidcTable)]


def operators_of(table: OperatorsTable) -> OperatorSettings:
    """The settings in the table."""
    oidc = table.get("oidc")
    return OperatorSettings(
        approval=frozenset(Kind(kind) for kind in table.get("approval", ())),
        oidc=OidcSettings(
            issuer=oidc["issuer"],
            client_id=oidc["client_id"],
            client_secret=oidc["client_secret"],
            write_groups=frozenset(oidc.get("write_groups", ())),
            read_groups=frozenset(oidc.get("read_groups", ())),
        )
        if oidc is not None
        else None,
    )
