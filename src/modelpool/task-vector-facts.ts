/**
 * What only the weights can tell about an expert: how large its task vector is against the base (a fine-tune stays
 * close, another pretraining does not), whether it is a copy of the base, and whether numbers are broken.
 * `inspect-weights.ts` finds it out.
 */
import type { Finding } from './types';

export type TaskVectorFacts = {
  /** `‖theta_i - theta_0‖ / ‖theta_0‖` over all matrices of the vision tower (norms and biases are alike in any CLIP). */
  readonly relativeNorm: number;
  /** The same per merged tensor, by canonical name. */
  readonly perTensor: Readonly<Record<string, number>>;
  /** True when every weight equals the base's. */
  readonly identical: boolean;
  /** NaN or infinite weights of the expert, by canonical name. */
  readonly nonFinite: Readonly<Record<string, number>>;
};

/**
 * A relative norm above this is no fine-tune of this base: two CLIPs of independent training are at about the square
 * root of 2, while fine-tunes stay well below a half even at learning rates of 1e-4 on small models.
 */
export const IMPLAUSIBLE_RELATIVE_NORM = 0.7;

/** What to tell people about these facts. */
export function judgeFacts(pretrained: string, expert: string, facts: TaskVectorFacts): Finding[] {
  const broken = nonFiniteFinding(expert, facts.nonFinite);
  if (broken) return [broken];
  if (facts.identical) {
    return [
      {
        severity: 'warning',
        subject: expert,
        message: `${expert} is identical to ${pretrained}: its task vector is zero and changes nothing. Was the same file added twice?`,
        details: [],
      },
    ];
  }
  if (facts.relativeNorm <= IMPLAUSIBLE_RELATIVE_NORM) return [];
  const largest = Object.entries(facts.perTensor)
    .sort(([, a], [, b]) => b - a)
    .slice(0, 5);
  return [
    {
      severity: 'warning',
      subject: expert,
      message: `${pretrained} is probably not the base of ${expert}: the task vector is ${percent(facts.relativeNorm)} of the base's own size, where fine-tuning moves a few percent. Choose the model it was fine-tuned from.`,
      details: largest.map(([name, value]) => `${name}: ${percent(value)}`),
    },
  ];
}

/** The finding for broken weights, or undefined where there are none. */
export function nonFiniteFinding(
  model: string,
  nonFinite: Readonly<Record<string, number>>,
): Finding | undefined {
  const details = Object.entries(nonFinite).map(([name, count]) => `${name}: ${count} values`);
  if (details.length === 0) return undefined;
  return {
    severity: 'error',
    subject: model,
    message: `${model} has NaN or infinite weights in ${details.length} tensors; a merge would spread them. Exclude it, or save it again from the training run.`,
    details,
  };
}

function percent(value: number): string {
  return Number.isFinite(value)
    ? `${(100 * value).toFixed(value < 0.1 ? 1 : 0)} %`
    : 'infinitely more';
}
