"""Engine.IO framings, byte by byte, against what 2018 and present peers send."""

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st
from nodegraph_kit import engineio
from nodegraph_kit.errors import Refusal


def test_the_text_framing_of_version_3_is_as_captured() -> None:
    assert engineio.encode(["40/query", "3"], 3, binary=False) == b"8:40/query1:3"
    assert engineio.decode(b'8:40/query24:42/query,["e",{"a":"b"}]', 3) == ["40/query", '42/query,["e",{"a":"b"}]']


def test_the_binary_framing_of_version_3_is_as_captured() -> None:
    wire = engineio.encode(["40/query", "2" * 12], 3, binary=True)
    assert wire == b"\0\x08\xff40/query" + b"\0\x01\x02\xff" + b"2" * 12
    assert engineio.decode(wire, 3) == ["40/query", "2" * 12]


def test_version_3_counts_utf_16_units_as_javascript_does() -> None:
    packet = '42["\U0001f573é"]'  # the first character is two units
    wire = f"{len(packet) + 1}:{packet}2:40".encode()
    assert engineio.decode(wire, 3) == [packet, "40"]


def test_version_4_separates_packets_with_a_record_separator() -> None:
    assert engineio.decode(b"40/query,\x1e2", 4) == ["40/query,", "2"]
    assert engineio.encode(["40", "2"], 4, binary=False) == b"40\x1e2"


def test_binary_packets_are_skipped_in_every_framing() -> None:
    assert engineio.decode(b"\x01\x02\xff\x04x\0\x01\xff3", 3) == ["3"]
    assert engineio.decode(b"6:b4AAAA1:3", 3) == ["3"]
    assert engineio.decode(b"bAAAA\x1e3", 4) == ["3"]


@pytest.mark.parametrize(
    "body", [b"5:ab", b"x:ab", b":", b"-1:a", b"12", b"\0\xff", b"\0\x09\x09", b"\0\x0b\xffa", b"\0\x05\xffab"]
)
def test_a_cut_off_or_wrong_payload_is_refused(body: bytes) -> None:
    with pytest.raises(Refusal, match=r"not an Engine\.IO 3 payload"):
        engineio.decode(body, 3)


@given(st.binary(max_size=60), st.sampled_from([3, 4]))
def test_no_bytes_do_worse_than_a_refusal(body: bytes, version: int) -> None:
    with contextlib.suppress(Refusal):
        assert all(isinstance(packet, str) for packet in engineio.decode(body, version))


@given(st.lists(st.text(st.characters(min_codepoint=32, max_codepoint=126), min_size=1), max_size=5), st.booleans())
def test_what_version_3_encodes_it_decodes(packets: list[str], binary: bool) -> None:
    wire = engineio.encode(packets, 3, binary)
    assert engineio.decode(wire, 3) == [packet for packet in packets if binary or packet[0] != "b"]
