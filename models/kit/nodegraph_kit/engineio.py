"""Engine.IO payloads, versions 3 and 4, as they travel in long polling. Text packets only; binary ones are skipped."""

from nodegraph_kit.errors import Refusal

SEPARATOR = "\x1e"


def decode(body: bytes | bytearray, version: int) -> list[str]:
    """The text packets of a POST body. Raises Refusal when it is not a payload."""
    try:
        if version == 4:
            return [packet for packet in body.decode().split(SEPARATOR) if packet and packet[0] != "b"]
        if body[:1] in (b"\0", b"\1"):
            return _decode_binary(bytes(body))
        return _decode_text(body.decode())
    except (ValueError, IndexError) as error:
        raise Refusal(f"This is not an Engine.IO {version} payload: {error}.") from error


def encode(packets: list[str], version: int, binary: bool) -> bytes:
    """A poll's answer. Packets hold ASCII only, so characters, UTF-16 units and bytes count the same.

    binary: the framing 2018 servers used for clients that did not ask for base64 (Engine.IO 3 only).
    """
    if version == 4:
        return SEPARATOR.join(packets).encode()
    if not binary:
        return "".join(f"{len(packet)}:{packet}" for packet in packets).encode()
    return b"".join(b"\0" + bytes(map(int, str(len(packet)))) + b"\xff" + packet.encode() for packet in packets)


def _decode_text(text: str) -> list[str]:
    """``<length>:<packet>`` again and again; the length counts UTF-16 units, as JavaScript does."""
    units = 1 if text.isascii() else 2
    data = text.encode() if units == 1 else text.encode("utf-16-le")
    colon, packets, position = ":".encode("ascii" if units == 1 else "utf-16-le"), [], 0
    while position < len(data):
        end = data.index(colon, position)
        while (end - position) % units:
            end = data.index(colon, end + 1)
        size = units * _size(data[position:end].replace(b"\0", b""))
        position = end + units + size
        if position > len(data):
            raise ValueError("a packet is cut off")
        packet = data[end + units : position].decode("ascii" if units == 1 else "utf-16-le")
        if not packet.startswith("b"):
            packets.append(packet)
    return packets


def _decode_binary(data: bytes) -> list[str]:
    """``00|01 <digits as bytes 0..9> ff <packet>`` again and again; 01 marks a binary packet."""
    packets, position = [], 0
    while position < len(data):
        end = data.index(b"\xff", position)
        digits = data[position + 1 : end]
        if data[position] > 1 or any(digit > 9 for digit in digits):
            raise ValueError("the binary framing is wrong")
        size = _size("".join(map(str, digits)).encode())
        if end + 1 + size > len(data):
            raise ValueError("a packet is cut off")
        if data[position] == 0:
            packets.append(data[end + 1 : end + 1 + size].decode())
        position = end + 1 + size
    return packets


def _size(digits: bytes) -> int:
    if not digits.isdigit() or len(digits) > 10:
        raise ValueError("a length is not a number")
    return int(digits)
