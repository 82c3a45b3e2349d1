/**
 * What a configuration is made of while it is composed, and what it is when it is done. Maps, not objects: the order of
 * keys counts, and objects move keys that look like numbers to the front.
 */
import { shorten } from '../../../shorten';

/** A composed configuration: every interpolation resolved. A mandatory value that nobody gave is the text `???`. */
export type ConfigTree = ReadonlyMap<string, ConfigValue>;

export type ConfigValue = null | boolean | number | string | readonly ConfigValue[] | ConfigTree;

/** A number that Python would hold as a float: put into a text, it reads `1.0` where the integer reads `1`. */
export class Float {
  constructor(readonly value: number) {}
}

/** A number without `Float` is an integer. */
export type Scalar = null | boolean | number | string | Float;

/** A value during composition: texts may still hold interpolations. */
export type Node = Scalar | Node[] | Section;

export type Section = Map<string, Node>;

/** OmegaConf's mark for a value that has to be given. */
export const MISSING = '???';

export function isSection(node: Node | undefined): node is Section {
  return node instanceof Map;
}

export function isContainer(node: Node | undefined): node is Node[] | Section {
  return node instanceof Map || Array.isArray(node);
}

export function copyNode(node: Node): Node {
  if (node instanceof Map) return copySection(node);
  return Array.isArray(node) ? node.map(copyNode) : node;
}

/** How many values a node holds, itself among them; counted no further than just above `most`. */
export function countNodes(node: Node, most: number): number {
  if (!isContainer(node)) return 1;
  let count = 1;
  for (const value of node.values()) {
    if (count > most) break;
    count += countNodes(value, most - count);
  }
  return count;
}

export function copySection(section: ReadonlyMap<string, Node>): Section {
  return new Map([...section].map(([key, value]) => [key, copyNode(value)]));
}

/** The finished value: floats become plain numbers. */
export function toValue(node: Node): ConfigValue {
  if (node instanceof Float) return node.value;
  if (node instanceof Map) return toTree(node);
  return Array.isArray(node) ? node.map(toValue) : node;
}

export function toTree(section: Section): ConfigTree {
  return new Map([...section].map(([key, value]) => [key, toValue(value)]));
}

/** What a value is, for messages. */
export function describeNode(node: Node | ConfigValue | undefined): string {
  if (node === undefined) return 'nothing';
  if (node === null) return 'null';
  if (node instanceof Map) return 'a section';
  if (Array.isArray(node)) return 'a list';
  if (node instanceof Float) return `the number ${node.value}`;
  return typeof node === 'string' ? `the text ${JSON.stringify(shorten(node))}` : `${node}`;
}
