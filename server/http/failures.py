"""Every failure leaves the server as a problem document (RFC 9457) in the asker's language.

Known failures are `Problem`s; Litestar's and msgspec's own are translated into them here, with the path of the fault.
Anything else is `unexpected`: the log gets the traceback, the asker gets a reference into the log and no internals.
"""

import logging
import secrets
from typing import Any

import msgspec
from litestar import Request, Response
from litestar.exceptions import HTTPException, InternalServerException
from litestar.types import ExceptionHandlersMap

from server.problems import Problem, preferred_language

log = logging.getLogger(__name__)

PROBLEM_JSON = "application/problem+json"
_CODES = {401: "not_enrolled", 403: "not_allowed", 404: "address_unknown", 413: "body_too_large"}


def answer_problem(request: Request[Any, Any, Any], problem: Problem) -> Response[bytes]:
    """Write one problem as the response, with Retry-After, Allow and the language it is written in."""
    language = preferred_language(request.headers.get("accept-language", ""))
    headers = {"Cache-Control": "no-store", "Content-Language": language, "Vary": "Accept-Language"}
    if "retry_after_s" in problem.details:
        headers["Retry-After"] = str(problem.details["retry_after_s"])
    if "allowed" in problem.details:
        headers["Allow"] = str(problem.details["allowed"])
    body = msgspec.json.encode(problem.document(language))
    return Response(body, status_code=problem.status, media_type=PROBLEM_JSON, headers=headers)


def _on_problem(request: Request[Any, Any, Any], error: Problem) -> Response[bytes]:
    return answer_problem(request, error)


def _on_unreadable(request: Request[Any, Any, Any], error: msgspec.MsgspecError) -> Response[bytes]:
    """msgspec names the fault and its path ("Expected `int`, got `str` - at `$.changes[0].sequence`")."""
    return answer_problem(request, Problem("body_malformed", fault=str(error)))


def _on_http(request: Request[Any, Any, Any], error: HTTPException) -> Response[bytes]:
    """Litestar's own exceptions, by their status."""
    if error.status_code >= 500:
        if isinstance(error, InternalServerException) and "disconnected" in error.detail:
            return answer_problem(request, Problem("body_malformed", fault="cut off"))
        return _on_unexpected(request, error)
    return answer_problem(request, _translate(request, error))


def _translate(request: Request[Any, Any, Any], error: HTTPException) -> Problem:
    if error.status_code == 405:
        allowed = (error.headers or {}).get("allow", "GET")
        return Problem("method_wrong", allowed=allowed)
    if error.status_code == 413:
        limit = getattr(request.scope.get("route_handler"), "request_max_body_size", None)
        return Problem("body_too_large", limit=limit if isinstance(limit, int) else request.app.request_max_body_size)
    if error.status_code == 429:
        return Problem("too_many_requests", retry_after_s=1)
    if code := _CODES.get(error.status_code):
        return Problem(code)
    code = "query_malformed" if _names_parameter(error) else "body_malformed"
    return Problem(code, fault=_fault(error))


def _names_parameter(error: HTTPException) -> bool:
    """Is it a parameter of the address, a header or a cookie that is wrong, rather than the body?"""
    named = [part.get("source") for part in error.extra] if isinstance(error.extra, list) else []
    return any(source not in {None, "body"} for source in named) or error.__cause__ is None


def _fault(error: HTTPException) -> str:
    """What Litestar found, with the keys it names: `limit: Expected int`; its own prose where it names none."""
    if isinstance(error.extra, list) and error.extra:
        parts = [f"{part.get('key', '')}: {part.get('message', '')}".strip(": ") for part in error.extra]
        return "; ".join(parts)
    return str(error.__cause__ or error.detail)


def _on_unexpected(request: Request[Any, Any, Any], error: Exception) -> Response[bytes]:
    trace = secrets.token_hex(4)
    log.error("unexpected %s in %s %s", trace, request.method, request.url.path, exc_info=error)
    return answer_problem(request, Problem("unexpected", trace=trace))


FAILURES: ExceptionHandlersMap = {
    Problem: _on_problem,
    msgspec.MsgspecError: _on_unreadable,
    HTTPException: _on_http,
    Exception: _on_unexpected,
}
