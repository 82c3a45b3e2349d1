/** The resolvers that are supported: `oc.env`, `hydra` and `now`. Others are refused by name. */
import { ConfigError } from '../../../errors';
import { nearestName } from '../values/nearest';
import type { Node, Scalar } from '../values/node';
import { formatScalar } from '../values/python-text';
import { strftime } from './strftime';

export interface ResolverContext {
  /** Environment variables. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** The time of the run: every `${now:...}` of one run is the same. */
  readonly now: Date;
  /** Hydra's own section, for `${hydra:job.config_name}`; where there is none the resolver is refused. */
  readonly hydra: ((path: string) => Node) | undefined;
}

type Resolver = (values: readonly Scalar[], context: ResolverContext) => Node;

const resolvers: Readonly<Record<string, Resolver>> = {
  'oc.env': environmentVariable,
  hydra: hydraValue,
  now: ([format = ''], { now }) => strftime(now, formatScalar(format)),
};

/** @throws ConfigError for an unknown resolver, or where it has no value */
export function callResolver(
  name: string,
  values: readonly Scalar[],
  context: ResolverContext,
): Node {
  const resolver = Object.hasOwn(resolvers, name) ? resolvers[name] : undefined;
  if (resolver) return resolver(values, context);
  const near = nearestName(name, Object.keys(resolvers));
  throw new ConfigError(
    `the resolver ${name} is not supported; there are ${Object.keys(resolvers).join(', ')}.${near ? ` Did you mean ${near}?` : ''}`,
  );
}

function environmentVariable(values: readonly Scalar[], { env }: ResolverContext): Node {
  const [name, fallback] = values;
  if (typeof name !== 'string' || values.length > 2) {
    throw new ConfigError('oc.env takes the name of an environment variable and a default.');
  }
  const value = Object.hasOwn(env, name) ? env[name] : undefined;
  if (value !== undefined) return value;
  if (fallback === undefined) {
    throw new ConfigError(
      `the environment variable ${name} is not set. Set it, or give a default: \${oc.env:${name},DEFAULT}.`,
    );
  }
  return fallback === null ? null : formatScalar(fallback);
}

function hydraValue(values: readonly Scalar[], { hydra }: ResolverContext): Node {
  const [path] = values;
  if (typeof path !== 'string' || values.length > 1) {
    throw new ConfigError('hydra takes a path such as job.config_name.');
  }
  if (!hydra) throw new ConfigError('hydra has values only for a run, not in a lone file.');
  return hydra(path);
}
