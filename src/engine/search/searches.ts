/**
 * Searches for the scaling factor or the weights of experts. While one goes on, what is in demand is the next value on the
 * pictures to choose by and nothing else (`trials.ts`). One at a time; whatever else changes what is merged or scored ends it.
 */
import { CompatibilityError, ConfigError } from '../../errors';
import { findScalingFactor } from '../../method/options';
import type { Method } from '../../method/types';
import { meanAccuracy, meanLoss, searchOutcome, verdict } from '../../program/search/halves';
import {
  type Candidate,
  candidateText,
  LAMBDA_PLAN,
  type SearchPlan,
  search,
  type TriedCandidate,
  WEIGHTS_PLAN,
} from '../../program/search/search';
import type { Jobs } from '../jobs/jobs';
import { keyText } from '../scoring/keys';
import { choosingRows, reportedRows } from '../scoring/order';
import type { ScoringInputs } from '../scoring/readiness';
import { type EngineValue, includedExperts, scalingFactorOf } from '../value';
import type { Trial, Trials } from './trials';
import type { SearchName, SearchView } from './view';

/** Pictures of each task that a search for weights looks at: every value reads all experts anew. */
const WEIGHTS_SAMPLE = 256;

/** As far as the method's scaling factor is worth trying. */
function planOf(name: SearchName, { options }: Method): SearchPlan {
  if (name === 'weights') return WEIGHTS_PLAN;
  return { ...LAMBDA_PLAN, max: findScalingFactor(options)?.reach ?? LAMBDA_PLAN.max };
}

const LABELS: Readonly<Record<SearchName, string>> = {
  lambda: 'Finding the best λ',
  weights: 'Finding weights',
};

export interface Searches {
  /** @throws ConfigError or CompatibilityError where there is nothing to search, or nothing to choose by */
  run(jobId: string, name: SearchName): Promise<void>;
  /** Another value stands: a search that was about something else is over. */
  follow(): void;
  view(): SearchView | null;
  /** Ends what goes on, and merges with nothing of it. */
  close(): void;
}

export interface SearchesParts {
  readonly jobs: Jobs;
  readonly trials: Trials;
  readonly value: () => EngineValue;
  /** What stands to be scored; null where nothing can be. */
  readonly inputs: () => ScoringInputs | null;
  /** Merges with what was found. */
  readonly apply: (name: SearchName, found: Candidate, experts: readonly string[]) => Promise<void>;
  /** The user stopped everything: that holds, whatever was found. */
  readonly stayStopped: () => void;
}

/** What a search is about, for as long as that stands. */
interface Subject {
  readonly plan: SearchPlan;
  readonly inputs: ScoringInputs;
  readonly before: Candidate;
  readonly experts: SearchView['experts'];
  /** What must not change while it goes on, and what its outcome is about. */
  readonly standing: string;
  readonly about: string;
}

export function createSearches(parts: SearchesParts): Searches {
  const { jobs, trials } = parts;
  let subject: Subject | null = null;
  let running = false;
  let left: 'superseded' | 'stopped' | null = null;
  let found: Omit<SearchView, 'outcome' | 'verdict'> | null = null;
  let outcome: SearchView['outcome'] = null;
  let report: (share: number) => void = () => undefined;

  const rowsOf = ({ plan, inputs }: Subject): ReadonlyMap<string, readonly number[]> => {
    const sample = plan.name === 'weights' ? WEIGHTS_SAMPLE : undefined;
    return new Map(inputs.tasks.map((task) => [task.id, choosingRows(task, sample)]));
  };

  const candidateInputs = new WeakMap<Subject, Map<string, ScoringInputs>>();
  const inputsAt = (of: Subject, { weights }: Candidate): ScoringInputs => {
    const known = candidateInputs.get(of) ?? new Map<string, ScoringInputs>();
    candidateInputs.set(of, known);
    const text = weights.join(' ');
    const made = known.get(text) ?? withWeights(of.inputs, weights);
    known.set(text, made);
    return made;
  };
  const trialAt = (
    of: Subject,
    candidate: Candidate,
    rows: ReadonlyMap<string, readonly number[]>,
  ): Trial => ({
    inputs: inputsAt(of, candidate),
    scalingFactor: candidate.scalingFactor,
    rows,
  });

  const leave = (why: 'superseded' | 'stopped'): void => {
    if (!running) return;
    left ??= why;
    trials.stop();
  };

  const outcomeOf = (of: Subject, best: Candidate): SearchView['outcome'] => {
    const rows = rowsOf(of);
    const others = reportedOf(of.inputs);
    const chosen = (candidate: Candidate) => trials.known(trialAt(of, candidate, rows));
    const reported = (candidate: Candidate) => trials.known(trialAt(of, candidate, others));
    const halves = [chosen(of.before), chosen(best), reported(of.before), reported(best)] as const;
    const [chosenBefore, chosenAfter, before, after] = halves;
    if (!chosenBefore || !chosenAfter || !before || !after) return null;
    if (halves.flat().some((task) => task && meanLoss([task]) === Number.POSITIVE_INFINITY)) {
      return null;
    }
    return searchOutcome([chosenBefore, chosenAfter], [before, after]);
  };

  const searchFor = async (of: Subject): Promise<void> => {
    const { plan, before } = of;
    const choosing = rowsOf(of);
    const everything = new Map(
      of.inputs.tasks.map(({ id, labels }) => [id, [...labels.keys()]] as const),
    );
    const values: TriedCandidate[] = [];
    const show = (phase: SearchView['phase'], stopped: boolean) => {
      const best = values.reduce<TriedCandidate | null>(
        (least, value) => (least === null || value.loss < least.loss ? value : least),
        null,
      );
      found = {
        name: plan.name,
        phase,
        tried: values.length,
        of: plan.evaluations,
        before,
        best: best && { scalingFactor: best.scalingFactor, weights: best.weights },
        values: [...values],
        stopped,
        experts: of.experts,
      };
    };
    outcome = null;
    show('searching', false);
    const searched = await search(plan, before, async (candidate) => {
      const isBefore = candidateText(candidate) === candidateText(before);
      const scored = await trials.score(trialAt(of, candidate, isBefore ? everything : choosing));
      if (!scored) return null;
      const chosen = trials.known(trialAt(of, candidate, choosing)) ?? [];
      const loss = meanLoss(chosen);
      values.push({ ...candidate, loss, accuracy: meanAccuracy(chosen) });
      show('searching', false);
      report(values.length / plan.evaluations);
      return loss;
    });
    if (!searched || left === 'superseded') {
      found = null;
      return;
    }
    show('found', searched.stopped);
    const stopped = parts.value().stopped;
    // From here on what stands may change: it is the outcome that is changed to.
    running = false;
    const best = searched.best.value;
    if (candidateText(best) !== candidateText(before)) {
      await parts.apply(
        plan.name,
        best,
        of.experts.map(({ id }) => id),
      );
    }
    if (stopped) parts.stayStopped();
  };

  const begin = (name: SearchName): Subject => {
    const value = parts.value();
    const inputs = parts.inputs();
    if (!inputs || inputs.experts.length === 0) {
      throw new CompatibilityError(
        'There is nothing to search yet: add a base, an expert and task images.',
      );
    }
    const { method } = inputs.method;
    if (method.kind !== 'task vector') {
      throw new ConfigError(
        `${method.title} has no scaling factor to search. Choose a method that has one, such as task arithmetic.`,
      );
    }
    const whole = inputs.tasks.filter(({ split }) => !split).map((task) => task.name);
    if (whole.length > 0) {
      throw new ConfigError(
        `All pictures of ${whole.join(', ')} are reported on, and none is left to choose by. Split every task first.`,
      );
    }
    const plan = planOf(name, method);
    const before = {
      scalingFactor: scalingFactorOf(value),
      weights: inputs.experts.map(({ weight }) => weight),
    };
    return {
      plan,
      inputs,
      before,
      experts: includedExperts(value.pool).map((model) => ({ id: model.id, name: model.name })),
      ...textsOf(name, value, inputs),
    };
  };

  return {
    async run(jobId, name) {
      trials.begin('A search');
      try {
        subject = begin(name);
      } catch (error) {
        trials.end();
        throw error;
      }
      const mine = subject;
      running = true;
      left = null;
      try {
        await jobs.run(jobId, LABELS[name], async (job) => {
          report = (share) => job.report(LABELS[name], share);
          report(0);
          job.signal.addEventListener('abort', () => leave('stopped'));
          await searchFor(mine);
        });
      } catch (error) {
        found = null;
        throw error;
      } finally {
        running = false;
        trials.end();
      }
    },
    follow() {
      if (!subject) return;
      const inputs = parts.inputs();
      const value = parts.value();
      const now = inputs && textsOf(subject.plan.name, value, inputs);
      if (running) {
        if (now?.standing !== subject.standing) leave('superseded');
        else if (value.stopped) leave('stopped');
      } else if (now?.about !== subject.about) {
        subject = null;
        found = null;
      }
    },
    view() {
      if (!found) return null;
      if (found.phase === 'found' && subject && found.best) {
        outcome ??= outcomeOf(subject, found.best);
      }
      return { ...found, outcome, verdict: outcome && verdict(outcome.reporting.difference) };
    },
    close: () => leave('superseded'),
  };
}

/** The pictures to report on, by task id. */
function reportedOf({ tasks }: ScoringInputs): ReadonlyMap<string, readonly number[]> {
  return new Map(tasks.map((task) => [task.id, reportedRows(task) ?? []]));
}

function withWeights(inputs: ScoringInputs, weights: readonly number[]): ScoringInputs {
  const at = (i: number, weight: number) => weights[i] ?? weight;
  return {
    ...inputs,
    key: {
      ...inputs.key,
      experts: inputs.key.experts.map((expert, i) => ({ ...expert, weight: at(i, expert.weight) })),
    },
    experts: inputs.experts.map((expert, i) => ({ ...expert, weight: at(i, expert.weight) })),
  };
}

/** All that a search rests on, and all of it but what the search itself moves. */
function textsOf(
  name: SearchName,
  value: EngineValue,
  inputs: ScoringInputs,
): Pick<Subject, 'standing' | 'about'> {
  const factor = scalingFactorOf(value);
  const tasks = inputs.tasks.map(({ key, split }) => [keyText(key), split?.share]);
  const others = keyText(
    withWeights(
      inputs,
      inputs.experts.map(() => 1),
    ).key,
  );
  const layers = inputs.layers && keyText(inputs.layers);
  const weighted = keyText(inputs.key);
  return {
    standing: JSON.stringify([weighted, factor, tasks, layers]),
    about: JSON.stringify(
      name === 'lambda' ? [weighted, tasks, layers] : [others, factor, tasks, layers],
    ),
  };
}
