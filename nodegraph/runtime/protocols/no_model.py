"""Why what answers at an address is no model's server, and why nothing does: sentences with what to do."""

import re
from typing import Final

from nodegraph.core.errors import ModelAnswerError, ModelTimeout, ModelUnreachable
from nodegraph.runtime.protocols.web import Web
from nodegraph.runtime.protocols.wire import said_plainly

_KNOWN: Final = "A server speaks native, Cog, the Runway Model SDK's or Runway's of 2018. Check the port."
_LOADING: Final = "Check the address, and that the server has finished loading: many listen only then."
_BUSY: Final = "It may be loading, or busy: many answer nothing else while they work. Try again in a moment."
_TRUST: Final = (
    "If you know whose it is, name the certificate to trust with SSL_CERT_FILE=FILE, or reach it through a tunnel "
    "(ssh -L) as http."
)


def no_model_at(http: Web, base: str, seconds: float) -> ModelAnswerError:
    """What answers there instead, found out with one more GET. Raises ModelUnreachable, ModelTimeout."""
    with http.at_most(seconds), said_plainly(seconds), http.stream("GET", f"{base}/", timeout=seconds) as response:
        status, kind = response.status_code, response.headers.get("content-type", "")
        onward = response.headers.get("location", "")
    if 300 <= status < 400 and onward:
        where = "".join(one for one in onward[:200] if one.isprintable())
        return ModelAnswerError(f"{base} sends everybody on to {where}.", "Give that address, if it is the model's.")
    if status in (401, 403):
        hint = "Models are asked without one: reach the server itself, for instance through a tunnel (ssh -L)."
        return ModelAnswerError(f"{base} wants a login (it answers {status}).", hint)
    if status >= 500:
        hint = "See its log. If it is a proxy, the model behind it may not run."
        return ModelAnswerError(f"{base} answers {status}: its server has an error.", hint)
    if kind.startswith("text/html"):
        return ModelAnswerError(f"{base} is a web page: it speaks no protocol of a model's server.", _KNOWN)
    return ModelAnswerError(f"Something answers at {base}, but it speaks no protocol of a model's server.", _KNOWN)


def unreachable(base: str, error: ModelUnreachable) -> ModelUnreachable:
    """Nobody can be asked there; what to do depends on why."""
    why = re.sub(r"\[Errno -?\d+\] ", "", error.message.rpartition(" broke: ")[2]).rstrip(".")
    if "CERTIFICATE_VERIFY_FAILED" in why:
        reason = re.sub(r".*verify failed: |\s*\(_ssl.*", "", why)
        return ModelUnreachable(f"{base} is not trusted: its certificate is not a good one ({reason}).", _TRUST)
    return ModelUnreachable(f"{base} cannot be reached: {why}.", _LOADING)


def silent(base: str, seconds: float) -> ModelTimeout:
    """It took the connection and said nothing, or not all of it."""
    return ModelTimeout(f"{base} did not answer in {seconds:g} s.", _BUSY)
