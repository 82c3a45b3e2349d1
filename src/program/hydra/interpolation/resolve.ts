/**
 * Resolves every interpolation of a composed configuration in place, as `OmegaConf.resolve` does. A reference to a section
 * becomes a copy of it, resolved where it stands; a reference to a mandatory value that is missing is missing itself.
 */
import { ConfigError } from '../../../errors';
import { shorten } from '../../../shorten';
import { nearestName } from '../values/nearest';
import {
  copyNode,
  countNodes,
  isContainer,
  MISSING,
  type Node,
  type Scalar,
  type Section,
} from '../values/node';
import { child, childNames, setChild } from '../values/path';
import { formatScalar } from '../values/python-text';
import {
  type Argument,
  hasInterpolation,
  type Interpolation,
  parseTemplate,
  type Template,
} from './parse';
import { callResolver, type ResolverContext } from './resolvers';

/** Longer chains of references than any configuration has; bounds the recursion. */
const MAX_CHAIN = 200;

/** References to references can double with every line; no value of a configuration comes near these. */
const MAX_CHARACTERS = 2 ** 20;
const MAX_VALUES = 100_000;

export interface Resolver {
  /** Resolves everything. @throws ConfigError that names the value whose interpolation has no meaning */
  resolveAll(): void;
  /** The value at an absolute path, resolved, or undefined where there is none. */
  lookup(steps: readonly string[]): Node | undefined;
  /** Dotted paths that some interpolation refers to. */
  readonly referenced: ReadonlySet<string>;
}

type Container = Node[] | Section;

interface Place {
  readonly container: Container;
  readonly key: string;
}

export function createResolver(root: Section, context: ResolverContext): Resolver {
  const parents = new WeakMap<Container, Place>();
  const referenced = new Set<string>();
  /** Places whose interpolation is being resolved, outermost first. */
  const chain: Place[] = [];
  /** Values that came to stand where an interpolation was. */
  let copied = 0;
  /** Errors that name their places themselves. */
  const circles = new WeakSet<ConfigError>();
  adopt(root);

  function adopt(container: Container): void {
    for (const key of childNames(container)) {
      const value = child(container, key);
      if (!isContainer(value)) continue;
      parents.set(value, { container, key });
      adopt(value);
    }
  }

  function pathOf({ container, key }: Place): string {
    const above = parents.get(container);
    return above ? `${pathOf(above)}.${key}` : key;
  }

  /** The value at a place, resolved together with all that it holds. */
  function resolvePlace(place: Place): Node {
    const value = child(place.container, place.key) ?? null;
    if (isContainer(value)) {
      if (chain.some(({ container }) => isWithin(container, value))) throw circular(place);
      resolveContainer(value);
      return value;
    }
    if (typeof value !== 'string' || !hasInterpolation(value)) return value;
    if (chain.some((active) => active.container === place.container && active.key === place.key)) {
      throw circular(place);
    }
    if (chain.length >= MAX_CHAIN) throw circular(place);
    chain.push(place);
    const resolved = copyNode(evaluateAt(place, value));
    copied += countNodes(resolved, MAX_VALUES);
    if (copied > MAX_VALUES) {
      throw new ConfigError(
        `${pathOf(place)}: ${shorten(value)}: with it the configuration would have more than ${MAX_VALUES} values that stand for others.`,
      );
    }
    chain.pop();
    setChild(place.container, place.key, resolved);
    if (isContainer(resolved)) {
      parents.set(resolved, place);
      adopt(resolved);
    }
    return resolved;
  }

  function resolveContainer(container: Container): void {
    for (const key of childNames(container)) resolvePlace({ container, key });
  }

  function isWithin(container: Container, outer: Container): boolean {
    for (let at: Container | undefined = container; at; at = parents.get(at)?.container) {
      if (at === outer) return true;
    }
    return false;
  }

  function circular(place: Place): ConfigError {
    const names = [...chain, place].map(pathOf);
    const error = new ConfigError(
      `These values refer to one another in a circle: ${names.join(' -> ')}.`,
    );
    circles.add(error);
    return error;
  }

  function evaluateAt(place: Place, text: string): Node {
    try {
      return evaluate(parseTemplate(text), place.container);
    } catch (cause) {
      // The innermost value is the one to mend; those that refer to it need no mention.
      if (!(cause instanceof ConfigError) || cause.cause instanceof ConfigError) throw cause;
      if (circles.has(cause)) throw cause;
      throw new ConfigError(`${pathOf(place)}: ${shorten(text)}: ${cause.message}`, { cause });
    }
  }

  function evaluate(template: Template, from: Container): Node {
    const [only] = template;
    if (template.length === 1 && only !== undefined) {
      return typeof only === 'string' ? only : interpolate(only, from);
    }
    const parts = template.map((part) =>
      typeof part === 'string' ? part : interpolate(part, from),
    );
    if (parts.includes(MISSING)) return MISSING;
    const texts = parts.map(asText);
    if (texts.reduce((sum, { length }) => sum + length, 0) > MAX_CHARACTERS) {
      throw new ConfigError(`it would be longer than ${MAX_CHARACTERS} characters.`);
    }
    return texts.join('');
  }

  function interpolate(interpolation: Interpolation, from: Container): Node {
    if (interpolation.kind === 'call') {
      const values = interpolation.arguments.map((argument) => argumentValue(argument, from));
      return callResolver(interpolation.name, values, context);
    }
    const steps = interpolation.steps.map((step) => asText(evaluate(step, from)));
    let start: Container = root;
    if (interpolation.level > 0) {
      start = from;
      for (let up = 1; up < interpolation.level; up++) {
        const above = parents.get(start);
        if (!above) throw new ConfigError('it goes up beyond the top of the configuration.');
        start = above.container;
      }
    }
    return follow(start, steps);
  }

  function argumentValue(argument: Argument, from: Container): Scalar {
    if ('scalar' in argument) return argument.scalar;
    const value = evaluate(argument.template, from);
    return argument.template.length === 0 ? '' : isContainer(value) ? asText(value) : value;
  }

  function follow(start: Container, steps: readonly string[]): Node {
    let container: Container = start;
    for (const [index, step] of steps.entries()) {
      const last = index === steps.length - 1;
      if (child(container, step) === undefined) throw notThere(container, steps, index);
      const place: Place = { container, key: step };
      referenced.add(pathOf(place));
      const value = last ? resolvePlace(place) : openPlace(place);
      if (last || value === MISSING) return value;
      if (!isContainer(value)) throw notThere(value, steps, index + 1);
      container = value;
    }
    return container;
  }

  /** On the way through: a section is entered as it is, only an interpolation is resolved. */
  function openPlace(place: Place): Node {
    const value = child(place.container, place.key) ?? null;
    return isContainer(value) ? value : resolvePlace(place);
  }

  return {
    referenced,
    resolveAll: () => resolveContainer(root),
    lookup: (steps) => {
      let at: Node | undefined = root;
      for (const [index, step] of steps.entries()) {
        if (!isContainer(at) || child(at, step) === undefined) return undefined;
        const place: Place = { container: at, key: step };
        at = index === steps.length - 1 ? resolvePlace(place) : openPlace(place);
      }
      return at;
    },
  };
}

function asText(value: Node): string {
  if (isContainer(value)) {
    throw new ConfigError('a section or a list cannot be put into a text.');
  }
  return formatScalar(value);
}

function notThere(container: Node, steps: readonly string[], index: number): ConfigError {
  const step = steps[index] ?? '';
  const names = childNames(container);
  const near = nearestName(step, names);
  const where = index === 0 ? '' : ` in ${steps.slice(0, index).join('.')}`;
  const known = near
    ? `Did you mean ${near}?`
    : `There are ${shorten(names.join(', ')) || 'none'}.`;
  return new ConfigError(`there is no key ${step}${where}. ${known}`);
}
