/** CLIP tokenizers from before `tokenizer.json`: a vocabulary and its merges, joined as transformers' `CLIPTokenizer` joins them. */
import { FormatError } from '../../errors';
import type { JsonObject } from '../files';
import { CLIP_WORDS, WHITE_SPACE } from '../tokenizer-patterns';

const START = '<|startoftext|>';
const END = '<|endoftext|>';

/**
 * The `tokenizer.json` that stands for a `vocab.json` and the text of a `merges.txt`.
 * @throws FormatError where the vocabulary has no start or end token
 */
export function legacyTokenizer(vocabFile: string, vocab: JsonObject, merges: string): JsonObject {
  const idOf = (token: string): number => {
    const id = vocab[token];
    if (typeof id === 'number') return id;
    throw new FormatError(vocabFile, `it has no ${token}, so it is not the vocabulary of a CLIP.`);
  };
  const special = { single_word: false, lstrip: false, rstrip: false, normalized: false };
  return {
    added_tokens: [START, END].map((content) => ({
      id: idOf(content),
      content,
      special: true,
      ...special,
    })),
    normalizer: {
      type: 'Sequence',
      normalizers: [
        { type: 'NFC' },
        { type: 'Replace', pattern: { Regex: WHITE_SPACE }, content: ' ' },
        { type: 'Lowercase' },
      ],
    },
    pre_tokenizer: {
      type: 'Sequence',
      pretokenizers: [
        { type: 'Split', pattern: { Regex: CLIP_WORDS }, behavior: 'Removed', invert: true },
        { type: 'ByteLevel', add_prefix_space: false, trim_offsets: true, use_regex: true },
      ],
    },
    post_processor: {
      type: 'RobertaProcessing',
      sep: [END, idOf(END)],
      cls: [START, idOf(START)],
      trim_offsets: false,
      add_prefix_space: false,
    },
    decoder: null,
    model: {
      type: 'BPE',
      unk_token: END,
      end_of_word_suffix: '</w>',
      vocab,
      merges: mergeLines(merges),
    },
  };
}

/** One merge a line after the `#version` line. */
function mergeLines(text: string): string[][] {
  const lines = text.split('\n').map((line) => line.trimEnd());
  return lines
    .filter((line) => line !== '' && !line.startsWith('#version'))
    .map((line) => line.split(' '));
}
