"""HTTP as the older protocols need it: answers with a size limit and a deadline, errors as sentences."""

import html
import json
import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

import httpx

from nodegraph.core.errors import ModelAnswerError, ModelRefused, ModelTimeout, ModelUnreachable
from nodegraph.runtime.protocols import SEE_LOG
from nodegraph.runtime.protocols.web import Web

MAX_ANSWER: Final = 64_000_000
"""Bytes of one answer; a 4K picture as base64 PNG is about half of it."""


def loads(text: str | bytes) -> Any:
    """JSON from a model: NaN and infinity, which Python servers let slip, become None. ValueError for garbage."""
    try:
        return json.loads(text, parse_constant=lambda _: None)
    except RecursionError:
        raise ValueError("JSON that is nested too deeply") from None


def dumps(value: Any) -> str:
    """JSON for a model, as short as it gets. Raises ModelRefused for what has no words in JSON, as infinity."""
    try:
        return json.dumps(value, separators=(",", ":"), allow_nan=False)
    except (ValueError, TypeError, RecursionError) as error:
        raise ModelRefused(f"The model cannot be sent this: {error}.", "Look at what comes in.") from None


def too_large() -> ModelAnswerError:
    """The error for an answer over the limit."""
    message = f"The model answered more than {MAX_ANSWER // 1_000_000} MB."
    return ModelAnswerError(message, "Make the model answer less: smaller pictures, or only what is needed.")


def too_slow(timeout: float, hint: str = "") -> ModelTimeout:
    """The error for an answer that did not come in time."""
    return ModelTimeout(f"The model did not answer in {timeout:g} s.", hint or SEE_LOG)


@contextmanager
def said_plainly(timeout: float) -> Iterator[None]:
    """httpx's exceptions as ours."""
    try:
        yield
    except httpx.TimeoutException:
        raise too_slow(timeout) from None
    except httpx.InvalidURL as error:  # of a file in an answer
        raise ModelAnswerError(f"The model names an address that is none: {str(error)[:200]}.") from None
    except httpx.HTTPError as error:
        why = str(error).rstrip(".") or type(error).__name__
        raise ModelUnreachable(f"The connection to the model broke: {why}.") from None
    except RuntimeError as error:  # httpx's word for a client that was closed meanwhile
        raise ModelUnreachable(f"The connection to the model was closed: {error}") from None


def fetch(http: Web, method: str, url: str, timeout: float, **request: Any) -> tuple[int, str, bytes]:
    """Status, content type and body. Raises ModelUnreachable, ModelTimeout, or ModelAnswerError over the limit."""
    with streamed(http, method, url, timeout, **request) as (status, kind, chunks):
        return status, kind, b"".join(chunks)


@contextmanager
def streamed(
    http: Web, method: str, url: str, timeout: float, **request: Any
) -> Iterator[tuple[int, str, Iterator[bytes]]]:
    """Status, content type and the body as it comes in, all within `timeout` seconds. Raises as `fetch` does."""
    deadline = time.monotonic() + timeout
    with http.at_most(timeout) as cut:
        try:
            with said_plainly(timeout), http.stream(method, url, timeout=timeout, **request) as response:
                kind = response.headers.get("content-type", "")
                yield response.status_code, kind, _limited(response, deadline, timeout)
        except ModelUnreachable:
            if cut.is_set():
                raise too_slow(timeout) from None
            raise


def _limited(response: httpx.Response, deadline: float, timeout: float) -> Iterator[bytes]:
    told = response.headers.get("content-length", "")
    if told.isdecimal() and int(told) > MAX_ANSWER:
        raise too_large()
    size = 0
    for chunk in response.iter_bytes():
        size += len(chunk)
        if size > MAX_ANSWER:
            raise too_large()
        if time.monotonic() > deadline:
            raise too_slow(timeout)
        yield chunk


def readable(body: bytes) -> str:
    """An error page as one short line: markup, white space and what cannot be shown dropped."""
    text = body[:20_000].decode("utf-8", "replace")
    text = re.sub(r"<(style|script|head)\b.*?</\1>|<[^>]*>", " ", text, flags=re.DOTALL | re.IGNORECASE)
    text = "".join(one if one.isprintable() and one != "\ufffd" else " " for one in html.unescape(text))
    return " ".join(text.split())[:200]
