/** Which method merges, and what it was told: plain data, the edits on it, and how the page sees it. */

import { ConfigError } from '../errors';
import { refuseExperts } from '../method/define';
import {
  defaultOptions,
  findScalingFactor,
  isPerExpert,
  type MethodOption,
  type MethodOptions,
  resolveOptions,
} from '../method/options';
import { ALL_METHODS, findMethod } from '../method/registry';
import { taskArithmetic } from '../method/task-arithmetic';
import type { Method } from '../method/types';
import type { MethodView } from './api';

export interface MethodState {
  /** FusionBench's class name. */
  readonly name: string;
  /** What was told; the scaling factor is the slider's and never in here. */
  readonly options: MethodOptions;
}

export const TASK_ARITHMETIC: MethodState = { name: taskArithmetic.name, options: {} };

/** The method in force for a pool of that many experts, its options completed. */
export interface MethodInForce {
  readonly method: Method;
  readonly options: MethodOptions;
  /** Why it cannot merge this many experts, and what to do; null where it can. See `mergeRefusal`. */
  readonly refusal: string | null;
}

/** Checks a choice. Throws ConfigError on an unknown method, option or value. */
export function chooseMethod(name: string, options: MethodOptions): MethodState {
  const method = findMethod(name);
  if (!method) {
    const known = ALL_METHODS.map((candidate) => candidate.name).join(', ');
    throw new ConfigError(`There is no method ${name}; there are ${known}.`);
  }
  const complete = resolveOptions(method.name, told(method), options);
  const given = Object.entries(complete).filter(([option]) => options[option] !== undefined);
  return { name: method.name, options: Object.fromEntries(given) };
}

/** What a person who chooses a method begins with: FusionBench's defaults, but where they would take hours. */
export function startingOptions(name: string): MethodOptions {
  return findMethod(name)?.compared ?? {};
}

export function methodInForce({ name, options }: MethodState, experts: number): MethodInForce {
  const method = findMethod(name) ?? taskArithmetic;
  const described = told(method);
  const defaults = defaultOptions(described, experts);
  const kept = Object.fromEntries(
    described.flatMap((option) => {
      const value = options[option.name];
      if (value === undefined || !fits(option, value, experts)) return [];
      return [[option.name, value]];
    }),
  );
  return {
    method,
    options: { ...defaults, ...kept },
    refusal: experts === 0 ? null : refuseExperts(method, experts),
  };
}

/** The scaling factor while the user has chosen none: the tutorial's rule, or the method's own default. */
export function methodScalingFactor({ method }: MethodInForce, experts: number): number {
  if (method === taskArithmetic) return defaultScalingFactor(experts);
  return findScalingFactor(method.options)?.default ?? 1;
}

export function methodView(inForce: MethodInForce): MethodView {
  const { method, options, refusal } = inForce;
  return {
    name: method.name,
    title: method.title,
    summary: method.summary,
    hasScalingFactor: method.kind === 'task vector',
    reach: findScalingFactor(method.options)?.reach,
    refusal,
    options: told(method).map((option) => ({
      option,
      value: options[option.name] ?? option.default,
    })),
  };
}

/** The options that the page offers as fields: all but the slider's. */
function told(method: Method): readonly MethodOption[] {
  const factor = findScalingFactor(method.options);
  return method.options.filter((option) => option !== factor);
}

/** A list with one value per expert is of no use when the number of experts has changed. */
function fits(option: MethodOption, value: MethodOptions[string], experts: number): boolean {
  if (!isPerExpert(option)) return true;
  return Array.isArray(value) && value.length === experts;
}

/** The default scaling factor: the tutorial's for one or two experts, FusionBench's method default for more. */
export function defaultScalingFactor(expertCount: number): number {
  return expertCount <= 2 ? 0.7 : 0.3;
}
