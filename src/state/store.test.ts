import { afterEach, describe, expect, it, vi } from 'vitest';
import { ConfigError, DeviceError, FormatError } from '../errors';
import { isBusy, shownFactor, statusText } from './selectors';
import { createStudio, type StudioCommands, type StudioDependencies } from './store';
import { aModel, aSnapshot, createFakeEngine, emptyBoard, type FakeEngine } from './testing';
import type { ComparisonView, ExportedFile } from './types';

/** A studio on a fake engine; frames come when `frame` is called. */
function setUp(first = aSnapshot(), overrides: Partial<StudioDependencies> = {}) {
  const engine = createFakeEngine(first);
  const frames: (() => void)[] = [];
  const written: number[] = [];
  const saved: ExportedFile[] = [];
  const persist = vi.fn();
  const studio = createStudio({
    openEngine: engine.open,
    requestFrame: (callback) => frames.push(callback),
    address: { read: () => null, write: (value) => written.push(value), wantsDemo: () => true },
    save: (file) => saved.push(file),
    demo: null,
    fetchDemoFile: async (path) => new Blob([path]),
    isFirstVisit: async () => false,
    persist,
    ...overrides,
  });
  const frame = async () => {
    for (const callback of frames.splice(0)) callback();
    await new Promise((resolve) => setImmediate(resolve));
  };
  const sent = () => engine.calls.filter(([name]) => name === 'setScalingFactor').map(([, v]) => v);
  return { engine, studio, state: studio.store.getState, frame, written, saved, sent, persist };
}

describe('starting', () => {
  it('mirrors the engine’s snapshot', async () => {
    const first = aSnapshot({ scalingFactor: 0.3 });
    const { studio, state } = setUp(first);
    await studio.commands.start();
    expect(state()).toMatchObject({ connection: 'ready', fatal: null, snapshot: first });
  });

  it('says why the engine never came up', async () => {
    const { engine, studio, state } = setUp();
    engine.answer('connect', () => Promise.reject(new DeviceError('The engine could not start.')));
    await studio.commands.start();
    expect(state()).toMatchObject({ connection: 'failed', fatal: 'The engine could not start.' });
  });

  it('takes the scaling factor of the address', async () => {
    const { studio, state, frame, sent } = setUp(aSnapshot(), {
      address: { read: () => -0.5, write: () => undefined, wantsDemo: () => true },
    });
    await studio.commands.start();
    expect(shownFactor(state())).toBe(-0.5);
    await frame();
    expect(sent()).toEqual([-0.5]);
  });

  it('draws unchanged parts of a snapshot from the same objects', async () => {
    const { engine, studio, state } = setUp();
    await studio.commands.start();
    const before = state().snapshot;
    engine.push(aSnapshot({ scores: { ...emptyBoard, status: 'Scoring' } }));
    expect(state().snapshot?.scores).not.toBe(before?.scores);
    expect(state().snapshot?.pool).toBe(before?.pool);
  });
});

const compared: ComparisonView['rows'][number] = {
  kind: 'method',
  name: 'TiesMergingAlgorithm',
  title: 'TIES-Merging',
  told: { threshold: 35 },
  options: { threshold: 35, merge_func: 'sum' },
  scalingFactor: 0.86,
  tried: 13,
  choosing: null,
  reporting: null,
  tasks: [],
  difference: null,
  verdict: null,
  chosen: false,
  seconds: 1,
  failure: null,
};

describe('a method that was compared', () => {
  it('is taken with the options and the factor that it was compared with', async () => {
    const { engine, studio, written } = setUp();
    engine.answer('setScalingFactor', async () => undefined);
    await studio.commands.start();
    await studio.commands.takeCompared(compared);
    expect(engine.calls.slice(1)).toEqual([
      ['setMethod', 'TiesMergingAlgorithm', { threshold: 35 }],
      ['setScalingFactor', 0.86],
    ]);
    expect(written).toEqual([0.86]);
  });

  it('is taken with all of its options where it is in use already', async () => {
    const method = { ...aSnapshot().method, name: compared.name };
    const { engine, studio } = setUp(aSnapshot({ method }));
    await studio.commands.start();
    await studio.commands.takeCompared({ ...compared, scalingFactor: null });
    expect(engine.calls.slice(1)).toEqual([
      ['setMethod', 'TiesMergingAlgorithm', { threshold: 35, merge_func: 'sum' }],
    ]);
  });
});

describe('a change that the engine has not made yet', () => {
  type Wait = () => Promise<void>;
  const changes: readonly {
    readonly name: string;
    readonly ask: (commands: StudioCommands) => Promise<unknown>;
    readonly hold: (engine: FakeEngine, wait: Wait) => void;
  }[] = [
    {
      name: 'method',
      ask: ({ setMethod }) => setMethod('TiesMergingAlgorithm', {}),
      hold: ({ answer }, wait) => answer('setMethod', wait),
    },
    {
      name: 'recipe',
      ask: ({ restoreRecipe }) => restoreRecipe('model-1'),
      hold: ({ answer }, wait) => answer('restoreRecipe', wait),
    },
    {
      name: 'several settings',
      ask: ({ changeMerge }) => changeMerge('base', (merge) => ({ ...merge, baseId: 'model-1' })),
      hold: ({ answer }, wait) => answer('setMerge', wait),
    },
    {
      name: 'layers',
      ask: ({ setLayerPreset }) => setLayerPreset('middle'),
      hold: ({ answer }, wait) => answer('setLayers', wait),
    },
    {
      name: 'pool',
      ask: ({ editPool }) => editPool({ type: 'setIncluded', id: 'model-1', included: false }),
      hold: ({ answer }, wait) => answer('editPool', wait),
    },
    {
      name: 'tasks',
      ask: ({ editTask }) => editTask({ type: 'setIncluded', id: 'task-1', included: false }),
      hold: ({ answer }, wait) => answer('editTask', wait),
    },
    {
      name: 'pinned merge',
      ask: ({ applyPin }) => applyPin('pin-1'),
      hold: ({ answer }, wait) => answer('applyPin', () => wait().then(() => ({ missing: [] }))),
    },
    {
      name: 'configuration',
      ask: ({ openConfiguration }) =>
        openConfiguration([{ path: 'merge.yaml', file: new File(['method:'], 'merge.yaml') }]),
      hold: ({ answer }, wait) => answer('applyConfiguration', wait),
    },
    {
      name: 'factor of a method that was compared',
      ask: ({ takeCompared }) => takeCompared(compared),
      hold: ({ answer }, wait) => answer('setScalingFactor', wait),
    },
    {
      name: 'engine',
      ask: ({ chooseEngine }) => chooseEngine('webgpu'),
      hold: ({ answer }, wait) => answer('chooseEngine', wait),
    },
  ];

  it.each(changes)('keeps the table busy until it is made, or refused: $name', async (change) => {
    const complete = aSnapshot({ scores: { ...emptyBoard, phase: 'complete' } });
    const { engine, studio, state } = setUp(complete);
    await studio.commands.start();
    expect(isBusy(state())).toBe(false);
    for (const refusal of [null, new ConfigError('That cannot be done.')]) {
      let end = (): void => undefined;
      change.hold(
        engine,
        () =>
          new Promise((resolve, reject) => {
            end = refusal === null ? resolve : () => reject(refusal);
          }),
      );
      const asked = change.ask(studio.commands);
      await new Promise((resolve) => setImmediate(resolve));
      expect(isBusy(state())).toBe(true);
      end();
      await asked;
      expect(isBusy(state())).toBe(false);
    }
  });
});

describe('the scaling factor', () => {
  it('is shown at once and sent once a frame, the newest value only', async () => {
    const { studio, state, frame, sent, written } = setUp();
    await studio.commands.start();
    for (const value of [0.71, 0.72, 0.73]) studio.commands.setScalingFactor(value);
    expect(shownFactor(state())).toBe(0.73);
    expect(sent()).toEqual([]);
    await frame();
    expect(sent()).toEqual([0.73]);
    expect(written.at(-1)).toBe(0.73);
  });

  it('goes into the address as well when another tab sets it', async () => {
    const { engine, studio, frame, written } = setUp();
    await studio.commands.start();
    // An address that carries none stays as it is.
    engine.push(aSnapshot({ scalingFactor: 0.9 }));
    expect(written).toEqual([]);
    studio.commands.setScalingFactor(0.4);
    engine.push(aSnapshot({ scalingFactor: 0.9, storage: { used: 1, available: null } }));
    await frame();
    engine.push(aSnapshot({ scalingFactor: 0.4 }));
    await frame();
    expect(written).toEqual([0.4]);
    engine.push(aSnapshot({ scalingFactor: 0.9 }));
    engine.push(aSnapshot({ scalingFactor: 0.9, storage: { used: 2, available: null } }));
    expect(written).toEqual([0.4, 0.9]);
    // Averages have none: theirs is a constant.
    const method = { ...aSnapshot().method, hasScalingFactor: false };
    engine.push(aSnapshot({ scalingFactor: 1, method }));
    expect(written).toEqual([0.4, 0.9]);
  });

  it('is the other tab’s, in the address too, where that was set before the answer came', async () => {
    const { engine, studio, state, frame, written } = setUp();
    let answer: () => void = () => undefined;
    engine.answer('setScalingFactor', () => new Promise((resolve) => (answer = resolve)));
    await studio.commands.start();
    studio.commands.setScalingFactor(0.4);
    await frame();
    engine.push(aSnapshot({ scalingFactor: 0.4 }));
    engine.push(aSnapshot({ scalingFactor: 0.9 }));
    expect([shownFactor(state()), written]).toEqual([0.4, [0.4]]);
    answer();
    await frame();
    expect([shownFactor(state()), written]).toEqual([0.9, [0.4, 0.9]]);
    expect(statusText(state())).toBe(aSnapshot().scores.status);
  });

  it('does not jump back when a snapshot of an older value comes late', async () => {
    const { engine, studio, state, frame } = setUp();
    await studio.commands.start();
    studio.commands.setScalingFactor(1);
    await frame();
    engine.push(aSnapshot({ scalingFactor: 0.7, storage: { used: 1, available: null } }));
    expect(shownFactor(state())).toBe(1);
    engine.push(aSnapshot({ scalingFactor: 1 }));
    await frame();
    expect(state().wanted).toBeNull();
    engine.push(aSnapshot({ scalingFactor: 0.3 }));
    expect(shownFactor(state())).toBe(0.3);
  });

  it('stays on the last value when it went there and back and the first is confirmed', async () => {
    const { engine, studio, state, frame } = setUp();
    const unanswered: (() => void)[] = [];
    engine.answer('setScalingFactor', () => new Promise((resolve) => unanswered.push(resolve)));
    await studio.commands.start();
    for (const value of [0.1, 0.2, 0.1]) {
      studio.commands.setScalingFactor(value);
      await frame();
    }
    engine.push(aSnapshot({ scalingFactor: 0.1 }));
    engine.push(aSnapshot({ scalingFactor: 0.2 }));
    expect(shownFactor(state())).toBe(0.1);
    for (const answer of unanswered) answer();
    engine.push(aSnapshot({ scalingFactor: 0.1 }));
    await frame();
    expect(state().wanted).toBeNull();
  });

  it('does not call the scores of the old value done', async () => {
    const done = { ...emptyBoard, phase: 'complete', status: 'Scored 4 of 4 images' } as const;
    const { studio, state } = setUp(aSnapshot({ scores: done }));
    await studio.commands.start();
    expect(statusText(state())).toBe('Scored 4 of 4 images');
    studio.commands.setScalingFactor(0.1);
    expect(statusText(state())).toBe('Setting the scaling factor to 0.1');
  });

  it('goes back to the engine’s value when the engine refuses', async () => {
    const { engine, studio, state, frame } = setUp();
    engine.answer('setScalingFactor', () => Promise.reject(new DeviceError('The GPU is gone.')));
    await studio.commands.start();
    studio.commands.setScalingFactor(1);
    await frame();
    expect(shownFactor(state())).toBe(0.7);
    expect(state().notices.map(({ message }) => message)).toEqual(['The GPU is gone.']);
  });

  it('ignores what is no finite number', async () => {
    const { studio, state, written } = setUp();
    await studio.commands.start();
    studio.commands.setScalingFactor(Number.NaN);
    expect(state().wanted).toBeNull();
    expect(written).toEqual([]);
  });
});

describe('adding', () => {
  const file = (path: string) => ({ path, file: new File([], path) });

  it('sends each file of a mixed drop to its pool', async () => {
    const { engine, studio } = setUp();
    await studio.commands.start();
    const model = file('base/model.safetensors');
    const picture = file('test/a/1.png');
    await studio.commands.add([model, picture]);
    expect(engine.calls).toContainEqual(['addCheckpoints', expect.any(String), [model], 'user']);
    expect(engine.calls).toContainEqual(['addTaskImages', expect.any(String), [picture], 'user']);
  });

  it('sends what lies in a zipped model to the model pool', async () => {
    const { engine, studio } = setUp();
    const model = file('merged/model.safetensors');
    engine.answer('unzipModels', async () => [model]);
    await studio.commands.start();
    await studio.commands.add([file('merged.zip')]);
    expect(engine.calls).toContainEqual(['addCheckpoints', expect.any(String), [model], 'user']);
    expect(engine.calls.map(([name]) => name)).not.toContain('addTaskImages');
  });

  it('asks nothing of a pool that gets no file', async () => {
    const { engine, studio } = setUp();
    await studio.commands.start();
    await studio.commands.add([file('a.zip')]);
    expect(engine.calls.map(([name]) => name)).not.toContain('addCheckpoints');
  });

  it('tells what was not added and why, until it is dismissed', async () => {
    const { engine, studio, state } = setUp();
    engine.answer('addCheckpoints', async () => ({
      added: ['good'],
      findings: [{ severity: 'error', subject: 'bad', message: 'It is cut short.', details: [] }],
    }));
    await studio.commands.start();
    await studio.commands.addCheckpoints([file('x')]);
    expect(state().announcement).toBe('Added good.');
    expect(state().notices).toMatchObject([{ title: 'Not added: bad' }]);
    studio.commands.dismiss(state().notices[0]?.id ?? -1);
    expect(state().notices).toEqual([]);
  });

  it('tells a failed command by its named error and goes on', async () => {
    const { engine, studio, state } = setUp();
    engine.answer('addTaskImages', () =>
      Promise.reject(new FormatError('a.zip', 'No end record.')),
    );
    await studio.commands.start();
    await studio.commands.addTaskImages([file('a.zip')]);
    expect(state().notices).toMatchObject([{ message: 'a.zip: No end record.' }]);
    expect(await studio.commands.editPool({ type: 'remove', id: 'x' })).toBe(true);
  });
});

const demo = {
  sentence: 'A demo.',
  models: [{ name: '_pretrained_', files: ['base/model.safetensors'] }],
  tasks: { files: ['test/flags.zip'] },
  heads: 'heads.json',
};

describe('asking the browser to keep what is stored', () => {
  const file = (path: string) => ({ path, file: new File(['x'], path) });

  it.each([
    ['addCheckpoints', 'model.safetensors'],
    ['addTaskImages', 'pictures.zip'],
    ['add', 'model.safetensors'],
    ['add', 'pictures.zip'],
  ] as const)('is done once, when the user first adds something (%s, %s)', async (name, path) => {
    const { studio, persist } = setUp();
    await studio.commands.start();
    expect(persist).not.toHaveBeenCalled();
    await studio.commands[name]([file(path)]);
    expect(persist).toHaveBeenCalledTimes(1);
    await studio.commands.add([file('other.safetensors'), file('other.zip')]);
    expect(persist).toHaveBeenCalledTimes(1);
  });

  it('is not done for the demo, nor where nothing is added', async () => {
    const { engine, studio, persist } = setUp(aSnapshot(), { demo });
    await studio.commands.start();
    expect(engine.calls.map(([name]) => name)).toContain('addCheckpoints');
    await studio.commands.addCheckpoints([]);
    await studio.commands.add([file('config.yaml')]);
    expect(persist).not.toHaveBeenCalled();
  });
});

describe('the demo', () => {
  const added = (engine: ReturnType<typeof setUp>['engine']) =>
    engine.calls
      .filter(([name]) => String(name).startsWith('add'))
      .map(([name, , , origin]) => [name, origin]);

  it('is left out where the address asks for that', async () => {
    const address = { read: () => null, write: () => undefined, wantsDemo: () => false };
    const { engine, studio } = setUp(aSnapshot(), { demo, address });
    await studio.commands.start();
    expect(engine.calls.map(([name]) => name)).toEqual(['connect']);
  });

  it('is added to an empty library, as the demo', async () => {
    const { engine, studio, state } = setUp(aSnapshot(), { demo });
    await studio.commands.start();
    expect(added(engine)).toEqual([
      ['addCheckpoints', 'demo'],
      ['addTaskImages', 'demo'],
    ]);
    const heads = engine.calls.find(([name]) => name === 'addCheckpoints')?.[4];
    expect(await (heads as Blob).text()).toBe('heads.json');
    expect(state().demo).toMatchObject({ sentence: 'A demo.', loading: null });
  });

  it.each([
    ['the user has hidden it', aSnapshot({ demoHidden: true })],
    [
      'there is something in the library',
      aSnapshot({ pool: { models: [aModel()], findings: [], mergeable: false } }),
    ],
  ])('is not added when %s', async (_, first) => {
    const { engine, studio } = setUp(first, { demo });
    await studio.commands.start();
    expect(added(engine)).toEqual([]);
  });

  it('is fetched before the engine is there on a first visit, once', async () => {
    const fetched: string[] = [];
    const { engine, studio } = setUp(aSnapshot(), {
      demo,
      isFirstVisit: async () => true,
      fetchDemoFile: async (path) => {
        fetched.push(path);
        return new Blob([path]);
      },
    });
    let connect: () => void = () => undefined;
    engine.answer('connect', () => new Promise((resolve) => (connect = resolve)));
    const started = studio.commands.start();
    await vi.waitFor(() => expect(fetched).toHaveLength(3));
    expect(added(engine)).toEqual([]);
    expect(engine.calls.map(([name]) => name)).toEqual(['connect', 'expectTasks']);
    connect();
    await started;
    expect(fetched).toHaveLength(3);
    expect(added(engine)).toHaveLength(2);
  });

  it('that was fetched for nothing is forgotten', async () => {
    const first = aSnapshot({ pool: { models: [aModel()], findings: [], mergeable: false } });
    const { engine, studio, state } = setUp(first, { demo, isFirstVisit: async () => true });
    await studio.commands.start();
    expect(added(engine)).toEqual([]);
    expect(state().demo.loading).toBeNull();
  });

  it('can be hidden and brought back', async () => {
    const { engine, studio } = setUp(aSnapshot({ demoHidden: true }), { demo });
    await studio.commands.start();
    await studio.commands.hideDemo();
    expect(engine.calls.at(-1)).toEqual(['setDemoHidden', true]);
    await studio.commands.showDemo();
    expect(engine.calls).toContainEqual(['setDemoHidden', false]);
    expect(added(engine)).toHaveLength(2);
  });

  it('that cannot be fetched is a notice, and the page works', async () => {
    const { engine, studio, state } = setUp(aSnapshot(), {
      demo,
      fetchDemoFile: () => Promise.reject(new Error('The demo’s file is missing.')),
    });
    await studio.commands.start();
    expect(added(engine)).toEqual([]);
    expect(state().notices[0]?.message).toContain('The demo’s file is missing.');
    expect(state()).toMatchObject({ connection: 'ready', demo: { loading: null } });
  });
});

describe('downloads', () => {
  it('hand over the file under the engine’s name', async () => {
    const { engine, studio, saved } = setUp();
    await studio.commands.start();
    const options = { content: 'vision', dtype: 'F16', zip: false } as const;
    await studio.commands.downloadModel(options);
    await studio.commands.downloadReport();
    expect(engine.calls).toContainEqual(['exportModel', expect.any(String), options]);
    expect(saved.map(({ name }) => name)).toEqual(['model.safetensors', 'program_report.json']);
  });
});

describe('a library that does not answer', () => {
  afterEach(() => {
    vi.useRealTimers();
  });

  it('is told of after half a minute, until it does', async () => {
    vi.useFakeTimers();
    const { engine, studio, state } = setUp();
    let answer: (() => void) | undefined;
    engine.answer('connect', () => new Promise<void>((resolve) => (answer = resolve)));
    const starting = studio.commands.start();
    await vi.advanceTimersByTimeAsync(29_000);
    expect(state().notices).toEqual([]);
    await vi.advanceTimersByTimeAsync(2000);
    expect(state()).toMatchObject({
      connection: 'starting',
      notices: [{ severity: 'warning', title: 'The browser’s storage does not answer' }],
    });
    answer?.();
    await vi.advanceTimersByTimeAsync(0);
    await starting;
    expect(state()).toMatchObject({ connection: 'ready', notices: [] });
  });
});

describe('restarting', () => {
  it('replaces the worker and takes the scaling factor along', async () => {
    const { engine, studio, state, frame, sent } = setUp();
    await studio.commands.start();
    studio.commands.setScalingFactor(1.2);
    await frame();
    await studio.commands.restart();
    await frame();
    expect([engine.opened(), engine.closed()]).toEqual([2, 1]);
    expect(sent()).toEqual([1.2, 1.2]);
    expect(shownFactor(state())).toBe(1.2);
  });

  it('is what a notice about the worker’s trouble leads to', async () => {
    const { engine, studio, state } = setUp();
    await studio.commands.start();
    engine.trouble(new DeviceError('The engine met an unexpected error.'));
    expect(state().notices).toMatchObject([
      { title: 'The compute engine has a problem', remedy: 'restart' },
    ]);
  });
});

describe('what nobody expected', () => {
  it('becomes a notice with a report and a way on', async () => {
    const { engine, studio, state } = setUp();
    await studio.commands.start();
    engine.answer('sweep', () => Promise.reject(new TypeError('x is undefined.')));
    await studio.commands.sweep();
    studio.commands.tellUnhandled(new RangeError('too deep'));
    engine.trouble(new DeviceError('The engine met an unexpected error.'));
    await vi.waitFor(() =>
      expect(state().notices.map(({ details }) => details.length > 5)).toEqual([true, true, true]),
    );
    expect(state().notices.map(({ remedy }) => remedy)).toEqual(['reload', 'reload', 'restart']);
    expect(state().notices[0]?.details.join()).toContain('TypeError: x is undefined.');
  });

  it('is no error with words of its own, and nothing that was stopped', async () => {
    const { engine, studio, state } = setUp();
    await studio.commands.start();
    engine.answer('sweep', () => Promise.reject(new DeviceError('No memory.')));
    await studio.commands.sweep();
    studio.commands.tellUnhandled(new DOMException('stopped', 'AbortError'));
    expect(state().notices).toMatchObject([{ message: 'No memory.', details: [] }]);
    expect(state().notices[0]).not.toHaveProperty('remedy');
  });
});
