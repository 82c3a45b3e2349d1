/**
 * Regular expressions that a `tokenizer.json` may ask for. One that a stranger wrote can take minutes for a single prompt, and
 * nothing can stop it; so only those that CLIP's own tokenizers carry are run.
 */
import { FormatError } from '../errors';

const WORDS = "'s|'t|'re|'ve|'m|'ll|'d|[\\p{L}]+|[\\p{N}]|[^\\s\\p{L}\\p{N}]+";
/** Special tokens as they are, English contractions, words, single digits, runs of anything else: transformers 5's CLIPTokenizer. */
export const CLIP_WORDS = `<\\|startoftext\\|>|<\\|endoftext\\|>|${WORDS}`;
export const WHITE_SPACE = '\\s+';

/** The first without the special tokens is that of transformers 4 (`CLIPConverter`), with which most published files were written. */
const KNOWN: ReadonlySet<string> = new Set([WORDS, CLIP_WORDS, WHITE_SPACE]);

const LONGEST_SHOWN = 60;

/** @throws FormatError where it asks for any other regular expression, with where it stands */
export function refuseForeignPatterns(json: object): void {
  // A stack of our own: the file may be nested deeper than calls can be.
  const open: { readonly path: string; readonly value: object }[] = [{ path: '', value: json }];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    for (const [key, value] of Object.entries(next.value)) {
      const path = next.path === '' ? key : `${next.path}.${key}`;
      if (key === 'Regex' && !KNOWN.has(String(value))) {
        const pattern = String(value);
        const shown =
          pattern.length > LONGEST_SHOWN ? `${pattern.slice(0, LONGEST_SHOWN)}…` : pattern;
        throw new FormatError(
          'tokenizer.json',
          `${path} asks for the regular expression ${shown}, which is not one of a CLIP's tokenizer, and others are not run. Use the tokenizer.json of the model, or its vocab.json and merges.txt.`,
        );
      }
      // The vocabulary has tens of thousands of entries and no patterns.
      if (typeof value === 'object' && value !== null && path !== 'model.vocab') {
        open.push({ path, value });
      }
    }
  }
}
