import { describe, expect, it } from 'vitest';
import { linkAddress, readLink } from '../link';
import { NO_PLATFORM, type Platform } from '../platform';
import { createStudio } from '../store';
import { aModel, aPin, aSnapshot, aTask, bareDependencies, createFakeEngine } from '../testing';
import type { StudioState } from '../types';
import { namedMerge } from './links';

const SHA = (digit: string) => digit.repeat(64);
const PAGE = 'https://studio.example/';
const models = [
  aModel({ id: 'base', name: '_pretrained_', role: 'base', sha256: SHA('0') }),
  aModel({ id: 'a', name: 'flags', sha256: SHA('a'), weight: 0.5 }),
  aModel({ id: 'b', name: 'mnist', sha256: SHA('b') }),
  aModel({ id: 'c', name: 'out', included: false }),
];
const tasks = [
  aTask({ id: 't', name: 'flags' }),
  aTask({ id: 'u', name: 'mnist', included: false }),
];
const START = aSnapshot({
  pool: { models, findings: [], mergeable: true },
  tasks,
  scalingFactor: 0.3,
});

async function setUp(first: StudioState, href = PAGE, changes: Partial<Platform> = {}) {
  const engine = createFakeEngine(first);
  const copied: string[] = [];
  let address = href;
  const platform: Platform = {
    ...NO_PLATFORM,
    href: () => address,
    forgetLink: () => {
      address = PAGE;
    },
    copy: async (text) => void copied.push(text),
    ...changes,
  };
  const { store, commands } = createStudio({
    ...bareDependencies(engine.open),
    platform,
  });
  return { engine, commands, state: store.getState, copied, address: () => address };
}

const merge = namedMerge(START);
if (!merge) throw new Error('there is something to merge');
const LINK = linkAddress(PAGE, { merge, tasks: ['flags'], view: { negative: true } }, false);
const asked = (engine: ReturnType<typeof createFakeEngine>, wanted: string) =>
  engine.calls.filter(([name]) => name === wanted).map(([, value]) => value);

const manyLayers = () =>
  Object.fromEntries(Array.from({ length: 2000 }, (_, i) => [`layers.${i}.mlp`, 0.5]));

describe('copying a link', () => {
  it('holds what is on screen and says so', async () => {
    const { commands, copied, state } = await setUp(START);
    await commands.start();
    commands.showNegative();
    expect(await commands.copyLink()).toBe(true);
    expect(readLink(copied[0] ?? '')).toEqual({
      merge: {
        method: { name: 'TaskArithmeticAlgorithm', options: {} },
        scalingFactor: 0.3,
        pretrained: { name: '_pretrained_', weight: 1, sha256: SHA('0'), part: null },
        experts: [
          { name: 'flags', weight: 0.5, sha256: SHA('a'), part: null },
          { name: 'mnist', weight: 1, sha256: SHA('b'), part: null },
        ],
      },
      tasks: ['flags'],
      view: { negative: true },
    });
    expect(state()).toMatchObject({ announcement: 'The link is copied.', notices: [] });
  });

  it('holds layer factors where they are not all 1 and the method has a use for them', async () => {
    const merge = { ...START.merge, layers: { 'layers.0.mlp': 0.5 } };
    const { commands, copied, engine } = await setUp({ ...START, merge });
    await commands.start();
    await commands.copyLink();
    const method = { ...START.method, hasScalingFactor: false };
    engine.push({ ...START, merge, method });
    await commands.copyLink();
    engine.push({ ...START, merge: { ...merge, layers: { post: 1 } } });
    await commands.copyLink();
    expect(copied.map((href) => readLink(href)?.merge.layers)).toEqual([
      merge.layers,
      undefined,
      undefined,
    ]);
  });

  it('says which sums it does not have yet', async () => {
    const unsummed = models.map((model) => ({ ...model, sha256: undefined }));
    const { commands, state } = await setUp({
      ...START,
      pool: { ...START.pool, models: unsummed },
    });
    await commands.start();
    await commands.copyLink();
    expect(state().notices[0]?.message).toContain(
      'It names _pretrained_, flags, mnist without SHA-256',
    );
  });

  it('holds the pins, and says which it has no room for', async () => {
    const pin = aPin('mine');
    const { commands, copied, state, engine } = await setUp({ ...START, pins: [pin] });
    await commands.start();
    await commands.copyLink();
    expect(readLink(copied[0] ?? '')?.pins).toEqual([pin.named]);
    expect(state().notices).toEqual([]);
    const vast = aPin('vast', {
      named: { name: 'vast', merge: { ...pin.named.merge, layers: manyLayers() } },
    });
    engine.push({ ...START, pins: [vast, pin] });
    await commands.copyLink();
    expect(readLink(copied[1] ?? '')?.pins).toEqual([pin.named]);
    expect(state().notices[0]).toMatchObject({
      title: 'The link is copied, with the latest pins only',
      details: ['vast'],
    });
  });

  it('shows the link where the browser refuses to copy, and is not there without a merge', async () => {
    const refuse = { copy: () => Promise.reject(new Error('no')) };
    const { commands, state, engine } = await setUp(START, PAGE, refuse);
    await commands.start();
    expect(await commands.copyLink()).toBe(false);
    expect(state().notices[0]?.details[0]).toMatch(/^https:\/\/studio\.example\/#demo=off&link=/);
    engine.push(aSnapshot());
    await commands.copyLink();
    expect(state().notices).toHaveLength(1);
  });
});

describe('opening a link', () => {
  it('takes its pins once its merge is there, and says which there was no room for', async () => {
    const { named } = aPin('mine');
    const contents = { merge, tasks: ['flags'], view: { negative: false }, pins: [named] };
    const { commands, engine, state } = await setUp(START, linkAddress(PAGE, contents, false));
    engine.answer('applyMerge', async () => ({ missing: ['mnist'] }));
    engine.answer('takePins', async () => ['mine']);
    await commands.start();
    expect(asked(engine, 'takePins')).toEqual([]);
    engine.answer('applyMerge', async () => ({ missing: [] }));
    await commands.addCheckpoints([{ path: 'm', file: new File([''], 'm') }]);
    expect(asked(engine, 'takePins')).toEqual([[named]]);
    expect(state().notices[0]).toMatchObject({
      title: 'Not all pins of the link were taken',
      details: ['mine'],
    });
  });

  it('merges as it says where everything is there, scores its tasks, and is one step to undo', async () => {
    const { commands, engine, state, address } = await setUp(START, LINK);
    engine.answer('applyMerge', async () => {
      engine.push({ ...START, merge: { ...START.merge, scalingFactor: 0.9 }, scalingFactor: 0.9 });
      return { missing: [] };
    });
    await commands.start();
    expect(asked(engine, 'applyMerge')).toEqual([merge]);
    expect(asked(engine, 'editTask')).toEqual([]);
    expect(state()).toMatchObject({
      link: null,
      view: { negative: true },
      history: { undo: 'opened link' },
      announcement: 'Merging as the link says.',
    });
    expect(address()).toBe(PAGE);
  });

  it('asks by name for what is missing, and goes on when that is added', async () => {
    const others = START.tasks.map((task) => ({ ...task, included: !task.included }));
    const lacking = {
      ...START,
      tasks: others,
      pool: { ...START.pool, models: models.slice(0, 2) },
    };
    const { commands, engine, state, address } = await setUp(lacking, LINK);
    engine.answer('applyMerge', async () => ({ missing: ['mnist', 'flags'] }));
    await commands.start();
    expect(state().link).toEqual({
      models: [
        { name: 'mnist', sha256: SHA('b'), otherWeights: false },
        { name: 'flags', sha256: SHA('a'), otherWeights: true },
      ],
      tasks: [],
    });
    expect(address()).toBe(LINK);
    engine.answer('applyMerge', async () => ({ missing: [] }));
    await commands.addCheckpoints([{ path: 'm', file: new File(['x'], 'm') }]);
    expect(state().link).toBeNull();
    expect(address()).toBe(PAGE);
    expect(asked(engine, 'editTask')).toEqual([
      { type: 'setIncluded', id: 't', included: true },
      { type: 'setIncluded', id: 'u', included: false },
    ]);
  });

  it('merges without the tasks that are missing, names them, and can be forgotten', async () => {
    const { commands, engine, state } = await setUp({ ...START, tasks: [] }, LINK);
    await commands.start();
    expect(state().link).toEqual({ models: [], tasks: ['flags'] });
    commands.forgetLink();
    expect(state().link).toBeNull();
    await commands.addCheckpoints([{ path: 'm', file: new File(['x'], 'm') }]);
    expect(asked(engine, 'applyMerge')).toHaveLength(1);
  });

  it('has words for a bad one, and changes nothing', async () => {
    const { commands, engine, state, address } = await setUp(START, LINK.slice(0, -30));
    await commands.start();
    expect(state().notices[0]).toMatchObject({ title: 'This setting is not valid' });
    expect(state().notices[0]?.message).toContain('cut off');
    expect(asked(engine, 'applyMerge')).toEqual([]);
    expect(address()).toBe(PAGE);
  });

  it('has words for one that the engine refuses', async () => {
    const { commands, engine, state } = await setUp(START, LINK);
    engine.answer('applyMerge', () => Promise.reject(new Error('There is no method Nope.')));
    await commands.start();
    expect(state().notices[0]?.message).toContain('There is no method Nope.');
    expect(state().link).toBeNull();
  });
});
