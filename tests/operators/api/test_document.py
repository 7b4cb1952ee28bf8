"""The OpenAPI document: valid by two validators, and what the API does."""

from __future__ import annotations

from typing import Any

import jsonschema
import pytest
from openapi_pydantic.v3.v3_1 import OpenAPI
from openapi_spec_validator import OpenAPIV31SpecValidator

from icsfeed.web.operators.api.document import api_document
from icsfeed.web.operators.api.operations import OPERATIONS

DOCUMENT: dict[str, Any] = api_document()


def test_a_validator_of_openapi_finds_no_fault() -> None:
    assert list(OpenAPIV31SpecValidator(DOCUMENT).iter_errors()) == []
