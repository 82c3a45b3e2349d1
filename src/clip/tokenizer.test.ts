import { readFileSync } from 'node:fs';
import { gunzipSync } from 'fflate';
import { describe, expect, it } from 'vitest';
import { FormatError } from '../errors';
import { legacyTokenizer } from './config/legacy-tokenizer';
import type { JsonObject } from './files';
import { fixtureJson } from './testing';
import { createTokenizer } from './tokenizer';

const POSITIONS = 77;

interface Row {
  readonly group: string;
  readonly text: string;
  readonly small: Ids;
  readonly openai: Ids;
}
interface Ids {
  readonly ids: number[];
  readonly truncated?: number[];
}

const { strings } = fixtureJson<{ strings: Row[] }>('tokens.json');
const groups = [...new Set(strings.map(({ group }) => group))];

const gz = new URL('../../reference/fixtures/tokenizer-openai/tokenizer.json.gz', import.meta.url);
const openaiJson = JSON.parse(
  new TextDecoder().decode(gunzipSync(new Uint8Array(readFileSync(gz)))),
) as object;
const smallJson = fixtureJson<object>('tokenizer/tokenizer.json');
const tokenizers = {
  small: createTokenizer(smallJson, fixtureJson('tokenizer/tokenizer_config.json'), POSITIONS),
  openai: createTokenizer(
    openaiJson,
    fixtureJson('tokenizer-openai/tokenizer_config.json'),
    POSITIONS,
  ),
};

describe.each(['small', 'openai'] as const)('with the %s vocabulary', (vocabulary) => {
  it.each(groups)("gives the ids of transformers' CLIPTokenizer: %s", (group) => {
    const rows = strings.filter((row) => row.group === group);
    expect(rows.length).toBeGreaterThan(0);
    for (const row of rows) {
      const { ids, truncated = ids } = row[vocabulary];
      expect({ text: row.text, ids: tokenizers[vocabulary](row.text).ids }).toEqual({
        text: row.text,
        ids: truncated,
      });
    }
  });
});

it('gives the same ids from vocab.json and merges.txt', () => {
  const { model } = openaiJson as { model: { vocab: JsonObject; merges: [string, string][] } };
  const merges = ['#version: 0.2', ...model.merges.map((pair) => pair.join(' ')), ''].join('\n');
  const legacy = createTokenizer(legacyTokenizer('vocab.json', model.vocab, merges), {}, POSITIONS);
  for (const { text } of strings) expect(legacy(text)).toEqual(tokenizers.openai(text));
  expect(() =>
    legacyTokenizer('clip/vocab.json', { '<|startoftext|>': 0 }, merges),
  ).toThrowErrorMatchingInlineSnapshot(
    `[FormatError: clip/vocab.json: it has no <|endoftext|>, so it is not the vocabulary of a CLIP.]`,
  );
});

it('takes U+FEFF for a symbol of the run it stands in, as Unicode does and JavaScript does not', () => {
  expect(tokenizers.openai('#\ufeff').ids).not.toEqual(tokenizers.openai('# \ufeff').ids);
});

it('says which prompts it cut, and keeps the end token', () => {
  const long = tokenizers.openai('a '.repeat(POSITIONS - 1));
  expect(long).toMatchObject({ truncated: true });
  expect(long.ids).toHaveLength(POSITIONS);
  expect(long.ids.at(-1)).toBe(49407);
  expect(tokenizers.openai('a '.repeat(POSITIONS - 2))).toMatchObject({ truncated: false });
});

it('matches special tokens after normalization where the file says so', () => {
  const added_tokens = [792, 793].map((id) => ({
    id,
    content: id === 792 ? '<|startoftext|>' : '<|endoftext|>',
    normalized: true,
    special: true,
  }));
  const tokenizer = createTokenizer({ ...smallJson, added_tokens }, {}, POSITIONS);
  expect(tokenizer('<|ENDOFTEXT|>').ids).toEqual([792, 793, 793]);
  expect(tokenizers.small('<|ENDOFTEXT|>').ids).not.toEqual([792, 793, 793]);
});

describe('a regular expression of a file', () => {
  const OLD = "'s|'t|'re|'ve|'m|'ll|'d|[\\p{L}]+|[\\p{N}]|[^\\s\\p{L}\\p{N}]+";
  const withWords = (Regex: unknown) => ({
    ...smallJson,
    pre_tokenizer: {
      type: 'Sequence',
      pretokenizers: [
        { type: 'Split', pattern: { Regex }, behavior: 'Removed', invert: true },
        { type: 'ByteLevel', add_prefix_space: false, trim_offsets: true, use_regex: true },
      ],
    },
  });

  it('is run where it is that of an older CLIP', () => {
    const tokenizer = createTokenizer(withWords(OLD), {}, POSITIONS);
    for (const { text, small } of strings) {
      expect(tokenizer(text).ids).toEqual(small.truncated ?? small.ids);
    }
  });

  it.each([
    ['(\\p{L}+\\p{L}+)+$', '(\\p{L}+\\p{L}+)+$'],
    [`${'a'.repeat(60)}b`, `${'a'.repeat(60)}…`],
    [null, 'null'],
  ])('is refused by its place and text where it is another: %s', (given, shown) => {
    const make = () => createTokenizer(withWords(given), {}, POSITIONS);
    expect(make).toThrow(FormatError);
    expect(make).toThrow(
      `pre_tokenizer.pretokenizers.0.pattern.Regex asks for the regular expression ${shown}, which`,
    );
  });

  it('is found wherever it stands, however deep', () => {
    const decoder = { type: 'Replace', pattern: { Regex: '(a|a)+' }, content: '' };
    let deep: object = decoder;
    for (let i = 0; i < 100_000; i++) deep = { decoders: [deep] };
    for (const json of [
      { ...smallJson, decoder },
      { ...smallJson, decoder: deep },
    ]) {
      expect(() => createTokenizer(json, {}, POSITIONS)).toThrow('the regular expression (a|a)+');
    }
  });

  it('is no token of the vocabulary', () => {
    const { model } = smallJson as { model: { vocab: object } };
    const json = { ...smallJson, model: { ...model, vocab: { ...model.vocab, Regex: 794 } } };
    expect(createTokenizer(json, {}, POSITIONS)('a').ids).toHaveLength(3);
  });
});

it('refuses what is no tokenizer', () => {
  expect(() => createTokenizer({ model: {} }, {}, POSITIONS)).toThrowErrorMatchingInlineSnapshot(
    `[FormatError: tokenizer.json: no tokenizer can be made of it: Tokenizer must contain a "decoder" property. Use the one that belongs to the model.]`,
  );
  expect(() =>
    createTokenizer({ ...smallJson, post_processor: null }, {}, POSITIONS),
  ).toThrowErrorMatchingInlineSnapshot(
    `[FormatError: tokenizer.json: it puts 0 tokens around a prompt; a CLIP's puts a start and an end token.]`,
  );
});
