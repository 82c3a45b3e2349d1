/** Prompts to token ids, as transformers' CLIPTokenizer makes them from the same two files. */
import { AddedToken, Tokenizer } from '@huggingface/tokenizers';
import { FormatError } from '../errors';
import { isJsonObject } from './files';
import { matchReference } from './tokenizer-fixes';
import { refuseForeignPatterns } from './tokenizer-patterns';

export interface EncodedPrompt {
  /** Start token, the prompt's tokens, end token: at most `maxPositions` of them. */
  readonly ids: readonly number[];
  /** True where the prompt was longer than the text tower reads, and was cut before its end token. */
  readonly truncated: boolean;
}

export type ClipTokenizer = (prompt: string) => EncodedPrompt;

/**
 * Makes a tokenizer from parsed `tokenizer.json` and `tokenizer_config.json`. Longer prompts are cut as transformers does with
 * `truncation=True` (FusionBench, which does not ask for it, fails on them).
 * @throws FormatError where the files are not those of a tokenizer
 */
export function createTokenizer(json: object, config: object, maxPositions: number): ClipTokenizer {
  refuseForeignPatterns(json);
  const added = addedTokens(json);
  // Tokens that are matched before normalization are split off here: the library would match them again after it.
  const raw = added.filter((token) => !token.normalized);
  const ids = new Map(added.map((token) => [token.content, token.id]));
  const splitter = raw.length > 0 ? new RegExp(`(${raw.map(pattern).join('|')})`, 'u') : undefined;

  let tokenizer: Tokenizer;
  try {
    const rest = added.filter((token) => token.normalized);
    tokenizer = matchReference(new Tokenizer({ ...json, added_tokens: rest }, config));
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new FormatError(
      'tokenizer.json',
      `no tokenizer can be made of it: ${reason}. Use the one that belongs to the model.`,
      { cause },
    );
  }

  const idOf = (token: string): number => {
    const id = ids.get(token) ?? tokenizer.token_to_id(token);
    if (id !== undefined) return id;
    throw new FormatError('tokenizer.json', `it has no id for its own token ${token}.`);
  };
  const frame = tokenizer.tokenize('', { add_special_tokens: true }).map(idOf);
  const [start, end] = frame;
  if (start === undefined || end === undefined || frame.length !== 2) {
    throw new FormatError(
      'tokenizer.json',
      `it puts ${frame.length} tokens around a prompt; a CLIP's puts a start and an end token.`,
    );
  }

  return (prompt) => {
    const inner = (splitter === undefined ? [prompt] : prompt.split(splitter)).flatMap((piece) => {
      const special = raw.find((token) => token.content === piece);
      if (special !== undefined) return [special.id];
      return tokenizer.encode(piece, { add_special_tokens: false }).ids;
    });
    const room = maxPositions - frame.length;
    const kept = inner.length > room ? inner.slice(0, room) : inner;
    return { ids: [start, ...kept, end], truncated: kept !== inner };
  };
}

/**
 * The id of the token that the tokenizer fills prompts up with.
 * @throws FormatError where its files name none
 */
export function padTokenId(json: object, config: object): number {
  const named = isJsonObject(config) ? config.pad_token : undefined;
  const content = isJsonObject(named) ? named.content : named;
  const added = addedTokens(json).find((token) => token.content === content);
  const model = isJsonObject(json) && isJsonObject(json.model) ? json.model : {};
  const vocab = isJsonObject(model.vocab) ? model.vocab : {};
  const id = added?.id ?? (typeof content === 'string' ? vocab[content] : undefined);
  if (typeof id === 'number') return id;
  throw new FormatError(
    'tokenizer_config.json',
    'its pad_token is no token of tokenizer.json, and this text tower reads prompts filled up with it. Use the tokenizer of this model.',
  );
}

/** Longest first: where two begin at the same place the longer one wins. */
function addedTokens(json: object): AddedToken[] {
  const listed = isJsonObject(json) && Array.isArray(json.added_tokens) ? json.added_tokens : [];
  return listed
    .map((token) => new AddedToken(token))
    .sort((a, b) => b.content.length - a.content.length);
}

function pattern(token: AddedToken): string {
  return token.content.replace(/[.*+?^${}()|[\]\\/]/g, '\\$&');
}
