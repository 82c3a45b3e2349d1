/** The methods that merge models, as descriptions. */
import type { MethodOption } from '../method/options';
import { METHODS } from '../method/registry';

export interface MethodDescription {
  /** FusionBench's class name, or one of the same kind. */
  readonly name: string;
  /** What chooses it in a configuration: `method=ties_merging`. */
  readonly configuration: string;
  readonly title: string;
  /** One or two sentences. */
  readonly summary: string;
  /** `two models`: exactly two, of which the pretrained one may be one. `experts`: the pretrained one takes no part. */
  readonly takes: 'base and experts' | 'experts' | 'two models';
  readonly experts: { readonly min: number; readonly max?: number };
  readonly options: readonly OptionDescription[];
}

export interface OptionDescription {
  readonly name: string;
  readonly kind: MethodOption['kind'];
  readonly default: unknown;
  /** One sentence. */
  readonly description: string;
  /** Bounds of a number; both are allowed values. */
  readonly min?: number;
  readonly max?: number;
  readonly choices?: readonly string[];
}

/** Every method that looks at nothing but the models, in the order in which the page lists them. */
export const methods: readonly MethodDescription[] = METHODS.map(
  ({ name, configuration, title, summary, takes, experts, options }) => ({
    name,
    configuration,
    title,
    summary,
    takes,
    experts,
    options: options.map(described),
  }),
);

function described(option: MethodOption): OptionDescription {
  const { name, kind, default: value, description } = option;
  const common = { name, kind, default: value, description };
  if (option.kind === 'choice') return { ...common, choices: option.choices };
  if (option.kind !== 'number' && option.kind !== 'integer') return common;
  const { min, max } = option;
  return { ...common, ...(min !== undefined && { min }), ...(max !== undefined && { max }) };
}
