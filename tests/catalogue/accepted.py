"""A check of Schemathesis: no request that fits the OpenAPI document is refused as invalid."""

from typing import Any

import schemathesis
from schemathesis import Case, CheckContext, Response

# What no schema can say: the path and the body agree, a moment or a duration is in range, a domain name is allowed.
BEYOND_SCHEMAS = {"disagreement", "out_of_range", "url_parsing"}
# All other parameters of a query are filters and cursors, whose text is described in words.
SCHEMAS_OF_QUERIES = {"/include", "/limit", "/order", "/page", "/size", "/skip"}


@schemathesis.check
def accepted(_ctx: CheckContext, response: Response, case: Case[Any]) -> None:
    """Let through what the database says no to: a reference, a check, a unique value, a null character in JSON."""
    if case.meta is None or case.meta.generation.mode.is_negative or response.status_code != 422:
        return
    problem = response.json()
    refused = [
        error
        for error in problem["errors"]
        if error["code"] not in BEYOND_SCHEMAS
        and (error["location"] != "query" or error["pointer"] in SCHEMAS_OF_QUERIES)
    ]
    assert problem["code"] != "invalid_request" or not refused, refused
