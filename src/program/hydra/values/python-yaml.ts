/**
 * YAML as `OmegaConf.to_yaml` writes it, line by line: what is shown is what Hydra shows.
 *
 * Source: PyYAML 6.0.3, `emitter.py` (block style, best width 80), and OmegaConf 2.3.1, `OmegaConfDumper`.
 */
import { Float, isContainer, type Node, type Scalar } from './node';
import { formatFloat } from './python-text';
import { readsAsText } from './yaml';

/** PyYAML breaks a line at the first space beyond. */
const BEST_WIDTH = 80;

const INDENT = 2;

type Container = readonly Node[] | ReadonlyMap<string, Node>;

/** A section, a list or a value as lines, the last one ended as well. */
export function pythonYaml(node: Node): string {
  if (isInline(node)) return `${inlineText(node, 0, 0)}\n`;
  return `${blockLines(node, 0).join('\n')}\n`;
}

function blockLines(node: Container, indent: number): string[] {
  const margin = ' '.repeat(indent);
  const inner = indent + INDENT;
  if (!(node instanceof Map)) {
    return [...node.values()].flatMap((item) => {
      if (isInline(item)) return `${margin}- ${inlineText(item, inner, inner)}`;
      const [first = '', ...rest] = blockLines(item, inner);
      return [`${margin}- ${first.slice(inner)}`, ...rest];
    });
  }
  return [...node].flatMap(([key, value]) => {
    const head = `${margin}${keyText(key)}:`;
    if (isInline(value)) return `${head} ${inlineText(value, head.length + 1, inner)}`;
    // The items of a list stand below their key, not within it.
    return [head, ...blockLines(value, Array.isArray(value) ? indent : inner)];
  });
}

/** Written behind its key or dash: values, and containers without anything in them. */
function isInline(node: Node): node is Scalar | never[] {
  if (!isContainer(node)) return true;
  return (Array.isArray(node) ? node.length : node.size) === 0;
}

/** @param column where it begins; `indent`: where further lines do */
function inlineText(node: Node, column: number, indent: number): string {
  if (node instanceof Map) return '{}';
  if (Array.isArray(node)) return '[]';
  if (node === null) return 'null';
  if (node instanceof Float) return floatText(node.value);
  return typeof node === 'string' ? valueText(node, column, indent) : String(node);
}

/** `.inf` where Python says `inf`; a point before an exponent, without which PyYAML would read a text. */
function floatText(value: number): string {
  if (!Number.isFinite(value)) return formatFloat(value).replace(/(inf|nan)/, '.$1');
  return formatFloat(value).replace(/^(-?\d+)e/, '$1.0e');
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for.
const NEEDS_ESCAPES = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\ufeff]|[ ]\n|\n[ ]/;

function keyText(key: string): string {
  if (NEEDS_ESCAPES.test(key) || key.includes('\n')) return JSON.stringify(key);
  return isPlain(key) ? key : `'${key.replaceAll("'", "''")}'`;
}

function valueText(text: string, column: number, indent: number): string {
  if (NEEDS_ESCAPES.test(text)) return JSON.stringify(text);
  if (isPlain(text)) return folded(text, column, indent);
  const quoted = text.replaceAll("'", "''");
  if (!text.includes('\n')) return `'${folded(quoted, column + 1, indent)}'`;
  // One break is a space to whoever reads it.
  return `'${quoted.replaceAll(/\n+/g, (breaks) => `\n${breaks}${' '.repeat(indent)}`)}'`;
}

/** What Python's `int` and `float` would take, and PyYAML would not; one-letter words for true and false. */
const PYTHON_VALUE = /^\s*[-+]?(?:[\d_]*\.?[\d_]*(?:e[-+]?\d+)?|nan|inf|infinity)\s*$|^[yn]$/i;

const DATE = /^\d{4}-\d\d?-\d\d?(?:(?:[Tt]|[ \t]+)\d\d?:\d\d:\d\d(?:\.\d*)?.*)?$/;

function isPlain(text: string): boolean {
  return (
    !/^[#,[\]{}&*!|>'"%@`]|^[-?:](?:\s|$)|^(?:---|\.\.\.)|^\s|\s$|:(?:\s|$)|\s#|\n/.test(text) &&
    !/^(?:=|<<)$/.test(text) &&
    !DATE.test(text) &&
    !PYTHON_VALUE.test(text) &&
    readsAsText(text)
  );
}

/** Broken at the first lone space beyond the best width. */
function folded(text: string, column: number, indent: number): string {
  let at = column;
  const words = text.split(/(?<! ) (?! )/);
  return words.reduce((line, word, i) => {
    if (i === 0) {
      at += word.length;
      return word;
    }
    const breaks = at > BEST_WIDTH;
    at = (breaks ? indent : at + 1) + word.length;
    return `${line}${breaks ? `\n${' '.repeat(indent)}` : ' '}${word}`;
  }, '');
}
