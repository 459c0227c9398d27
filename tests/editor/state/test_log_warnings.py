"""Warnings of nodes become notices, not a flood of them."""

import logging

from nodegraph.editor.state.log_warnings import LogWarnings
from tests.editor.state.running.support import Told


def test_a_warning_is_told_the_first_tenth_and_hundredth_time() -> None:
    told = Told()
    warnings = LogWarnings(told.post, told.tell)
    warnings.listen()
    log = logging.getLogger("nodegraph.nodes")
    for number in range(120):
        log.warning("Frame %d is torn.", number)
    log.info("Nothing of interest.")
    logging.getLogger("nodegraph.editor.state.running.player").error("Told elsewhere.")
    log.error("It broke.")
    warnings.close()
    log.warning("After the end.")
    assert [line[:2] for line in told.lines] == [
        ("warning", "Frame 0 is torn."),
        ("warning", "Frame 9 is torn. (10 times)"),
        ("warning", "Frame 99 is torn. (100 times)"),
        ("error", "It broke."),
    ]


def test_a_thousand_kinds_are_not_all_told() -> None:
    told = Told()
    warnings = LogWarnings(told.post, told.tell)
    for number in range(1000):
        warnings.handle(logging.LogRecord("nodegraph", logging.WARNING, "", 0, f"kind {number}", None, None))
    assert len(told.lines) == 200
