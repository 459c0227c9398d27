"""Asking web servers for files: connections that can be called off, a token that stays with its host, sentences."""

import contextlib
import functools
import http.client
import os
import socket
import threading
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

from nodegraph.core.errors import ModelError
from nodegraph.runtime.cancel import Cancel
from nodegraph.runtime.secrets import redacted, secret

TOKEN: Final = "HF_TOKEN"
_SILENCE: Final = 15.0  # seconds a connection may say nothing
_GONE: Final = (404, 410)
_CLOSED: Final = (401, 403)
_Opened = Callable[[socket.socket], None]


class BrokenOff(ModelError):
    """The network or the server failed in a way that another try may mend. reached: the server had answered."""

    def __init__(self, message: str, hint: str = "", reached: bool = True) -> None:
        super().__init__(message, hint)
        self.reached = reached


class PastEnd(BrokenOff):
    """The server's file ends before the byte that it was asked to go on from."""


def hub() -> str:
    """The address of the model hub: $HF_ENDPOINT (a mirror), else huggingface.co."""
    return os.environ.get("HF_ENDPOINT", "").rstrip("/") or "https://huggingface.co"


class Web:
    """GET requests. token: gives the hub's token or None; by default the secret HF_TOKEN."""

    def __init__(self, cancel: Cancel, token: Callable[[], str | None] | None = None) -> None:
        self._cancel = cancel
        self._token = token or functools.partial(secret, TOKEN)
        self._sockets: list[socket.socket] = []
        self._opener = self._made()

    @contextlib.contextmanager
    def get(
        self, url: str, headers: Mapping[str, str] | None = None, *, secret: bool = False, page: str = ""
    ) -> Iterator[http.client.HTTPResponse]:
        """The answer, its body unread. secret: send the hub its token, if there is one. page: where a login may be had.

        Raises BrokenOff, ModelError, or Cancelled; inside too, while the body is read.
        """
        if urllib.parse.urlsplit(url).scheme not in ("http", "https"):
            raise ModelError(f"{url!r} is no address of a file on the web.", "Correct `url` in the entry.")
        request = urllib.request.Request(url, headers={"User-Agent": "nodegraph", **(headers or {})})
        token = self._token() if secret and _is_private(url) and _is_hubs(url) else None
        if token:  # never sent on to the storage host that the hub redirects to
            request.add_unredirected_header("Authorization", f"Bearer {token}")
        with (
            self._as_ours(url, page, bool(token)) as answered,
            self._cancel.interrupting(self._cut),
            contextlib.closing(self._opener.open(request, timeout=_SILENCE)) as response,
        ):
            answered()
            yield response

    @contextlib.contextmanager
    def _as_ours(self, url: str, page: str, with_token: bool) -> Iterator[Callable[[], None]]:
        """Errors as ours; gives what is to be called when there is an answer."""
        host, answered = urllib.parse.urlsplit(url).netloc, threading.Event()
        try:
            yield answered.set
        except urllib.error.HTTPError as error:
            error.close()
            raise _refusal(error, url, host, page, with_token) from None
        except (OSError, http.client.HTTPException, ValueError) as error:
            self._cancel.check()
            if answered.is_set():
                raise BrokenOff(f"The connection to {host} broke: {_words(error)}.", _OFFLINE) from error
            raise BrokenOff(f"{host} cannot be reached: {_words(error)}.", _OFFLINE, reached=False) from error
        finally:
            self._sockets.clear()

    def _opened(self, connection: socket.socket) -> None:
        self._sockets.append(connection)
        if self._cancel.is_set():  # while it was being made
            self._cut()

    def _cut(self) -> None:
        for one in tuple(self._sockets):
            with contextlib.suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)

    def _made(self) -> urllib.request.OpenerDirector:
        """An opener for http and https alone, with redirects and the environment's proxies."""
        opener = urllib.request.OpenerDirector()
        handlers = (
            urllib.request.ProxyHandler(),
            urllib.request.UnknownHandler(),
            _Http(self._opened),
            _Https(self._opened),
            urllib.request.HTTPDefaultErrorHandler(),
            urllib.request.HTTPRedirectHandler(),
            urllib.request.HTTPErrorProcessor(),
        )
        for handler in handlers:
            opener.add_handler(handler)
        return opener


class _Http(urllib.request.HTTPHandler):
    """Tells the socket of each connection, so that another thread can cut it."""

    def __init__(self, opened: _Opened) -> None:
        super().__init__()
        self._opened = opened

    def http_open(self, req: urllib.request.Request) -> http.client.HTTPResponse:
        return self.do_open(functools.partial(_Telling, self._opened), req)


class _Https(urllib.request.HTTPSHandler):
    """The same over TLS."""

    def __init__(self, opened: _Opened) -> None:
        super().__init__()
        self._opened = opened

    def https_open(self, req: urllib.request.Request) -> http.client.HTTPResponse:
        return self.do_open(functools.partial(_TellingTls, self._opened), req)


class _Telling(http.client.HTTPConnection):
    """Tells the socket it opens to whoever may have to cut it."""

    def __init__(self, opened: _Opened, host: str, **more: Any) -> None:
        super().__init__(host, **more)
        self._opened = opened

    def connect(self) -> None:
        super().connect()
        self._opened(self.sock)


class _TellingTls(_Telling, http.client.HTTPSConnection):
    """The same over TLS."""


def _is_private(url: str) -> bool:
    """Whether nobody on the way reads along."""
    parts = urllib.parse.urlsplit(url)
    return parts.scheme == "https" or parts.hostname in ("127.0.0.1", "localhost", "::1")


def _is_hubs(url: str) -> bool:
    """Whether the token is meant for it: what the hub lists may name any address."""
    ours, theirs = urllib.parse.urlsplit(hub()), urllib.parse.urlsplit(url)
    return (ours.scheme, ours.netloc) == (theirs.scheme, theirs.netloc)


_OFFLINE: Final = "Check the network; what has arrived is kept. Offline: nodegraph models fetch MODEL --from FOLDER."


def _refusal(error: urllib.error.HTTPError, url: str, host: str, page: str, with_token: bool) -> ModelError:
    code = error.code
    if code in _CLOSED:
        hint = f"Accept its licence at {page or url}, make a token there and store it: nodegraph models secret {TOKEN}"
        if with_token:
            hint = f"Accept its licence at {page or url} with the account of your token, or use another {TOKEN}."
        return ModelError(f"{host} does not give {page or url} to everybody: it needs a login ({code}).", hint)
    if code in _GONE:
        return ModelError(f"{url} is not there ({code}).", "Correct `url` in the model's entry.")
    if code == http.HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE:
        return PastEnd(f"{host} has a shorter file than the part of it that is here ({code}).", "Try again.")
    if code == 429 or code >= 500:
        return BrokenOff(f"{host} cannot answer now ({code} {error.reason}).", "Try again later.")
    return ModelError(f"{host} refuses to give {url} ({code} {error.reason}).", "Correct `url` in the model's entry.")


def _words(error: BaseException) -> str:
    reason = getattr(error, "reason", None)
    inner = reason if isinstance(reason, BaseException) else error
    text = getattr(inner, "strerror", None) or str(inner) or type(inner).__name__
    return redacted(str(text)).rstrip(".")
