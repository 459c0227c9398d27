"""What is said about addresses where no model's server answers: why, and what to do."""

import contextlib
import http.server
import socket
import threading
from collections.abc import Iterator
from typing import Any

import pytest

from nodegraph.core.errors import ModelAnswerError, ModelRefused, ModelTimeout, ModelUnreachable
from nodegraph.runtime.protocols.no_model import unreachable
from nodegraph.runtime.protocols.recognise import describe


@contextlib.contextmanager
def answering(status: int, **headers: str) -> Iterator[str]:
    """The address of a server that answers everything with this."""

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(status)
            for name, value in {**headers, "Content-Length": "2"}.items():
                self.send_header(name.replace("_", "-"), value)
            self.end_headers()
            self.wfile.write(b"no")

        def log_message(self, *_: Any) -> None:
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.02,))
        thread.start()
        yield f"http://127.0.0.1:{server.server_address[1]}"
        server.shutdown()
        thread.join()


@pytest.mark.parametrize(
    ("status", "headers", "said"),
    [
        (302, {"Location": "http://models.example/cats"}, r"sends everybody on to http://models\.example/cats\."),
        (401, {}, r"wants a login \(it answers 401\)"),
        (403, {}, r"wants a login \(it answers 403\)"),
        (502, {}, "answers 502: its server has an error"),
        (200, {"Content_Type": "text/html; charset=utf-8"}, "is a web page"),
        (404, {"Content_Type": "text/plain"}, "speaks no protocol of a model's server"),
    ],
)
def test_what_answers_instead_of_a_model_is_told(status: int, headers: dict[str, str], said: str) -> None:
    with answering(status, **headers) as url, pytest.raises(ModelAnswerError, match=said) as caught:
        describe(url)
    assert caught.value.hint


def test_a_server_that_takes_the_connection_and_says_nothing_is_named() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"http://127.0.0.1:{silent.getsockname()[1]}"
        with pytest.raises(ModelTimeout) as caught:
            describe(url, 0.2)
    assert caught.value.message == f"{url} did not answer in 0.2 s."
    assert "loading, or busy" in caught.value.hint


def test_a_certificate_that_is_not_trusted_is_no_matter_of_waiting() -> None:
    words = "[SSL: CERTIFICATE_VERIFY_FAILED] certificate verify failed: self-signed certificate (_ssl.c:1006)"
    error = unreachable("https://x", ModelUnreachable(f"The connection to the model broke: {words}."))
    assert error.message == "https://x is not trusted: its certificate is not a good one (self-signed certificate)."
    assert "SSL_CERT_FILE" in error.hint


def test_numbers_of_the_system_are_left_out() -> None:
    error = unreachable("http://x", ModelUnreachable("The connection to the model broke: [Errno 111] Refused."))
    assert error.message == "http://x cannot be reached: Refused."


def test_a_password_in_an_address_is_refused_and_not_repeated() -> None:
    with pytest.raises(ModelRefused, match="must not hold a name and a password") as caught:
        describe("http://me:open-sesame@127.0.0.1:9")
    assert "sesame" not in f"{caught.value.message} {caught.value.hint}"


@pytest.mark.parametrize("url", ["http://127.0.0.1:9/?key=1", "http://127.0.0.1:9/#top"])
def test_an_address_with_a_question_is_none_of_a_server(url: str) -> None:
    with pytest.raises(ModelRefused, match="is no address"):
        describe(url)
