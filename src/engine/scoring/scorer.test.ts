import { describe, expect, it, vi } from 'vitest';
import { createWasmEngine } from '../../runtime/ort/wasm';
import { memoryCache } from '../../taskpool/heads/testing';
import { classified } from '../../taskpool/testing/classified';
import type { EngineView } from '../api';
import { type FakeGpu, fakeGpu } from '../testing/fake-gpu';
import { fakeOrt } from '../testing/fake-ort';
import { microInputs, microTask, openMicro } from '../testing/micro-models';
import { demand } from '../testing/scoring';
import { createTurns, until } from '../testing/turns';
import type { ScoringPhase } from './board';
import { createScoreBook } from './book';
import type { Keeping } from './keeping';
import { columns, type Unit } from './plan';
import type { RuntimeParts } from './runtime-choice';
import { createScorer } from './scorer';

vi.mock('../../runtime/webgpu/backend', async () => {
  const { countedBackend } = await import('../testing/counted-backend');
  return { createWebgpuBackend: () => countedBackend('webgpu').backend };
});

const micro = await openMicro();
const INPUTS = microInputs(micro);
const ALL = demand(INPUTS, 0.3);
const OTHER = demand(INPUTS, 0.7);
const unitsOf = (of: typeof ALL, engine: 'cpu' | 'webgpu' = 'cpu') =>
  [...columns(of, engine)].flat();

/** Batches of everything in demand: every task fits one. */
const BATCHES = unitsOf(ALL).length;

const noGpu = async (): Promise<never> => {
  throw new Error('This browser has no WebGPU.');
};

/** @param gpus - what is got when a GPU is asked for, one after the other; then there is none */
function scorerOn(gpus: readonly FakeGpu[] = [], parts: Partial<RuntimeParts> = {}) {
  const turns = createTurns();
  const ort = fakeOrt(turns.turn);
  const book = createScoreBook();
  const flush = vi.fn<Keeping['flush']>(async () => undefined);
  const keeping = {
    load: vi.fn(async () => undefined),
    grown: vi.fn<(unit: Unit) => void>(),
    used: vi.fn<(units: readonly Unit[]) => Promise<void>>(async () => undefined),
    flush,
  };
  const waiting = [...gpus];
  const requestDevice = vi.fn(async () => waiting.shift()?.studio ?? (await noGpu()));
  const load = vi.fn(ort.load);
  const phases: ScoringPhase[] = [];
  let shown: EngineView | null = null;
  const onChange = vi.fn(() => {
    shown = scorer.view('auto');
    const phase = scorer.phase();
    if (phases.at(-1) !== phase) phases.push(phase);
  });
  const scorer = createScorer({
    runtime: {
      loadWasm: load,
      requestDevice,
      createWebgpuEngine: async () => ({
        ...(await createWasmEngine(ort.load)),
        provider: 'webgpu',
      }),
      ...parts,
    },
    heads: memoryCache(),
    book,
    keeping,
    onChange,
  });
  const reached = (name: ScoringPhase['phase']) =>
    until(() => expect(scorer.phase().phase).toBe(name));
  const names = () => phases.map(({ phase }) => phase);
  return {
    scorer,
    turns,
    ort,
    book,
    keeping,
    requestDevice,
    load,
    phases,
    names,
    onChange,
    reached,
    shown: () => shown,
  };
}

type On = ReturnType<typeof scorerOn>;

/** Holds what is done a quarter of a second later, and gives a way to do it. */
function holdLate(): () => number {
  const late: (() => void)[] = [];
  const { setTimeout: real } = globalThis;
  vi.spyOn(globalThis, 'setTimeout').mockImplementation(((work: () => void, ms?: number) =>
    ms === 250 ? late.push(work) : real(work, ms)) as typeof setTimeout);
  return () => {
    const due = late.splice(0);
    for (const work of due) work();
    return due.length;
  };
}

/** Lets the head be computed and holds the first batch of pictures. */
async function firstBatch({ turns }: On): Promise<void> {
  turns.hold('run');
  await turns.next();
  await until(() => expect(turns.held()).toBe(1));
}

describe('scoring', () => {
  it('goes from starting to complete, and says where it stands', async () => {
    const { scorer, phases, keeping, book } = scorerOn();
    expect(scorer.phase()).toEqual({
      phase: 'idle',
      text: 'Starting the engine',
      secondsLeft: null,
    });
    expect(scorer.workspace()).toBeNull();
    scorer.score(ALL, false);
    expect(scorer.phase()).toMatchObject({ phase: 'preparing', text: 'Starting the engine' });
    await scorer.choose('cpu');
    await until(() => expect(scorer.phase().phase).toBe('complete'));
    const texts = phases.map(({ phase, text }) => `${phase}: ${text}`);
    expect(texts).toContain('preparing: Zero-shot head of alpha: 2 of 2');
    expect(texts.filter((text) => text.startsWith('scoring'))).toEqual([
      'scoring: Scoring the merged model at 0.3 on alpha (12 of 18 images so far)',
      'scoring: Scoring the merged model at 0.3 on pairs',
      'scoring: Scoring the pretrained model on alpha (12 of 18 images so far)',
      'scoring: Scoring the pretrained model on pairs',
      'scoring: Scoring the expert of alpha',
    ]);
    expect(texts.at(-1)).toBe('complete: ');
    expect(texts.filter((text) => text.startsWith('complete'))).toHaveLength(1);
    expect(keeping.grown.mock.calls.map(([unit]) => unit.text)).toEqual(
      unitsOf(ALL).map(({ text }) => text),
    );
    expect(unitsOf(ALL).every((unit) => book.find(unit)?.complete)).toBe(true);
    expect(scorer.workspace()?.residence(INPUTS.key)).not.toBeNull();
  });

  it('is complete when everything is kept, and looked at', async () => {
    const on = scorerOn();
    const { scorer, keeping, reached } = on;
    let kept: () => void = () => undefined;
    keeping.flush.mockImplementation(() => new Promise((resolve) => (kept = resolve)));
    await scorer.choose('cpu');
    scorer.score(ALL, false);
    await until(() => expect(keeping.flush).toHaveBeenCalledOnce());
    expect(scorer.phase().phase).toBe('scoring');
    expect(keeping.used).not.toHaveBeenCalled();
    kept();
    await reached('complete');
    expect(keeping.used.mock.calls).toEqual([[unitsOf(ALL)]]);
  });

  it('is not complete where something else is in demand by then', async () => {
    const { scorer, keeping, turns, names, reached } = scorerOn();
    let kept: () => void = () => undefined;
    keeping.flush.mockImplementationOnce(() => new Promise((resolve) => (kept = resolve)));
    await scorer.choose('cpu');
    scorer.score(ALL, false);
    await until(() => expect(keeping.flush).toHaveBeenCalledOnce());
    scorer.score(OTHER, false);
    turns.hold('run');
    kept();
    await until(() => expect(turns.held()).toBe(1));
    expect(names()).not.toContain('complete');
    turns.release();
    await reached('complete');
  });

  it('is complete at once where all is kept, before anything computes', async () => {
    const { scorer, book, load, phases } = scorerOn();
    for (const unit of unitsOf(ALL)) {
      const tally = book.open(unit);
      while (!tally.complete) tally.count(tally.next, 0, classified(0, 1));
    }
    scorer.score(ALL, false);
    expect(phases.map(({ phase, text }) => [phase, text])).toEqual([['complete', '']]);
    expect(load).not.toHaveBeenCalled();
    // The scores of the GPU are others.
    scorer.assume('webgpu');
    scorer.score(ALL, false);
    expect(scorer.phase().phase).toBe('preparing');
  });

  it('prepares anew after a rest, and does not when only the factor moves', async () => {
    const on = scorerOn();
    const { scorer, phases, reached, turns } = on;
    await scorer.choose('cpu');
    scorer.score(ALL, false);
    expect(scorer.phase()).toMatchObject({ phase: 'preparing', text: 'Preparing to score' });
    await reached('complete');
    turns.hold('run');
    scorer.score(OTHER, false);
    expect(scorer.phase()).toMatchObject({ phase: 'preparing', text: 'Preparing to score' });
    await turns.next();
    await reached('scoring');
    const before = phases.length;
    scorer.score(demand(INPUTS, 0.9), false);
    expect(phases).toHaveLength(before);
    turns.release();
    await reached('complete');
  });

  it('goes on preparing when the factor moves meanwhile', async () => {
    const { scorer, turns, phases, reached } = scorerOn();
    await scorer.choose('cpu');
    turns.hold('run');
    scorer.score(ALL, false);
    await until(() => expect(turns.held()).toBe(1));
    const before = scorer.phase();
    expect(before.phase).toBe('preparing');
    scorer.score(OTHER, false);
    expect(phases.at(-1)).toBe(before);
    turns.release();
    await reached('complete');
  });

  it('waits for what is missing, and keeps what is resident while there is something to merge', async () => {
    const on = scorerOn();
    const { scorer, reached, turns, keeping, ort } = on;
    await scorer.choose('cpu');
    scorer.score(ALL, false);
    await firstBatch(on);
    scorer.wait('Add task images.', false);
    expect(scorer.phase()).toEqual({ phase: 'idle', text: 'Add task images.', secondsLeft: null });
    turns.release();
    await new Promise((resolve) => setTimeout(resolve, 5));
    expect(keeping.grown).not.toHaveBeenCalled();
    expect(scorer.phase().phase).toBe('idle');
    expect(scorer.workspace()?.residence(INPUTS.key)).not.toBeNull();
    scorer.wait('Add a pretrained CLIP.', true);
    await until(() => expect(scorer.workspace()?.residence(INPUTS.key)).toBeNull());
    await until(() => expect(ort.alive()).toBe(0));
    scorer.score(ALL, false);
    await reached('complete');
  });

  it('is stopped until something is to be scored', async () => {
    const on = scorerOn();
    const { scorer, reached, turns, keeping } = on;
    await scorer.choose('cpu');
    scorer.score(ALL, false);
    await firstBatch(on);
    scorer.stop();
    expect(scorer.phase()).toEqual({ phase: 'stopped', text: '', secondsLeft: null });
    turns.release();
    await new Promise((resolve) => setTimeout(resolve, 5));
    expect(keeping.grown).not.toHaveBeenCalled();
    expect(scorer.phase().phase).toBe('stopped');
    scorer.score(ALL, false);
    await reached('complete');
  });

  it('can be waited for, stopped and closed before anything computes', async () => {
    const { scorer, names } = scorerOn();
    scorer.wait('Add task images.', true);
    scorer.stop();
    await scorer.close();
    expect(names()).toEqual(['idle', 'stopped']);
  });

  it('tells the seconds that are left of all that is in demand, and begins anew with another', async () => {
    const on = scorerOn();
    const { scorer, turns, phases } = on;
    let now = 0;
    vi.spyOn(Date, 'now').mockImplementation(() => now);
    await scorer.choose('cpu');
    scorer.score(ALL, false);
    await firstBatch(on);
    const left: (number | null)[] = [];
    const batch = async () => {
      const before = phases.length;
      await turns.next();
      await until(() => expect(phases.length).toBeGreaterThan(before));
      left.push(scorer.phase().secondsLeft);
      now += 10_000;
    };
    await batch();
    await batch();
    await batch();
    // Of 48 pictures 12 were there when the clock began, then 6 in 10 seconds, then 18 in 20.
    expect(left).toEqual([null, 50, 20]);
    scorer.score(OTHER, false);
    turns.release();
    await until(() => expect(scorer.phase().text).toMatch(/at 0.7 on alpha/));
    expect(scorer.phase().secondsLeft).toBeNull();
    scorer.stop();
    expect(scorer.phase().secondsLeft).toBeNull();
  });
});

it('tells the seconds that are left of what is being prepared', async () => {
  const { scorer, turns, phases, reached } = scorerOn();
  let now = 0;
  vi.spyOn(Date, 'now').mockImplementation(() => now);
  const templates = Array.from({ length: 50 }, (_, i) => `${i} {}`);
  const tasks = [microTask(micro, 'alpha', undefined, { templates })];
  await scorer.choose('cpu');
  turns.hold('run');
  scorer.score(demand(microInputs(micro, { tasks })), false);
  const left: (number | null)[] = [];
  for (const prompts of [32, 64, 96]) {
    await turns.next();
    const text = `Zero-shot head of alpha: ${prompts} of 100`;
    await until(() => expect(phases.at(-1)?.text).toBe(text));
    left.push(scorer.phase().secondsLeft);
    now += 10_000;
  }
  // 32 were there when the clock began, then 32 more every 10 seconds.
  expect(left).toEqual([null, 12, 2]);
  turns.release();
  await reached('complete');
});

describe('a failure', () => {
  const MESSAGE =
    'ONNX Runtime (wasm) could not run the graph: there is not enough memory. Close other programs or pages, or score a smaller model.';

  async function failed() {
    const on = scorerOn();
    const { scorer, turns, reached } = on;
    const later = holdLate();
    await scorer.choose('cpu');
    scorer.score(ALL, false);
    turns.hold('run');
    await turns.next();
    await turns.next(new Error('out of memory'));
    await reached('failed');
    expect(later()).toBe(0);
    turns.release();
    return on;
  }

  it('is told, and the same is tried again by a command only', async () => {
    const { scorer, names, reached, turns } = await failed();
    expect(scorer.phase()).toEqual({ phase: 'failed', text: MESSAGE, secondsLeft: null });
    turns.hold('run');
    scorer.score(demand(microInputs(micro), 0.3), false);
    await new Promise((resolve) => setTimeout(resolve, 10));
    expect(scorer.phase().phase).toBe('failed');
    expect(turns.held()).toBe(0);
    turns.release();
    scorer.score(ALL, true);
    expect(scorer.phase().phase).toBe('preparing');
    await reached('complete');
    expect(names().filter((name) => name === 'failed')).toHaveLength(1);
  });

  it('is over with another demand', async () => {
    const { scorer, reached } = await failed();
    scorer.score(OTHER, false);
    expect(scorer.phase().phase).toBe('preparing');
    await reached('complete');
    // It failed once, and was not tried again since: nothing forbids it now.
    scorer.score(ALL, false);
    expect(scorer.phase().phase).toBe('preparing');
    await reached('complete');
  });

  /** A GPU on which the first batch fails; nobody knows yet whether it is lost. */
  async function failedOn(...gpus: readonly FakeGpu[]) {
    const on = scorerOn(gpus);
    const later = holdLate();
    await on.scorer.choose('webgpu');
    on.scorer.score(ALL, false);
    await firstBatch(on);
    const workspace = on.scorer.workspace();
    await on.turns.next(new Error('out of memory'));
    await workspace?.exclusive(async () => undefined);
    await new Promise((resolve) => setTimeout(resolve));
    on.turns.release();
    return { ...on, later };
  }

  it('of a GPU is told a moment later: it may be known to be lost by then', async () => {
    const { scorer, later, names, reached } = await failedOn(fakeGpu());
    expect(names()).not.toContain('failed');
    expect(later()).toBe(1);
    expect(scorer.phase()).toMatchObject({ phase: 'failed', text: MESSAGE });
    scorer.score(ALL, true);
    await reached('complete');
  });

  it('of a GPU is not told where it is known to be lost by then', async () => {
    const gpus = [fakeGpu(), fakeGpu()] as const;
    const { later, names, reached } = await failedOn(...gpus);
    gpus[0].lose('driver reset');
    await reached('complete');
    expect(later()).toBe(1);
    expect(names()).not.toContain('failed');
  });

  it('of a GPU is not told where something else is in demand by then', async () => {
    const { scorer, later, names, reached } = await failedOn(fakeGpu());
    scorer.score(OTHER, false);
    await reached('complete');
    expect(later()).toBe(1);
    expect(names()).not.toContain('failed');
  });
});

describe('a choice of engine', () => {
  it('is in force when it is settled, and is shown', async () => {
    const { scorer, shown } = scorerOn([fakeGpu()]);
    expect(scorer.view('auto')).toEqual({
      choice: 'auto',
      active: null,
      reason: 'Starting the engine',
      adapter: null,
      threads: 1,
      exact: null,
      exactDetail: '',
    });
    await scorer.choose('auto');
    expect(shown()).toEqual(scorer.view('auto'));
    expect(scorer.kind()).toBe('webgpu');
    expect(scorer.view('auto')).toMatchObject({
      choice: 'auto',
      active: 'webgpu',
      reason: 'WebGPU on Fake GPU.',
      adapter: 'Fake GPU',
      exact: true,
      exactDetail: expect.stringMatching(/./),
    });
    await scorer.choose('cpu');
    expect(scorer.kind()).toBe('cpu');
    expect(scorer.view('cpu')).toMatchObject({ active: 'cpu', adapter: null, threads: 1 });
  });

  it('is assumed to be that of the last visit until it is known', async () => {
    const { scorer } = scorerOn();
    expect(scorer.kind()).toBe('cpu');
    scorer.assume('webgpu');
    expect(scorer.kind()).toBe('webgpu');
    await scorer.choose('cpu');
    scorer.assume('webgpu');
    expect(scorer.kind()).toBe('cpu');
  });

  it('waits for the batch in flight and no other, and is gone on with', async () => {
    const on = scorerOn();
    const { scorer, turns, ort, load, reached, phases } = on;
    await scorer.choose('cpu');
    scorer.score(ALL, false);
    await firstBatch(on);
    const chosen = scorer.choose('cpu');
    await until(() => expect(scorer.workspace()).toBeNull());
    expect(scorer.phase()).toMatchObject({ phase: 'preparing', text: 'Starting the engine' });
    expect(scorer.view('cpu')).toMatchObject({ active: null, reason: 'Starting the engine' });
    expect(load).toHaveBeenCalledOnce();
    // The very batch that is waited for; another would not get its turn.
    turns.hold('load');
    await turns.next().catch(() => undefined);
    expect(ort.pictureRuns()).toBe(1);
    turns.release();
    await chosen;
    expect(load).toHaveBeenCalledTimes(2);
    await reached('complete');
    expect(ort.pictureRuns()).toBe(1 + BATCHES);
    expect(phases.at(-1)?.phase).toBe('complete');
  });

  it('gives back what the one before held', async () => {
    const gpu = fakeGpu();
    const { scorer, ort, reached } = scorerOn([gpu]);
    await scorer.choose('webgpu');
    scorer.score(ALL, false);
    await reached('complete');
    expect(ort.alive()).toBe(1);
    expect(gpu.destroyed()).toBe(0);
    scorer.wait('', false);
    await scorer.choose('cpu');
    expect(ort.alive()).toBe(0);
    expect(gpu.destroyed()).toBe(1);
  });

  it('is passed over where a later one waits', async () => {
    const { scorer, load, requestDevice } = scorerOn([fakeGpu()]);
    await Promise.all([scorer.choose('webgpu'), scorer.choose('auto'), scorer.choose('cpu')]);
    expect(load).toHaveBeenCalledOnce();
    expect(requestDevice).not.toHaveBeenCalled();
    expect(scorer.kind()).toBe('cpu');
  });

  it('that fails says why, and does not keep the next from being made', async () => {
    const { scorer, load, reached, shown } = scorerOn();
    load.mockRejectedValueOnce(new Error('no such file'));
    scorer.score(ALL, false);
    await expect(scorer.choose('cpu')).rejects.toThrow('no such file');
    expect(shown()).toMatchObject({ active: null, reason: 'no such file' });
    await scorer.choose('cpu');
    await reached('complete');
  });

  it('tells of itself while nothing is in demand, which stays as it is', async () => {
    const { scorer, onChange, names, turns } = scorerOn();
    scorer.wait('Add task images.', true);
    turns.hold('load');
    const chosen = scorer.choose('cpu');
    onChange.mockClear();
    await until(() => expect(onChange).toHaveBeenCalled());
    turns.release();
    await chosen;
    expect(names()).toEqual(['idle']);
  });
});

describe('a GPU that is lost', () => {
  it('is asked for again, and everything is scored there', async () => {
    const [first, second] = [fakeGpu(), fakeGpu()];
    const on = scorerOn([first, second]);
    const { scorer, reached, names, turns } = on;
    await scorer.choose('auto');
    scorer.score(ALL, false);
    await firstBatch(on);
    first.lose('nv.sys was reset.');
    await until(() => expect(scorer.workspace()).toBeNull());
    await turns.next(new Error('lost'));
    turns.release();
    await reached('complete');
    expect(scorer.view('auto')).toMatchObject({
      active: 'webgpu',
      reason: 'The GPU was lost (nv.sys was reset) and started again. WebGPU on Fake GPU.',
    });
    expect(names()).not.toContain('failed');
    expect(second.destroyed()).toBe(0);
  });

  it('is replaced by the CPU where there is no other', async () => {
    const gpu = fakeGpu();
    const { scorer } = scorerOn([gpu]);
    await scorer.choose('auto');
    gpu.lose('driver reset.');
    await until(() => expect(scorer.kind()).toBe('cpu'));
    expect(scorer.view('auto').reason).toBe(
      'The GPU was lost (driver reset). This browser has no WebGPU. Everything is computed on the CPU.',
    );
  });

  /** Loses one GPU after the other, and says what is computed on then. */
  async function loseAll(
    { scorer }: Pick<On, 'scorer'>,
    gpus: readonly FakeGpu[],
    between: () => Promise<void> = async () => undefined,
  ) {
    for (const gpu of gpus) {
      const lost = scorer.workspace();
      gpu.lose('driver reset');
      await until(() => {
        expect(scorer.workspace()).not.toBeNull();
        expect(scorer.workspace()).not.toBe(lost);
      });
      await between();
    }
    return scorer.kind();
  }

  it('is given up when it is lost for the third time', async () => {
    const gpus = [fakeGpu(), fakeGpu(), fakeGpu(), fakeGpu()];
    const on = scorerOn(gpus);
    const { scorer, requestDevice } = on;
    await scorer.choose('webgpu');
    expect(await loseAll(on, gpus.slice(0, 2))).toBe('webgpu');
    expect(await loseAll(on, gpus.slice(2, 3))).toBe('cpu');
    expect(requestDevice).toHaveBeenCalledTimes(3);
    expect(scorer.view('webgpu').reason).toBe(
      'The GPU was lost (driver reset) 3 times. Everything is computed on the CPU; reload the page to try the GPU again.',
    );
    // Chosen again it is tried again, and may be lost twice again.
    await scorer.choose('webgpu');
    expect(scorer.kind()).toBe('webgpu');
    expect(await loseAll(on, gpus.slice(3))).toBe('cpu');
    expect(scorer.view('webgpu').reason).toMatch(/^The GPU was lost \(driver reset\)\. This/);
  });

  it('is not given up while something is completed between two losses', async () => {
    const gpus = Array.from({ length: 5 }, () => fakeGpu());
    const on = scorerOn(gpus);
    const { scorer, reached } = on;
    await scorer.choose('webgpu');
    let factor = 0;
    const complete = async () => {
      factor += 0.1;
      scorer.score(demand(INPUTS, factor), false);
      await reached('complete');
    };
    expect(await loseAll(on, gpus.slice(0, 4), complete)).toBe('webgpu');
  });

  it('is no matter once another engine was chosen', async () => {
    const gpu = fakeGpu();
    const { scorer, requestDevice, load } = scorerOn([gpu, fakeGpu()]);
    await scorer.choose('webgpu');
    await scorer.choose('cpu');
    gpu.lose('destroyed');
    await new Promise((resolve) => setTimeout(resolve, 5));
    expect(scorer.view('cpu').reason).toBe('The CPU engine was chosen.');
    expect(requestDevice).toHaveBeenCalledOnce();
    expect(load).toHaveBeenCalledOnce();
  });

  it('is told as a failure where nothing takes its place', async () => {
    const gpu = fakeGpu();
    const { scorer, load, reached } = scorerOn([gpu]);
    await scorer.choose('auto');
    load.mockRejectedValue(new Error('no such file'));
    gpu.lose('driver reset');
    await reached('failed');
    expect(scorer.phase().text).toBe('no such file');
  });
});

describe('what is expected', () => {
  it('has ONNX Runtime started meanwhile, once, whatever is going to compute', async () => {
    const { scorer, ort, turns } = scorerOn();
    turns.hold('session');
    scorer.expect();
    scorer.expect();
    await turns.next();
    await until(() => expect(ort.alive()).toBe(0));
    await scorer.choose('cpu');
    await new Promise((resolve) => setTimeout(resolve, 5));
    expect(turns.held()).toBe(0);
    expect(scorer.phase().phase).toBe('idle');
  });

  it('says nothing of a start that fails: scoring will', async () => {
    const { scorer, turns, names } = scorerOn();
    turns.hold('session');
    scorer.expect();
    await scorer.choose('cpu');
    await turns.next(new Error('out of memory'));
    await new Promise((resolve) => setTimeout(resolve, 5));
    expect(names()).toEqual(['idle']);
  });
});

describe('closing', () => {
  it('gives everything back, and keeps what was scored', async () => {
    const gpu = fakeGpu();
    const on = scorerOn([gpu]);
    const { scorer, ort, keeping, turns, names } = on;
    await scorer.choose('webgpu');
    scorer.score(ALL, false);
    await firstBatch(on);
    const closed = scorer.close();
    turns.release();
    await closed;
    expect([ort.alive(), gpu.destroyed()]).toEqual([0, 1]);
    expect(keeping.flush).toHaveBeenCalledOnce();
    expect(scorer.workspace()).toBeNull();
    await new Promise((resolve) => setTimeout(resolve));
    expect(new Set(names())).toEqual(new Set(['idle', 'preparing']));
    await scorer.choose('webgpu');
    expect(scorer.workspace()).toBeNull();
  });

  it('gives back an engine that is just being made', async () => {
    const gpu = fakeGpu();
    const { scorer, turns } = scorerOn([gpu], {
      createWebgpuEngine: async () => {
        await turns.turn('engine');
        return { ...(await createWasmEngine(fakeOrt(turns.turn).load)), provider: 'webgpu' };
      },
    });
    turns.hold('engine');
    const chosen = scorer.choose('webgpu');
    await until(() => expect(turns.held()).toBe(1));
    const closed = scorer.close();
    turns.release();
    await Promise.all([chosen, closed]);
    expect(gpu.destroyed()).toBe(1);
    expect(scorer.workspace()).toBeNull();
  });
});
