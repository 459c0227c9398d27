"""What a Cog server's refusals mean, as sentences."""

from collections.abc import Callable, Mapping
from typing import Any, Final

from nodegraph.core.errors import ModelError, ModelNotReady, ModelRefused, ModelUnreachable
from nodegraph.runtime.protocols import SEE_LOG

_TAIL: Final = 600


def refusal_of(status: int, answer: Any, health: Callable[[], Any]) -> ModelError:
    """The error for a prediction that was answered with `status`; `health` asks the server how it is."""
    if status == 422:
        return ModelRefused(f"The model does not accept {_fields(answer)}.", "Correct that input or parameter.")
    if status == 503:
        return _unready(answer, health())
    if status == 413:
        return ModelRefused("The model does not take requests of that size.", "Make the frame smaller.")
    return ModelRefused(f"The model answered {status}: {_said(answer) or 'nothing else'}.", SEE_LOG)


def check_alive(health: Any, why: str = "") -> None:
    """Raises ModelUnreachable, so that it is started again, for a server that says that it cannot work any more.

    Its worker is a process of its own: when that crashed, or the system killed it for its memory, the server stays.
    """
    state = health.get("status") if isinstance(health, Mapping) else None
    if state in ("DEFUNCT", "UNHEALTHY"):
        said = f" It says: {why}" if why else ""
        message = f"The model's worker died; its server can only be started again ({state}).{said}"
        raise ModelUnreachable(message, f"It may have needed more memory than there is. {SEE_LOG}")


def setup_logs(health: Any) -> str:
    """The end of what the set-up printed, on one line."""
    setup = health.get("setup") if isinstance(health, Mapping) else None
    logs = setup.get("logs") if isinstance(setup, Mapping) else None
    lines = [line.strip() for line in str(logs or "").splitlines() if line.strip()]
    return "".join(one if one.isprintable() else " " for one in " / ".join(lines[-6:]))[-_TAIL:]


def _unready(answer: Any, health: Any) -> ModelError:
    state = health.get("status") if isinstance(health, Mapping) else None
    check_alive(health)
    if state == "SETUP_FAILED":
        logs = setup_logs(health) or "It printed nothing."
        return ModelRefused(f"The model's set-up failed. Its last words: {logs}", SEE_LOG)
    said = _said(answer) or "its set-up goes on"
    return ModelNotReady(f"The model is not ready yet: {said}.")


def _fields(answer: Any) -> str:
    """``scale: 100 is greater than the maximum of 10.0; image: Field required``."""
    details = answer.get("detail") if isinstance(answer, Mapping) else None
    if not isinstance(details, list):
        return _said(answer) or "what it was sent"
    parts = []
    for one in details[:5]:
        place = one.get("loc") if isinstance(one, Mapping) else None
        names = [str(step) for step in place if step not in ("body", "input")] if isinstance(place, list) else []
        words = str(one.get("msg") if isinstance(one, Mapping) else one)[:200].rstrip(".")
        parts.append(f"{'.'.join(names)[:100]}: {words}" if names else words)
    return "; ".join(parts) or "what it was sent"


def _said(answer: Any) -> str:
    if isinstance(answer, Mapping):
        answer = answer.get("error") or answer.get("detail") or ""
    return str(answer)[:300].rstrip(".")
