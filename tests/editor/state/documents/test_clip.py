import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nodegraph.core.graph import Graph, GraphNode, Wire
from nodegraph.core.preset import Preset, read_preset, to_text
from nodegraph.editor.state.documents.clip import MAX_CHARACTERS, from_clip, to_clip
from nodegraph.editor.state.edits.pasting import Clip, clip_of, paste
from nodegraph.editor.state.items import Item, node
from nodegraph.session import shipped_presets

DOCUMENT = Preset(
    title="Whole",
    graph=Graph(
        {
            "clip": GraphNode("clip", "source.video_file", {"path": "a.mp4"}),
            "blur": GraphNode("blur", "filter.gaussian_blur", {"radius": 4.5}, unknown={"later": 1}),
            "mix": GraphNode("mix", "filter.mix", title="Mütze", state="bypass"),
        },
        (
            Wire("clip", "image", "blur", "image"),
            Wire("blur", "image", "mix", "first"),
            Wire("clip", "image", "mix", "second"),
        ),
        ({"id": "g", "title": "Soft", "color": "#112233", "x": 1, "y": 2, "width": 300, "height": 200},),
    ),
    layout={
        "nodes": {"clip": {"x": 0, "y": 0}, "blur": {"x": 200.5, "y": -40}, "mix": {"x": 400, "y": 9}},
        "notes": {"n": {"x": 5, "y": 6, "width": 200, "height": 100, "text": "why {this}", "color": "#ffffff"}},
    },
)
CHOSEN = [node("blur"), node("mix"), Item("note", "n"), Item("group", "g")]
TEXT = to_clip(DOCUMENT, CHOSEN)


def test_text_and_back_is_the_same_piece_with_the_wires_that_came_from_outside():
    clip = from_clip(TEXT)
    assert clip == clip_of(DOCUMENT, CHOSEN)
    assert clip.outer_wires == (Wire("clip", "image", "blur", "image"), Wire("clip", "image", "mix", "second"))
    assert json.loads(TEXT)["nodegraph"] == "clip"


@pytest.mark.parametrize(
    "around",
    [
        "{}",
        "look at this:\n```json\n{}```\nnice, no? {{}}",
        "```\n{}\n```",
        "> {}",
        "he wrote {{a}} and then {} and more",
        "\ufeff  {}\n\n",
    ],
)
def test_it_survives_a_chat(around):
    clip = from_clip(around.format(TEXT) if around != "{}" else TEXT)
    assert isinstance(clip, Clip), clip
    assert set(clip.nodes) == {"blur", "mix"}


def test_quotes_that_a_chat_made_pretty_are_straight_again():
    clip = from_clip(to_clip(DOCUMENT, [node("blur")]).replace('"', "”"))
    assert isinstance(clip, Clip), clip
    assert clip.nodes["blur"].params == {"radius": 4.5}


def test_a_whole_preset_can_be_pasted_and_a_clip_can_be_opened_as_a_preset():
    assert from_clip(to_text(DOCUMENT)).nodes == DOCUMENT.graph.nodes
    assert set(read_preset(TEXT.encode()).graph.nodes) == {"blur", "mix"}
    for found in shipped_presets()[0]:
        assert from_clip(to_text(found.preset)).nodes == found.preset.graph.nodes


def test_what_was_copied_can_be_pasted_into_another_document():
    changed, came = paste(Preset(), from_clip(TEXT), (10.0, 20.0))
    assert set(came) == set(CHOSEN)
    assert changed.graph.wires == (Wire("blur", "image", "mix", "first"),)


def test_nothing_copied_is_no_text():
    assert to_clip(DOCUMENT, []) == to_clip(DOCUMENT, [node("gone")]) == ""


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "no piece of a graph"),
        ("hello", "no piece of a graph"),
        ('{"a": 1}', "no piece of a graph"),
        ("[1, 2", "no piece of a graph"),
        ('{"graph": {"nodes": {}}}', "is empty"),
        ('{"graph": {"nodes": {"a": 3}}}', "damaged"),
        ('{"graph": 3}', "damaged"),
        ('{"graph": {"nodes": {"a": {"type": "t", "params": {"x": NaN}}}}}', "damaged"),
        ('{"graph": {"nodes": {"a": {"type": "t"}}}, "outer_wires": [3]}', "damaged"),
        ("{" * 100_000, "no piece of a graph"),
        ('{"a":' * 5_000, "no piece of a graph"),
        ("x" * (MAX_CHARACTERS + 1), "too much"),
    ],
)
def test_anything_else_is_a_sentence(text, why):
    said = from_clip(text)
    assert isinstance(said, str)
    assert why in said


JSON = st.recursive(
    st.none() | st.booleans() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3),
    max_leaves=8,
)


@given(st.text(max_size=300))
def test_any_text_is_a_piece_or_a_sentence(text):
    assert isinstance(from_clip(text), Clip | str)


@given(JSON, st.sampled_from(["nodes", "wires", "groups", "layout", "outer_wires", "format", "graph"]))
def test_any_value_anywhere_is_a_piece_or_a_sentence(value, key):
    document = json.loads(TEXT)
    (document["graph"] if key in ("nodes", "wires", "groups") else document)[key] = value
    assert isinstance(from_clip(json.dumps(document)), Clip | str)


@given(st.integers(0, len(TEXT)), st.text(max_size=3))
def test_a_damaged_copy_is_a_piece_or_a_sentence(at, junk):
    assert isinstance(from_clip(TEXT[:at] + junk + TEXT[at + 2 :]), Clip | str)
