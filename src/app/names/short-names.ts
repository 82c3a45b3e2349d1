/** Names without the long beginnings that several of them share: an ellipsis, and what differs. Pure. */
import { signsOf } from './signs';

/** Shorter beginnings are left as they are: the ellipsis would say less than it saves. */
const SHORTEST_CUT = 8;

const ELLIPSIS = '…';
const SEPARATOR = /^[\s_\-./:|]$/;
/** Scripts that write no blanks between words: any sign may begin one. */
const UNSPACED = /^[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}]/u;

/**
 * Each name with how it is shown among the others. Distinct names stay distinct, no sign of several code points is cut, a word
 * is cut at its beginning only, and what is short already stays: shortening twice changes nothing.
 */
export function shortNames(names: readonly string[]): ReadonlyMap<string, string> {
  const shown = new Map(names.map((name) => [name, name]));
  // The beginning that saves most, then the next among those that are left: there may be several families.
  const refused = new Set<string>();
  for (;;) {
    const whole = [...shown].filter(([name, text]) => name === text && !name.startsWith(ELLIPSIS));
    const beginning = bestBeginning(
      whole.map(([name]) => name),
      refused,
    );
    if (beginning === null) return shown;
    const family = whole.filter(([name]) => begins(name, beginning));
    const cut = family.map(([name]) => [name, ELLIPSIS + name.slice(beginning.length)] as const);
    const next = new Map([...shown, ...cut]);
    if (new Set(next.values()).size === next.size) {
      for (const [name, text] of cut) shown.set(name, text);
    } else {
      refused.add(beginning);
    }
  }
}

const begins = (name: string, beginning: string): boolean =>
  name.length > beginning.length && beginningsOf(name).includes(beginning);

/** The beginning that two names at least share and that saves most signs; of equals the longest. */
function bestBeginning(names: readonly string[], refused: ReadonlySet<string>): string | null {
  const sharing = new Map<string, number>();
  for (const name of names) {
    for (const beginning of beginningsOf(name)) {
      sharing.set(beginning, (sharing.get(beginning) ?? 0) + 1);
    }
  }
  let best: string | null = null;
  let most = 0;
  for (const [beginning, count] of sharing) {
    if (count < 2 || refused.has(beginning)) continue;
    const saved = count * beginning.length;
    const longer = saved === most && beginning.length > (best?.length ?? 0);
    if (saved > most || longer) {
      best = beginning;
      most = saved;
    }
  }
  return best;
}

/** Where a name may be cut: before a word, with signs enough before it and something after it. */
function beginningsOf(name: string): string[] {
  const signs = signsOf(name);
  const found: string[] = [];
  let text = '';
  for (const [i, sign] of signs.entries()) {
    const before = signs[i - 1] ?? '';
    const atWord = SEPARATOR.test(before)
      ? !SEPARATOR.test(sign)
      : UNSPACED.test(before) && UNSPACED.test(sign);
    if (i >= SHORTEST_CUT && atWord) found.push(text);
    text += sign;
  }
  return found;
}
