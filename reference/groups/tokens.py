"""tokens.json: token ids of awkward strings, by transformers' CLIPTokenizer, with a small and with OpenAI's vocabulary."""

import gzip
import json
import tempfile
from pathlib import Path

from transformers import CLIPTokenizer

from groups import tokenizer
from groups.common import OPEN_CLIP, versions, write_bytes
from groups.token_strings import groups_of_strings

OPENAI_MERGES = 49152 - 256 - 2
CAT = [49406, 320, 1125, 539, 320, 2368, 49407]
"""OpenAI's ids of "a photo of a cat"."""


def openai_tokenizer() -> CLIPTokenizer:
    """CLIP's own vocabulary, from the merges that open_clip_torch ships (OpenAI CLIP's file, MIT licence)."""
    lines = gzip.decompress((OPEN_CLIP / "open_clip" / "bpe_simple_vocab_16e6.txt.gz").read_bytes()).decode("utf-8").split("\n")
    built = tokenizer.build([tuple(line.split()) for line in lines[1 : OPENAI_MERGES + 1]])
    assert len(built) == 49408 and built("a photo of a cat")["input_ids"] == CAT
    return built


def ids(tokenizer: CLIPTokenizer, text: str) -> dict:
    """Ids with both special tokens; `truncated` only where the text exceeds the model's 77 positions."""
    whole = tokenizer(text)["input_ids"]
    row = {"ids": whole}
    if len(whole) > tokenizer.model_max_length:
        row["truncated"] = tokenizer(text, truncation=True)["input_ids"]
    return row


def make(out: Path) -> None:
    small, openai = tokenizer.load(), openai_tokenizer()
    with tempfile.TemporaryDirectory() as folder:
        openai.save_pretrained(folder)
        content = json.loads(Path(folder, "tokenizer.json").read_text("utf-8"))
        compact = json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode()
        write_bytes(out / "tokenizer-openai" / "tokenizer.json.gz", gzip.compress(compact, 9, mtime=0))
        write_bytes(out / "tokenizer-openai" / "tokenizer_config.json", Path(folder, "tokenizer_config.json").read_bytes())
        assert CLIPTokenizer.from_pretrained(folder)("a photo of a cat")["input_ids"] == CAT
    rows = [
        {"group": group, "text": text, "small": ids(small, text), "openai": ids(openai, text)}
        for group, texts in groups_of_strings().items()
        for text in texts
    ]
    lines = ",\n".join(json.dumps(row, ensure_ascii=False, separators=(",", ":")) for row in rows)
    head = json.dumps(versions("transformers", "tokenizers"))
    write_bytes(out / "tokens.json", f'{{"made_with":{head},\n"strings":[\n{lines}\n]}}\n'.encode())
