"""Tiny checkpoints of real architectures with random weights, or with weights that give a known answer.

Runs where torch and transformers are (the models' base image): `python checkpoints.py FOLDER` makes one folder each.
"""

import math
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch
import transformers as t
from nodegraph_kit.body import COCO17

KINDS = {0: "person", 1: "tvmonitor", 2: "dog"}
LABELS = {"id2label": KINDS, "label2id": {name: index for index, name in KINDS.items()}}
VIT = {"hidden_size": 32, "num_hidden_layers": 2, "num_attention_heads": 2, "intermediate_size": 64}
SQUARE = {"height": 64, "width": 64}
SEEN = {**VIT, "image_size": 64, "patch_size": 16}
MAKERS: dict[str, Callable[[Path], None]] = {}


def maker(make: Callable[[Path], None]) -> Callable[[Path], None]:
    """Keep a function that makes a checkpoint, by its name."""
    MAKERS[make.__name__] = make
    return make


def save(folder: Path, *parts: Any) -> None:
    """A network and what prepares its inputs."""
    for part in parts:
        part.save_pretrained(folder)


def constant(layer: torch.nn.Module, *bias: float) -> None:
    """Make a layer answer `bias` whatever it gets."""
    with torch.no_grad():
        layer.weight.zero_()
        layer.bias.copy_(torch.tensor(bias))


def plant(layer: torch.nn.Linear, bias: torch.nn.Parameter, tokens: Any) -> None:
    """Whatever came before, the next word is dog with 0.5, the end with 0.3 and cat with 0.2."""
    with torch.no_grad():
        layer.weight.zero_()
        bias.fill_(-40.0)
        for word, chance in {"dog": 0.5, "[SEP]": 0.3, "cat": 0.2}.items():
            bias[tokens.convert_tokens_to_ids(word)] = math.log(chance)


def words(*more: str) -> Any:
    """A tokenizer of a few words and all letters."""
    known = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", *more, "a", "the", "dog", "cat", "person", "car", "on"]
    known += list("abcdefghijklmnopqrstuvwxyz.,?")
    return t.BertTokenizer(vocab={word: index for index, word in enumerate(dict.fromkeys(known))})


def letters() -> Any:
    """CLIP's tokenizer with letters only. The number 0 is padding, which OWL-ViT takes for no question."""
    alphabet = list("abcdefghijklmnopqrstuvwxyz0123456789.,!?'")
    known = ["<pad>", "<|startoftext|>", "<|endoftext|>", *alphabet, *(letter + "</w>" for letter in alphabet)]
    return t.CLIPTokenizer(
        vocab={one: index for index, one in enumerate(known)}, merges=[], pad_token="<pad>", model_max_length=48
    )


@maker
def yolos(folder: Path) -> None:
    """Its one query always says: a dog, with the middle at .5, .4, and .2 wide, .3 high."""
    config = t.YolosConfig(
        **{**SEEN, "image_size": [64, 96]}, num_detection_tokens=1, use_mid_position_embeddings=False, **LABELS
    )
    network = t.YolosForObjectDetection(config)
    kind, place = network.class_labels_classifier.layers[-1], network.bbox_predictor.layers[-1]
    constant(place, *torch.logit(torch.tensor([0.5, 0.4, 0.2, 0.3])).tolist())
    constant(kind, -9.0, -9.0, 9.0, 0.0)
    save(folder, network, t.YolosImageProcessorPil(size={"shortest_edge": 64, "longest_edge": 96}))


HYBRID = {
    "encoder_hidden_dim": 32, "encoder_in_channels": [16, 16, 32], "encoder_ffn_dim": 32, "encoder_attention_heads": 2,
    "d_model": 32, "num_queries": 20, "decoder_in_channels": [32, 32, 32], "decoder_ffn_dim": 32, "decoder_layers": 2,
    "decoder_attention_heads": 2, "num_denoising": 0,
}  # fmt: skip


@maker
def d_fine(folder: Path) -> None:
    backbone = t.HGNetV2Config(
        depths=[1, 1, 1, 1], hidden_sizes=[8, 16, 16, 32], stem_channels=[3, 8, 8], stage_in_channels=[8, 8, 16, 16],
        stage_mid_channels=[8, 8, 8, 8], stage_out_channels=[8, 16, 16, 32], stage_num_blocks=[1, 1, 1, 1],
        stage_downsample=[False, True, True, True], stage_light_block=[False, False, True, True],
        stage_kernel_size=[3, 3, 5, 5], stage_numb_of_layers=[1, 1, 1, 1], embedding_size=8,
        out_features=["stage2", "stage3", "stage4"],
    )  # fmt: skip
    network = t.DFineForObjectDetection(t.DFineConfig(backbone_config=backbone, **HYBRID, **LABELS))
    save(folder, network, t.RTDetrImageProcessorPil(size=SQUARE))


@maker
def rt_detr_v2(folder: Path) -> None:
    backbone = t.RTDetrResNetConfig(
        embedding_size=8, hidden_sizes=[8, 16, 16, 32], depths=[1, 1, 1, 1], layer_type="basic",
        out_features=["stage2", "stage3", "stage4"],
    )  # fmt: skip
    network = t.RTDetrV2ForObjectDetection(t.RTDetrV2Config(backbone_config=backbone, **HYBRID, **LABELS))
    save(folder, network, t.RTDetrImageProcessorPil(size=SQUARE))


@maker
def detr(folder: Path) -> None:
    backbone = t.ResNetConfig(
        embedding_size=8, hidden_sizes=[8, 16, 16, 32], depths=[1, 1, 1, 1], layer_type="basic",
        out_features=["stage4"],
    )  # fmt: skip
    config = t.DetrConfig(
        use_timm_backbone=False, backbone_config=backbone, d_model=32, encoder_layers=1, decoder_layers=1,
        encoder_attention_heads=2, decoder_attention_heads=2, encoder_ffn_dim=32, decoder_ffn_dim=32, num_queries=10,
        **LABELS,
    )  # fmt: skip
    processor = t.DetrImageProcessorPil(size={"shortest_edge": 64, "longest_edge": 96})
    save(folder, t.DetrForObjectDetection(config), processor)


def _text_and_vision() -> dict[str, Any]:
    tokens = letters()
    text = {
        **VIT, "vocab_size": len(tokens), "max_position_embeddings": 48, "pad_token_id": 0, "bos_token_id": 1,
        "eos_token_id": 2,
    }  # fmt: skip
    return {"text_config": text, "vision_config": SEEN, "projection_dim": 32}


@maker
def owlvit(folder: Path) -> None:
    network = t.OwlViTForObjectDetection(t.OwlViTConfig(**_text_and_vision()))
    save(folder, network, t.OwlViTProcessor(t.OwlViTImageProcessorPil(size=SQUARE), letters()))


@maker
def clip(folder: Path) -> None:
    pictures = t.CLIPImageProcessorPil(size={"shortest_edge": 64}, crop_size=SQUARE)
    save(folder, t.CLIPModel(t.CLIPConfig(**_text_and_vision())), t.CLIPProcessor(pictures, letters()))


@maker
def vitpose(folder: Path) -> None:
    backbone = t.VitPoseBackboneConfig(
        image_size=[64, 48], hidden_size=32, num_hidden_layers=2, num_attention_heads=2, mlp_ratio=2, out_indices=[2]
    )
    labels = {"id2label": dict(enumerate(COCO17)), "label2id": {name: n for n, name in enumerate(COCO17)}}
    config = t.VitPoseConfig(backbone_config=backbone, num_labels=17, use_simple_decoder=True, **labels)
    save(folder, t.VitPoseForPoseEstimation(config), t.VitPoseImageProcessorPil(size={"height": 64, "width": 48}))


def _depth_anything() -> Any:
    backbone = t.Dinov2Config(
        image_size=56, patch_size=14, hidden_size=32, num_hidden_layers=4, num_attention_heads=2, mlp_ratio=2,
        out_indices=[1, 2, 3, 4], apply_layernorm=True, reshape_hidden_states=False,
    )  # fmt: skip
    config = t.DepthAnythingConfig(
        backbone_config=backbone, reassemble_hidden_size=32, patch_size=14, neck_hidden_sizes=[8, 16, 16, 16],
        fusion_hidden_size=16, head_hidden_size=8,
    )  # fmt: skip
    return t.DepthAnythingForDepthEstimation(config)


def _depth_processor() -> Any:
    return t.DPTImageProcessorPil(
        size={"height": 56, "width": 56}, keep_aspect_ratio=True, ensure_multiple_of=14, resample=3
    )


@maker
def depth_anything(folder: Path) -> None:
    network = _depth_anything()
    with torch.no_grad():  # differences that can be seen, above 0, where the last step lets everything through
        network.head.conv3.weight.mul_(1e5)
        network.head.conv3.bias.fill_(5.0)
    save(folder, network, _depth_processor())


@maker
def depth_constant(folder: Path) -> None:
    """Says 0.75 of every point."""
    network = _depth_anything()
    constant(network.head.conv3, 0.75)
    save(folder, network, _depth_processor())


@maker
def dpt(folder: Path) -> None:
    config = t.DPTConfig(
        **{**SEEN, "num_hidden_layers": 4}, backbone_out_indices=[0, 1, 2, 3], neck_hidden_sizes=[8, 16, 16, 16],
        fusion_hidden_size=16,
    )  # fmt: skip
    save(folder, t.DPTForDepthEstimation(config), t.DPTImageProcessorPil(size=SQUARE))


@maker
def segformer(folder: Path) -> None:
    """Says of every pixel that it is a dog."""
    config = t.SegformerConfig(
        hidden_sizes=[8, 16, 16, 32], num_attention_heads=[1, 2, 2, 4], depths=[1, 1, 1, 1], decoder_hidden_size=16,
        **LABELS,
    )  # fmt: skip
    network = t.SegformerForSemanticSegmentation(config)
    constant(network.decode_head.classifier, 0.0, 0.0, 5.0)
    save(folder, network, t.SegformerImageProcessorPil(size=SQUARE))


@maker
def eomt(folder: Path) -> None:
    """Says that the whole picture is one dog."""
    config = t.EomtConfig(
        **VIT, image_size=64, patch_size=16, num_queries=8, num_blocks=2,
        num_upscale_blocks=1, mlp_ratio=2, num_register_tokens=1, **LABELS,
    )  # fmt: skip
    network = t.EomtForUniversalSegmentation(config)
    constant(network.class_predictor, 0.0, 0.0, 9.0, 0.0)
    constant(network.mask_head.fc3, *[0.0] * 32)  # every pixel may be of every query: the first one takes them
    processor = t.EomtImageProcessorPil(size={"shortest_edge": 64, "longest_edge": 64}, do_pad=True)
    save(folder, network, processor)


@maker
def sam(folder: Path) -> None:
    vision = {
        "hidden_size": 32, "output_channels": 16, "num_hidden_layers": 2, "num_attention_heads": 2, "image_size": 64,
        "patch_size": 16, "global_attn_indexes": [1], "window_size": 2, "mlp_dim": 32, "num_pos_feats": 8,
    }  # fmt: skip
    prompt = {"hidden_size": 16, "image_size": 64, "patch_size": 16, "mask_input_channels": 4}
    decoder = {
        "hidden_size": 16, "mlp_dim": 32, "num_attention_heads": 2, "iou_head_hidden_dim": 16, "num_hidden_layers": 1
    }  # fmt: skip
    config = t.SamConfig(vision_config=vision, prompt_encoder_config=prompt, mask_decoder_config=decoder)
    pictures = t.SamImageProcessorPil(
        size={"longest_edge": 64}, pad_size=SQUARE, mask_size={"longest_edge": 16},
        mask_pad_size={"height": 16, "width": 16},
    )  # fmt: skip
    save(folder, t.SamModel(config), t.SamProcessor(pictures))


@maker
def vitmatte(folder: Path) -> None:
    backbone = t.VitDetConfig(
        image_size=64, pretrain_image_size=64, patch_size=16, num_channels=4, hidden_size=32, num_hidden_layers=2,
        num_attention_heads=2, window_size=0, use_absolute_position_embeddings=True,
        use_relative_position_embeddings=False, out_features=["stage2"],
    )  # fmt: skip
    config = t.VitMatteConfig(
        backbone_config=backbone, hidden_size=32, convstream_hidden_sizes=[8, 16, 16],
        fusion_hidden_sizes=[16, 16, 8, 8],
    )  # fmt: skip
    save(folder, t.VitMatteForImageMatting(config), t.VitMatteImageProcessorPil(size_divisor=32))


@maker
def swin2sr(folder: Path) -> None:
    config = t.Swin2SRConfig(image_size=64, embed_dim=16, depths=[1, 1], num_heads=[2, 2], window_size=8, upscale=2)
    save(folder, t.Swin2SRForImageSuperResolution(config), t.Swin2SRImageProcessorPil(size_divisor=8))


@maker
def blip(folder: Path) -> None:
    tokens = words("[DEC]", "[ENC]")
    tokens.add_special_tokens({"bos_token": "[DEC]"})
    text = {
        **VIT, "vocab_size": len(tokens), "encoder_hidden_size": 32, "max_position_embeddings": 64,
        "bos_token_id": tokens.convert_tokens_to_ids("[DEC]"), "eos_token_id": tokens.sep_token_id,
        "sep_token_id": tokens.sep_token_id, "pad_token_id": tokens.pad_token_id,
    }  # fmt: skip
    config = t.BlipConfig(text_config=text, vision_config=SEEN, projection_dim=32, image_text_hidden_size=32)
    pictures = t.BlipImageProcessorPil(size=SQUARE)
    network = t.BlipForConditionalGeneration(config)
    said = network.text_decoder.cls.predictions
    plant(said.decoder, said.bias if said.decoder.bias is None else said.decoder.bias, tokens)
    save(folder, network, t.BlipProcessor(pictures, tokens))


@maker
def git(folder: Path) -> None:
    tokens = words()
    config = t.GitConfig(
        **VIT, vocab_size=len(tokens), max_position_embeddings=64, bos_token_id=tokens.cls_token_id,
        eos_token_id=tokens.sep_token_id, pad_token_id=tokens.pad_token_id, vision_config=SEEN,
    )  # fmt: skip
    pictures = t.CLIPImageProcessorPil(size={"shortest_edge": 64}, crop_size=SQUARE)
    network = t.GitForCausalLM(config)
    plant(network.output, network.output.bias, tokens)
    save(folder, network, t.GitProcessor(pictures, tokens))


def _gpt2_tokens() -> Any:
    from tokenizers.pre_tokenizers import ByteLevel

    known = {letter: index for index, letter in enumerate(sorted(ByteLevel.alphabet()))}
    known["<|endoftext|>"] = len(known)
    return t.GPT2Tokenizer(vocab=known, merges=[], pad_token="<|endoftext|>")


@maker
def vit_gpt2(folder: Path) -> None:
    """Its picture processor and its tokenizer are saved apart."""
    tokens = _gpt2_tokens()
    decoder = t.GPT2Config(
        vocab_size=len(tokens), n_embd=32, n_layer=2, n_head=2, n_positions=64, add_cross_attention=True,
        is_decoder=True, bos_token_id=tokens.bos_token_id, eos_token_id=tokens.eos_token_id,
    )  # fmt: skip
    config = t.VisionEncoderDecoderConfig.from_encoder_decoder_configs(
        t.ViTConfig(**SEEN), decoder, decoder_start_token_id=tokens.bos_token_id, pad_token_id=tokens.pad_token_id,
        eos_token_id=tokens.eos_token_id,
    )  # fmt: skip
    save(folder, t.VisionEncoderDecoderModel(config=config), tokens, t.ViTImageProcessorPil(size=SQUARE))


@maker
def vit(folder: Path) -> None:
    """Says: a dog, with 0.9; the others share the rest."""
    network = t.ViTForImageClassification(t.ViTConfig(**SEEN, **LABELS))
    constant(network.classifier, *torch.log(torch.tensor([0.06, 0.04, 0.9])).tolist())
    save(folder, network, t.ViTImageProcessorPil(size=SQUARE))


@maker
def dinov2(folder: Path) -> None:
    config = t.Dinov2Config(**VIT, image_size=56, patch_size=14, mlp_ratio=2)
    processor = t.BitImageProcessorPil(size={"shortest_edge": 56}, crop_size={"height": 56, "width": 56})
    save(folder, t.Dinov2Model(config), processor)


@maker
def bert(folder: Path) -> None:
    """Says: a dog, with 0.9; the others share the rest."""
    tokens = words()
    config = t.BertConfig(**VIT, vocab_size=len(tokens), max_position_embeddings=64, **LABELS)
    network = t.BertForSequenceClassification(config)
    constant(network.classifier, *torch.log(torch.tensor([0.06, 0.04, 0.9])).tolist())
    save(folder, network, tokens)


@maker
def gpt2(folder: Path) -> None:
    tokens = _gpt2_tokens()
    config = t.GPT2Config(
        vocab_size=len(tokens), n_embd=32, n_layer=2, n_head=2, n_positions=64, bos_token_id=tokens.bos_token_id,
        eos_token_id=tokens.eos_token_id,
    )  # fmt: skip
    save(folder, t.GPT2LMHeadModel(config), tokens)


@maker
def zoedepth(folder: Path) -> None:
    """Says metres; its processor adds a border that has to go again."""
    backbone = t.BeitConfig(
        **SEEN | {"num_hidden_layers": 4}, out_indices=[1, 2, 3, 4], reshape_hidden_states=False,
        use_relative_position_bias=True,
    )  # fmt: skip
    bins = [{"n_bins": 8, "min_depth": 0.001, "max_depth": 10.0, "name": "nyu"}]
    config = t.ZoeDepthConfig(
        backbone_config=backbone, neck_hidden_sizes=[8, 16, 16, 16], fusion_hidden_size=16, bottleneck_features=16,
        num_relative_features=8, bin_embedding_dim=8, num_attractors=[4, 2, 2, 1], bin_configurations=bins,
    )  # fmt: skip
    save(folder, t.ZoeDepthForDepthEstimation(config), t.ZoeDepthImageProcessorPil(size=SQUARE))


@maker
def grounding_dino(folder: Path) -> None:
    tokens = words()
    backbone = t.SwinConfig(
        image_size=64, patch_size=4, embed_dim=16, depths=[1, 1, 1, 1], num_heads=[1, 2, 2, 2], window_size=4,
        out_features=["stage2", "stage3", "stage4"],
    )  # fmt: skip
    text = {**VIT, "model_type": "bert", "vocab_size": len(tokens), "max_position_embeddings": 64}
    config = t.GroundingDinoConfig(
        backbone_config=backbone, text_config=text, d_model=32, encoder_layers=1, decoder_layers=2, encoder_ffn_dim=32,
        decoder_ffn_dim=32, encoder_attention_heads=2, decoder_attention_heads=2, num_queries=10, max_text_len=32,
    )  # fmt: skip
    pictures = t.GroundingDinoImageProcessorPil(size={"shortest_edge": 64, "longest_edge": 96})
    save(folder, t.GroundingDinoForObjectDetection(config), t.GroundingDinoProcessor(pictures, tokens))


@maker
def t5(folder: Path) -> None:
    tokens = words()
    config = t.T5Config(
        vocab_size=len(tokens), d_model=32, d_kv=16, d_ff=64, num_layers=1, num_heads=2, decoder_start_token_id=0,
        pad_token_id=0, eos_token_id=tokens.sep_token_id,
    )  # fmt: skip
    save(folder, t.T5ForConditionalGeneration(config), tokens)


CHAT = (
    "{% for said in messages %}USER: {% for part in said['content'] %}"
    "{% if part['type'] == 'image' %}<image>{% else %}{{ part['text'] }}{% endif %}{% endfor %} ASSISTANT:{% endfor %}"
)


@maker
def llava(folder: Path) -> None:
    """It is talked to, as newer networks are: a template makes a conversation of picture and question."""
    tokens = _gpt2_tokens()
    tokens.add_tokens(["<image>"], special_tokens=True)
    text = t.LlamaConfig(
        **VIT, num_key_value_heads=2, vocab_size=len(tokens), max_position_embeddings=256,
        bos_token_id=tokens.bos_token_id, eos_token_id=tokens.eos_token_id, pad_token_id=tokens.pad_token_id,
    )  # fmt: skip
    config = t.LlavaConfig(
        vision_config=t.CLIPVisionConfig(**SEEN), text_config=text, image_seq_length=16,
        image_token_index=tokens.convert_tokens_to_ids("<image>"),
    )  # fmt: skip
    processor = t.LlavaProcessor(
        t.CLIPImageProcessorPil(size={"shortest_edge": 64}, crop_size=SQUARE), tokens, patch_size=16,
        vision_feature_select_strategy="default", chat_template=CHAT, num_additional_image_tokens=1,
    )  # fmt: skip
    save(folder, t.LlavaForConditionalGeneration(config), processor)


def make_all(root: Path) -> None:
    """Every checkpoint, in a folder of its name."""
    for name, make in MAKERS.items():
        torch.manual_seed(0)
        make(root / name)


if __name__ == "__main__":
    make_all(Path(sys.argv[1]))
