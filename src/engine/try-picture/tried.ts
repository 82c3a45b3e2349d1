/**
 * A picture that the user tries: each model is asked about it once, the merged one anew whenever it has changed. It is scored as
 * the tasks' pictures are, on what is resident for them, one picture at a time between two of their batches; a head that has
 * to be computed first holds up nothing else.
 */
import { letMessagesIn } from '../../runtime/let-messages-in';
import { scoreBatch } from '../../taskpool/score';
import { createTally } from '../../taskpool/tally';
import type { ComparedModel } from '../insight/types';
import { memo } from '../memo';
import { type EngineKind, keyText } from '../scoring/keys';
import type { Unit } from '../scoring/plan';
import type { Workspace } from '../scoring/workspace';
import type { EngineValue } from '../value';
import { checkClasses, type TriedSubject, triedSubject, triedUnits } from './subject';
import type { TriedAnswer, TriedPicture, TriedView } from './types';

export interface Tried {
  /**
   * Takes another picture, or the same with other classes or another expert; null ends it. What was asked before is dropped.
   * @throws ConfigError where the classes cannot be told apart
   */
  ask(picture: TriedPicture | null): void;
  /** Something has changed that answers depend on. */
  follow(): void;
  /** Is a model still to answer that can? */
  pending(): boolean;
  view(): TriedView | null;
  /** Ends it; resolves when nothing is in flight. */
  close(): Promise<void>;
}

export interface TriedParts {
  readonly value: () => EngineValue;
  readonly kind: () => EngineKind;
  /** Null while there is none. */
  readonly workspace: () => Workspace | null;
  /** Are other models in place, one after the other? It waits for the end of that. */
  readonly isBusy: () => boolean;
  /** Is the slider's first number still to come? The expert's turn is after it. */
  readonly awaitsNumber: () => boolean;
  readonly onChange: () => void;
}

/** What was asked, and what has come of it. */
interface Asked {
  readonly picture: TriedPicture;
  readonly id: string;
  /** By unit. */
  readonly answers: Map<string, TriedAnswer>;
  /** The merged model's last answer, and at which scaling factor. */
  merged: TriedAnswer | null;
  /** It cannot be read, whatever changes. */
  unreadable: string | null;
  /** Why it failed in a workspace, by unit, or for all models alike; tried again in another. */
  failures: { readonly in: Workspace; readonly by: Map<string, string> } | null;
}

/** One model's turn. */
interface Step {
  readonly asked: Asked;
  readonly workspace: Workspace;
  readonly subject: TriedSubject;
  readonly model: ComparedModel;
  readonly unit: Unit;
}

/** The expert last: it takes the place of the merged model's weights. */
const TURNS: readonly ComparedModel[] = ['merged', 'pretrained', 'expert'];

/** In place of a unit: of all models. */
const ALL = '';

export function createTried(parts: TriedParts): Tried {
  const { value, kind, workspace, isBusy, awaitsNumber, onChange } = parts;
  let asked: Asked | null = null;
  let questions = 0;
  let current: { readonly step: Step; readonly controller: AbortController } | null = null;
  let running: Promise<void> | null = null;
  /** What is being prepared, for people. */
  let preparing = '';

  const subjectAt = memo((at: EngineValue, { picture, id }: Asked) =>
    triedSubject(at, picture, id),
  );
  const subjectOf = (of: Asked) => subjectAt(value(), of);

  const failureOf = ({ failures }: Asked, unit: string): string | undefined =>
    failures?.in === workspace() ? failures.by.get(unit) : undefined;

  const fail = (mine: Asked, place: Workspace, unit: string, message: string): void => {
    if (mine.failures?.in !== place) mine.failures = { in: place, by: new Map() };
    mine.failures.by.set(unit, message);
  };

  const nextStep = (): Step | null => {
    const place = workspace();
    if (!asked || !place || isBusy()) return null;
    if (asked.unreadable !== null || failureOf(asked, ALL) !== undefined) return null;
    const about = subjectOf(asked);
    if ('problem' in about) return null;
    const { subject } = about;
    const units = triedUnits(subject, kind());
    for (const model of TURNS) {
      const unit = units[model];
      if (!unit || asked.answers.has(unit.text)) continue;
      if (failureOf(asked, unit.text) !== undefined) continue;
      if (model === 'expert' && awaitsNumber()) continue;
      return { asked, workspace: place, subject, model, unit };
    }
    return null;
  };

  /** Would it be begun now? */
  const isNext = ({ unit, workspace: place }: Step): boolean => {
    const next = nextStep();
    return next?.unit.text === unit.text && next.workspace === place;
  };

  /** Is it still of use? The answer at a scaling factor that was left a moment ago is, until the next is there. */
  const isOfUse = (step: Step): boolean => {
    if (step.asked !== asked || step.workspace !== workspace() || isBusy()) return false;
    if (step.model === 'expert' && !isNext(step)) return false;
    const about = subjectOf(step.asked);
    if ('problem' in about) return false;
    const { inputs, task } = about.subject;
    const same = (a: object, b: object) => keyText(a) === keyText(b);
    return same(inputs.key, step.subject.inputs.key) && same(task.key, step.subject.task.key);
  };

  const tell = (what: string, done: number, total: number): void => {
    preparing = `${what}: ${done} of ${total}`;
    onChange();
  };

  /** Null where it was dropped before it began. */
  const answer = async (step: Step, signal: AbortSignal): Promise<TriedAnswer | null> => {
    const { asked: mine, workspace: place, subject, unit } = step;
    const { inputs, task } = subject;
    try {
      await place.head(inputs, task, {
        signal,
        onProgress: (done, total) => tell(`Zero-shot head of ${task.name}`, done, total),
      });
    } catch (error) {
      signal.throwIfAborted();
      fail(mine, place, ALL, (error as Error).message);
      return null;
    }
    const tally = createTally(1, task.key.classnames.length);
    const isScored = await place.exclusive(async () => {
      signal.throwIfAborted();
      if (!isNext(step)) return false;
      const signals = { unit: signal, head: signal };
      const placed = await place.prepare(inputs, unit, signals, tell);
      await scoreBatch(placed.model, placed.task, tally, signal);
      return true;
    });
    if (!isScored) return null;
    mine.unreadable = tally.unreadable[0]?.reason ?? null;
    return { top: tally.top(0) };
  };

  const take = async (step: Step): Promise<void> => {
    const { asked: mine, model, subject, unit } = step;
    const controller = new AbortController();
    current = { step, controller };
    try {
      const answered = await answer(step, controller.signal);
      if (!answered || mine.unreadable !== null) return;
      mine.answers.set(unit.text, answered);
      if (model === 'merged') mine.merged = { ...answered, at: subject.scalingFactor };
    } catch (error) {
      if (controller.signal.aborted) return;
      fail(mine, step.workspace, unit.text, (error as Error).message);
    } finally {
      current = null;
      preparing = '';
    }
  };

  const run = async (): Promise<void> => {
    for (let step = nextStep(); step; step = nextStep()) {
      await take(step);
      onChange();
      await letMessagesIn();
    }
  };

  const follow = (): void => {
    if (current && !isOfUse(current.step)) {
      current.controller.abort(new DOMException('something else was asked', 'AbortError'));
    }
    if (running || !nextStep()) return;
    running = run().finally(() => {
      running = null;
      onChange();
    });
  };

  return {
    ask(picture) {
      if (picture) checkClasses(picture.classes);
      asked = picture && {
        picture,
        id: `tried ${++questions}`,
        answers: new Map(),
        merged: null,
        unreadable: null,
        failures: null,
      };
      follow();
    },
    follow,
    pending: () => current !== null || nextStep() !== null,
    view() {
      if (!asked) return null;
      const none = { classnames: [], models: NO_ANSWERS, expert: null, doing: null };
      const about = subjectOf(asked);
      if ('problem' in about) return { ...none, problem: about.problem };
      const { task, expertName } = about.subject;
      const mine = asked;
      const problem = mine.unreadable ?? failureOf(mine, ALL) ?? null;
      if (problem !== null) return { ...none, classnames: task.key.classnames, problem };
      const units = triedUnits(about.subject, kind());
      const answerOf = (model: ComparedModel): TriedAnswer | null => {
        const text = units[model]?.text;
        if (text === undefined) return null;
        const failure = failureOf(mine, text);
        return mine.answers.get(text) ?? (failure === undefined ? null : { top: [], failure });
      };
      const models = {
        pretrained: answerOf('pretrained'),
        merged: answerOf('merged') ?? (units.merged ? mine.merged : null),
        expert: answerOf('expert'),
      };
      const isDone = TURNS.every((model) => !units[model] || answerOf(model));
      return {
        classnames: task.key.classnames,
        models,
        expert: expertName,
        doing: isDone ? null : doing(),
        problem: null,
      };
    },
    async close() {
      asked = null;
      follow();
      while (running) await running;
    },
  };

  function doing(): string {
    if (isBusy()) return 'Waiting for the search or the comparison to end';
    if (!workspace()) return 'Starting the engine';
    return preparing || 'Looking at the picture';
  }
}

const NO_ANSWERS = { pretrained: null, merged: null, expert: null };
