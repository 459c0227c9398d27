"""Tiny checkpoints of the real architectures, and broken ones. Runs inside the torch base image: FOLDER as argument.

What a captioner and Florence-2 say is planted in their weights, so that tests know the answer and how probable it is.
"""

import math
import pickle
import shutil
import sys
from pathlib import Path

import torch
from safetensors.torch import load_file, save_file
from tokenizers.pre_tokenizers import ByteLevel
from transformers import (
    BartTokenizer,
    BertTokenizer,
    BlipConfig,
    BlipForConditionalGeneration,
    BlipImageProcessorPil,
    BlipProcessor,
    CLIPImageProcessorPil,
    Florence2Config,
    Florence2ForConditionalGeneration,
    Florence2Processor,
    GitConfig,
    GitForCausalLM,
    GitProcessor,
)

SMALL = {"hidden_size": 32, "num_hidden_layers": 2, "num_attention_heads": 2, "intermediate_size": 64}
PICTURE = {**SMALL, "image_size": 64, "patch_size": 16}
NEXT = {"dog": 0.5, "[SEP]": 0.3, "cat": 0.15, "red": 0.05}
"""How probable each next word is, whatever the picture and the words before."""
SAID = ["d", "o", "g", 100, 200, 300, 400, "c", "a", "t", 500, 600, 700, 800]
"""What Florence-2 says: letters and places; then it ends."""


def words() -> BertTokenizer:
    special = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "[DEC]", "[ENC]"]
    every = [*special, "a", "photo", "of", "the", "dog", "cat", "red", *"xyz."]
    return BertTokenizer(vocab={word: number for number, word in enumerate(every)})


def plant(layer: torch.nn.Linear, bias: torch.nn.Parameter, tokenizer: BertTokenizer) -> None:
    with torch.no_grad():
        layer.weight.zero_()
        bias.fill_(-40)
        for word, probability in NEXT.items():
            bias[tokenizer.convert_tokens_to_ids(word)] = math.log(probability)


def blip(folder: Path) -> None:
    tokenizer = words()
    ids = {f"{name}_token_id": tokenizer.sep_token_id for name in ("eos", "sep")}
    text = {**SMALL, **ids, "vocab_size": len(tokenizer), "encoder_hidden_size": 32, "max_position_embeddings": 64}
    text |= {"bos_token_id": tokenizer.convert_tokens_to_ids("[DEC]"), "pad_token_id": tokenizer.pad_token_id}
    config = BlipConfig(text_config=text, vision_config=PICTURE, projection_dim=32, image_text_hidden_size=32)
    model = BlipForConditionalGeneration(config)
    predictions = model.text_decoder.cls.predictions
    plant(predictions.decoder, predictions.decoder.bias, tokenizer)
    model.save_pretrained(folder)
    BlipProcessor(BlipImageProcessorPil(size={"height": 64, "width": 64}), tokenizer).save_pretrained(folder)


def git(folder: Path) -> None:
    tokenizer = words()
    ids = {"bos_token_id": tokenizer.cls_token_id, "eos_token_id": tokenizer.sep_token_id}
    sizes = {**SMALL, **ids, "vocab_size": len(tokenizer), "max_position_embeddings": 64}
    config = GitConfig(**sizes, pad_token_id=tokenizer.pad_token_id, vision_config=PICTURE)
    GitForCausalLM(config).save_pretrained(folder)
    pictures = CLIPImageProcessorPil(size={"shortest_edge": 64}, crop_size={"height": 64, "width": 64})
    GitProcessor(pictures, tokenizer).save_pretrained(folder)


def bart() -> BartTokenizer:
    special = ["<s>", "<pad>", "</s>", "<unk>"]
    vocabulary = {piece: n for n, piece in enumerate([*special, *sorted(ByteLevel.alphabet()), "<mask>"])}
    tokenizer = BartTokenizer(vocab=vocabulary, merges=[], extra_special_tokens={"image_token": "<image>"})
    tokenizer.add_tokens(["<image>"], special_tokens=True)
    tokenizer.add_tokens([f"<loc_{number}>" for number in range(1000)])
    return tokenizer


def florence2(folder: Path) -> None:
    tokenizer = bart()
    ids = {"bos_token_id": 0, "pad_token_id": 1, "eos_token_id": 2, "decoder_start_token_id": 2}
    text = {f"{part}_{size}": 64 for part in ("encoder", "decoder") for size in ("ffn_dim",)}
    text |= {"encoder_layers": 1, "decoder_layers": 1, "encoder_attention_heads": 2, "decoder_attention_heads": 2}
    text |= {**ids, "model_type": "bart", "vocab_size": len(tokenizer), "d_model": 32, "max_position_embeddings": 256}
    seen = {"depths": [1] * 4, "embed_dim": [8, 16, 24, 32], "num_heads": [1, 2, 2, 2], "num_groups": [1, 2, 2, 2]}
    config = Florence2Config(
        image_token_id=tokenizer.convert_tokens_to_ids("<image>"),
        text_config={**text, "forced_bos_token_id": 0},
        vision_config={**seen, "window_size": 4, "projection_dim": 32},
    )
    model = Florence2ForConditionalGeneration(config)
    say(model, [tokenizer.convert_tokens_to_ids(f"<loc_{one}>" if isinstance(one, int) else one) for one in SAID])
    model.save_pretrained(folder)
    kinds = ["description_with_bboxes", "description_with_polygons", "description_with_bboxes_or_polygons"]
    kinds += ["ocr", "phrase_grounding", "pure_text", "polygons", "bboxes"]
    pictures = CLIPImageProcessorPil(
        size={"height": 64, "width": 64}, do_center_crop=False, resample=3, image_seq_length=5
    )
    Florence2Processor(pictures, tokenizer, post_processor_config={kind: {} for kind in kinds}).save_pretrained(folder)


def say(model: Florence2ForConditionalGeneration, tokens: list[int]) -> None:
    """Make the decoder say `tokens`: each place in the text is a direction of its own, and so is the token for it.

    The decoder's layer adds nothing. Places are counted from 2 (BART's offset); an answer begins with <s>, number 0.
    """
    decoder = model.model.language_model.decoder
    with torch.no_grad():
        layer = decoder.layers[0]
        for linear in (layer.self_attn.out_proj, layer.encoder_attn.out_proj, layer.fc2):
            linear.weight.zero_()
            linear.bias.zero_()
        decoder.embed_positions.weight.zero_()
        model.lm_head.weight.zero_()
        for at, token in enumerate([0, *tokens, 2]):
            decoder.embed_positions.weight[at + 2, at] = 10.0
            model.lm_head.weight[token, at] = 4.0


def upscalers(folder: Path) -> None:
    from architectures import spandrel

    spandrel()
    from spandrel.architectures.Compact.__arch.SRVGG import SRVGGNetCompact
    from spandrel.architectures.ESRGAN.__arch.RRDB import RRDBNet
    from spandrel.architectures.PLKSR.__arch.RealPLKSR import RealPLKSR
    from spandrel.architectures.SPAN.__arch.span import SPAN

    nets = {
        "compact_x2": SRVGGNetCompact(num_in_ch=3, num_out_ch=3, num_feat=16, num_conv=2, upscale=2, act_type="prelu"),
        "span_x4": SPAN(num_in_ch=3, num_out_ch=3, feature_channels=16, upscale=4),
        "realplksr_x4": RealPLKSR(dim=16, n_blocks=1, upscaling_factor=4, kernel_size=5),
        "esrgan_x2": RRDBNet(in_nc=3, out_nc=3, num_filters=8, num_blocks=1, scale=2),
    }
    for name, net in nets.items():
        tensors = {key: value.contiguous() for key, value in net.state_dict().items()}
        save_file(tensors, str(folder / f"{name}.safetensors"), metadata={"format": "pt"})
    torch.save({"params_ema": nets["compact_x2"].state_dict()}, folder / "compact_x2.pth")
    torch.save({"params": Evil()}, folder / "evil.pth")
    save_file({"some.weight": torch.zeros(3, 3)}, str(folder / "other.safetensors"))
    whole = load_file(folder / "compact_x2.safetensors")
    save_file({k: v for k, v in whole.items() if k != "body.2.weight"}, str(folder / "missing.safetensors"))
    (folder / "short.safetensors").write_bytes((folder / "compact_x2.safetensors").read_bytes()[:5000])


class Evil:
    """What a malicious pickle does: it runs a program when it is opened."""

    def __reduce__(self) -> tuple[object, tuple[str]]:
        return (exec, ("open('/tmp/evil-was-here', 'w').close()",))


def broken(folder: Path, good: Path) -> None:
    """Copies of a good checkpoint, each with one thing wrong."""
    for name in ("short", "pickle", "missing", "empty"):
        shutil.copytree(good, folder / name)
    weights = (folder / "short" / "model.safetensors").read_bytes()
    (folder / "short" / "model.safetensors").write_bytes(weights[: len(weights) // 2])
    (folder / "pickle" / "model.safetensors").unlink()
    (folder / "pickle" / "pytorch_model.bin").write_bytes(pickle.dumps(Evil()))
    tensors = load_file(folder / "missing" / "model.safetensors")
    tensors.pop(next(name for name in sorted(tensors) if name.endswith("attention.self.query.weight")))
    save_file(tensors, str(folder / "missing" / "model.safetensors"), metadata={"format": "pt"})
    shutil.rmtree(folder / "empty")
    (folder / "empty").mkdir()


def main(folder: Path) -> None:
    torch.manual_seed(0)
    for name, make in (("blip", blip), ("git", git), ("florence2-base", florence2)):
        make(folder / name)
    broken(folder, folder / "blip")
    upscalers(folder)
    for path in folder.rglob("*"):  # the servers are another user
        path.chmod(0o755 if path.is_dir() else 0o644)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
