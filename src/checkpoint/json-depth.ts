/** How deep JSON nests, before anybody walks through it: foreign files can nest deeper than a call stack is. */

/** serde_json reads 127; tokenizers and configurations nest about ten. */
export const MAX_JSON_DEPTH = 127;

/** Do arrays and objects in this text lie deeper inside each other than `MAX_JSON_DEPTH`? Strings are passed over. */
export function isTooDeep(text: string): boolean {
  let depth = 0;
  for (let at = 0; at < text.length; at++) {
    const letter = text[at];
    if (letter === '"') at = endOfString(text, at);
    else if (letter === '{' || letter === '[') {
      if (++depth > MAX_JSON_DEPTH) return true;
    } else if (letter === '}' || letter === ']') depth--;
  }
  return false;
}

/** Position of the quote that closes the string opening at `at`, or the text's end. */
function endOfString(text: string, at: number): number {
  for (let end = text.indexOf('"', at + 1); end >= 0; end = text.indexOf('"', end + 1)) {
    let slashes = 0;
    while (text[end - 1 - slashes] === '\\') slashes++;
    if (slashes % 2 === 0) return end;
  }
  return text.length;
}
