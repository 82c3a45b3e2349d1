"""tokenizer/: a small CLIP tokenizer, built as OpenAI's is (256 bytes, 256 bytes ending a word, merges, two specials)."""

import shutil
from collections import Counter
from pathlib import Path

from transformers import CLIPTokenizer

from groups.common import FIXTURES

MERGES = 280
CONTEXT = 77

TEMPLATES = ("a photo of a {}", "a photo of the {}", "a drawing of a {}.", "a picture of my {}!", "a {} on a plain background.")
WORDS = """circle cross ring square triangle checkered pattern dots dotted striped stripes waves wavy woven surface texture
cat dog bird horse ship truck airplane automobile deer frog apple bread cheese coffee digit number letter flag country
forest river highway residential building industrial annual crop land sea lake pasture traffic sign speed limit
red orange yellow green blue purple black white grey dark bright small large old new clean dirty centered satellite
i love my it's don't we're they've you'll i'd i'm the an and with without through thing object zoomed close up""".split()


def corpus() -> list[str]:
    return [template.format(word) for word in WORDS for template in TEMPLATES]


def byte_symbols() -> list[str]:
    """The printable stand-ins of the 256 bytes in the order of OpenAI's vocabulary: printable bytes first."""
    printable = [*range(ord("!"), ord("~") + 1), *range(ord("¡"), ord("¬") + 1), *range(ord("®"), ord("ÿ") + 1)]
    others = [byte for byte in range(256) if byte not in printable]
    return [chr(byte) for byte in printable] + [chr(256 + n) for n in range(len(others))]


def trained_merges() -> list[tuple[str, str]]:
    """Byte-pair merges learned from `corpus`, words cut by the real CLIP normalizer and pre-tokenizer.

    Not tokenizers' BpeTrainer: it breaks ties between equally frequent pairs in another order at every run.
    """
    backend = CLIPTokenizer().backend_tokenizer
    words = Counter()
    for text in corpus():
        for word, _ in backend.pre_tokenizer.pre_tokenize_str(backend.normalizer.normalize_str(text)):
            words[(*word[:-1], word[-1] + "</w>")] += 1
    merges = []
    while len(merges) < MERGES:
        pairs = Counter()
        for word, count in words.items():
            for pair in zip(word, word[1:]):
                pairs[pair] += count
        best = max(pairs, key=lambda pair: (pairs[pair], pair))
        merges.append(best)
        words = Counter({merged(word, best): count for word, count in words.items()})
    return merges


def merged(word: tuple[str, ...], pair: tuple[str, str]) -> tuple[str, ...]:
    out, index = [], 0
    while index < len(word):
        both = word[index : index + 2] == pair
        out.append("".join(pair) if both else word[index])
        index += 2 if both else 1
    return tuple(out)


def build(merges: list[tuple[str, str]]) -> CLIPTokenizer:
    symbols = byte_symbols()
    tokens = [*symbols, *(symbol + "</w>" for symbol in symbols), *map("".join, merges), "<|startoftext|>", "<|endoftext|>"]
    vocabulary = {token: index for index, token in enumerate(tokens)}
    assert len(vocabulary) == len(tokens), "two merges made the same token"
    return CLIPTokenizer(vocab=vocabulary, merges=merges, model_max_length=CONTEXT)


def make(out: Path) -> None:
    folder = out / "tokenizer"
    shutil.rmtree(folder, ignore_errors=True)
    build(trained_merges()).save_pretrained(folder)


def load(folder: Path = FIXTURES / "tokenizer") -> CLIPTokenizer:
    return CLIPTokenizer.from_pretrained(folder)
