import pytest
from hypothesis import given
from hypothesis import strategies as st

from nodegraph.core.errors import ModelAnswerError
from nodegraph.runtime.protocols import eio3
from nodegraph.runtime.protocols.handshake import read_handshake

# Captured from servers of 2018 (Flask-SocketIO 2.9.6, gevent 1.2.2).
HANDSHAKE = b'98:0{"sid":"f0cf24608f324291bbbd0db021ad589d","upgrades":[],"pingTimeout":60000,"pingInterval":25000}2:40'
EVENT_BEFORE_ACK = b'68:42/query,["successful_connection",{"data":"connection established"}]8:40/query'
REPLY = b'101:42/query,["update_response",{"results":[{"cat":"dog","score":0.81,"bounds":[9.375,11.25,6.25,7.5]}]}]'


def test_a_captured_handshake_is_an_open_packet_and_the_root_namespace() -> None:
    opened, joined = eio3.decode_payload(HANDSHAKE)
    assert isinstance(opened, str)
    assert opened.startswith('0{"sid":"f0cf24608f324291bbbd0db021ad589d"')
    assert joined == "40"


def test_a_captured_event_comes_before_the_acknowledgement() -> None:
    first, second = (eio3.decode_message(str(packet)[1:]) for packet in eio3.decode_payload(EVENT_BEFORE_ACK))
    assert (first.kind, first.namespace, first.data[0]) == (eio3.EVENT, "/query", "successful_connection")
    assert (second.kind, second.namespace, second.data) == (eio3.CONNECT, "/query", None)


def test_a_captured_reply_holds_the_results() -> None:
    (packet,) = eio3.decode_payload(REPLY)
    message = eio3.decode_message(str(packet)[1:])
    assert message.data[1]["results"][0]["bounds"] == [9.375, 11.25, 6.25, 7.5]


def test_binary_framing_gives_the_same_packets() -> None:
    framed = b"\x00\x02\xff40" + b"\x00\x01\x02\xff42[123456789" + b"\x01\x03\xff\x04\x01\x02"
    assert eio3.decode_payload(framed) == ["40", "42[123456789", b"\x01\x02"]


def test_lengths_are_utf16_code_units_as_in_javascript() -> None:
    payload = eio3.encode_payload(["4é", "4😀!"])
    assert payload == "2:4é4:4😀!".encode()
    assert eio3.decode_payload(payload) == ["4é", "4😀!"]


def test_a_binary_message_in_a_text_payload_is_base64() -> None:
    assert eio3.decode_payload(b"10:b4AQIDBA==") == [b"\x01\x02\x03\x04"]


@given(st.lists(st.text(alphabet=st.characters(exclude_categories=["Cs"])).map(lambda text: f"4{text}"), max_size=4))
def test_any_text_survives_the_text_framing(packets: list[str]) -> None:
    assert eio3.decode_payload(eio3.encode_payload(packets)) == packets


@given(st.binary(max_size=40))
def test_garbage_is_a_value_error_or_packets(body: bytes) -> None:
    try:
        packets = eio3.decode_payload(body)
    except ValueError:
        return
    assert all(isinstance(packet, str | bytes) for packet in packets)


@pytest.mark.parametrize(
    "body",
    [b"5:40", b"x:40", b"-3:40", b"40", b"\x00\xff4", b"\x00\x0b\xff4", b"\x00\x05\xff40", b"\x00\x01", "9:é".encode()],
)
def test_a_damaged_payload_is_a_value_error(body: bytes) -> None:
    with pytest.raises(ValueError, match=r"."):
        eio3.decode_payload(body)


def test_an_event_is_ascii_so_that_every_way_of_counting_agrees() -> None:
    packet = eio3.encode_event("/query", "update_request", {"data": "é😀"})
    assert packet.isascii()
    assert packet.startswith('42/query,["update_request",{"data":')
    assert eio3.encode_event("/", "a", 1).startswith("42[")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("0/query?token=1,", eio3.Message("0", "/query")),
        ('2/query,17["a",{}]', eio3.Message("2", "/query", ["a", {}])),
        ('4"not allowed"', eio3.Message("4", "/", "not allowed")),
        ('51-/query,["a",{"_placeholder":true,"num":0}]', eio3.Message("5", "/")),
        ('2["a",NaN]', eio3.Message("2", "/", ["a", None])),
    ],
)
def test_messages_of_every_kind_are_read(text: str, expected: eio3.Message) -> None:
    assert eio3.decode_message(text) == expected


@pytest.mark.parametrize(
    "body",
    [
        b'0{"sid":"a","pingInterval":1,"pingTimeout":1,"maxPayload":1e999}',
        b'0{"sid":"a","pingInterval":1' + b"0" * 400 + b',"pingTimeout":1}',
        b'0{"sid":"a","pingInterval":[],"pingTimeout":1}',
        b"\x00\x04\xff0[1]",
    ],
)
def test_a_handshake_of_nonsense_is_a_sentence(body: bytes) -> None:
    with pytest.raises(ModelAnswerError, match="is not a Socket"):
        read_handshake(200, body, "http://model")


@pytest.mark.parametrize(("said", "seconds"), [("0", 0.5), ("-5", 0.5), ("1e999", 300.0), ("25000", 25.0)])
def test_pings_are_neither_a_flood_nor_never(said: str, seconds: float) -> None:
    body = f'0{{"sid":"a","pingInterval":{said},"pingTimeout":{said}}}'.encode()
    found = read_handshake(200, body, "http://model")
    assert found.ping_interval == seconds
    assert 0 <= found.ping_timeout <= 300
