"""A byte-level BPE tokenizer in CLIP's own form, learned from the captions."""

from __future__ import annotations

import json
from pathlib import Path

from tokenizers import Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, processors, trainers
from transformers import CLIPTokenizer

START, END = "<|startoftext|>", "<|endoftext|>"
_WORD_END = "</w>"
_MERGES = 1000
# CLIP's own splitting rule.
_WORDS = r"<\|startoftext\|>|<\|endoftext\|>|'s|'t|'re|'ve|'m|'ll|'d|[\p{L}]+|[\p{N}]|[^\s\p{L}\p{N}]+"


def learn(captions: list[str]) -> Tokenizer:
    """A tokenizer laid out as CLIP's: 256 bytes, 256 bytes that end a word, the merges, then start and end.

    The learner breaks ties between equally common pairs at random, so keep what it made.
    """
    bytes_ = sorted(pre_tokenizers.ByteLevel.alphabet())
    learner = _assemble(models.BPE(end_of_word_suffix=_WORD_END, unk_token=END))
    learner.train_from_iterator(
        captions,
        trainers.BpeTrainer(
            vocab_size=2 * len(bytes_) + _MERGES, initial_alphabet=bytes_, end_of_word_suffix=_WORD_END, show_progress=False
        ),
    )
    merges = [tuple(pair) for pair in json.loads(learner.to_str())["model"]["merges"]]
    tokens = bytes_ + [byte + _WORD_END for byte in bytes_] + list(dict.fromkeys(a + b for a, b in merges)) + [START, END]
    vocabulary = {token: index for index, token in enumerate(tokens)}
    tokenizer = _assemble(models.BPE(vocab=vocabulary, merges=merges, end_of_word_suffix=_WORD_END, unk_token=END))
    tokenizer.add_special_tokens([START, END])
    tokenizer.post_processor = processors.RobertaProcessing(
        sep=(END, vocabulary[END]), cls_token=(START, vocabulary[START]), trim_offsets=False, add_prefix_space=False
    )
    return tokenizer


def save(tokenizer: Tokenizer, folder: Path, context: int) -> None:
    """Writes `tokenizer.json` and `tokenizer_config.json` as `CLIPTokenizer` reads them."""
    folder.mkdir(parents=True, exist_ok=True)
    tokenizer.save(str(folder / "tokenizer.json"))
    wrapped = CLIPTokenizer(
        tokenizer_object=tokenizer, bos_token=START, eos_token=END, unk_token=END, pad_token=END, model_max_length=context
    )
    wrapped.save_pretrained(folder)


def _assemble(model: models.BPE) -> Tokenizer:
    tokenizer = Tokenizer(model)
    tokenizer.normalizer = normalizers.Sequence(
        [normalizers.NFC(), normalizers.Replace(Regex(r"\s+"), " "), normalizers.Lowercase()]
    )
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [
            pre_tokenizers.Split(Regex(_WORDS), behavior="removed", invert=True),
            pre_tokenizers.ByteLevel(add_prefix_space=False),
        ]
    )
    tokenizer.decoder = decoders.ByteLevel()
    return tokenizer
