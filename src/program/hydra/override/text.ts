/** An override's value written anew, as Hydra hands it to each run of a multirun. */
import type { Node } from '../values/node';
import { formatScalar } from '../values/python-text';
import { type ParsedValue, Quoted } from './types';

/** The value as the grammar reads it back: special characters escaped, quotes kept. */
export function valueText(value: ParsedValue): string {
  if (value === null) return 'null';
  if (value instanceof Quoted) return quotedText(value);
  if (typeof value === 'string') return value.replaceAll(/[\\()[\]{}:=, \t]/g, '\\$&');
  if (Array.isArray(value)) return `[${value.map(valueText).join(',')}]`;
  if (value instanceof Map) {
    return `{${[...value].map(([key, item]) => `${valueText(key)}:${valueText(item)}`).join(',')}}`;
  }
  return formatScalar(value);
}

function quotedText({ text, quote }: Quoted): string {
  // Backslashes count only before a quote, the closing one included.
  const runs = quote === "'" ? /(\\*)('|$)/g : /(\\*)("|$)/g;
  const inner = text.replaceAll(
    runs,
    (_, backslashes: string, end: string) => backslashes.repeat(2) + (end === '' ? '' : `\\${end}`),
  );
  return `${quote}${inner}${quote}`;
}

/** The value as it goes into the configuration: quotes are gone. */
export function valueNode(value: ParsedValue): Node {
  if (value instanceof Quoted) return value.text;
  if (Array.isArray(value)) return value.map(valueNode);
  if (value instanceof Map) return new Map([...value].map(([key, item]) => [key, valueNode(item)]));
  return value;
}
