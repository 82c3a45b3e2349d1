/**
 * Where @huggingface/tokenizers 0.2.0 gives other ids than transformers, whose tokenizers are in Rust. A fix goes when the library passes
 * `tokenizer.test.ts` without it.
 */
import {
  ByteLevelPreTokenizer,
  LowercaseNormalizer,
  type Normalizer,
  SequenceNormalizer,
  SequencePreTokenizer,
  type Tokenizer,
} from '@huggingface/tokenizers';

/** Changes the tokenizer in place and returns it. */
export function matchReference(tokenizer: Tokenizer): Tokenizer {
  tokenizer.normalizer = perCharacter(tokenizer.normalizer);
  const steps = tokenizer.pre_tokenizer;
  for (const step of steps instanceof SequencePreTokenizer ? steps.tokenizers : [steps]) {
    if (step instanceof ByteLevelPreTokenizer) step.pattern = BYTE_LEVEL;
  }
  return tokenizer;
}

/** GPT-2's pattern, as in the library but for the white space: JavaScript's `\s` includes U+FEFF, Unicode's does not. */
const BYTE_LEVEL =
  /'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\p{White_Space}\p{L}\p{N}]+|\p{White_Space}+(?!\P{White_Space})|\p{White_Space}+/gu;

/** Rust lowercases one character at a time, so a capital sigma never becomes a final one. */
class PerCharacterLowercase extends LowercaseNormalizer {
  override normalize(text: string): string {
    return Array.from(text, (character) => character.toLowerCase()).join('');
  }
}

function perCharacter(normalizer: Normalizer | null): Normalizer | null {
  if (normalizer instanceof SequenceNormalizer) {
    normalizer.normalizers = normalizer.normalizers.map(perCharacter);
  }
  return normalizer instanceof LowercaseNormalizer
    ? new PerCharacterLowercase(normalizer.config)
    : normalizer;
}
