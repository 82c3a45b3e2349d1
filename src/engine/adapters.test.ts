import 'fake-indexeddb/auto';
import { describe, expect, it } from 'vitest';
import { readFloat32 } from '../checkpoint/dtype';
import { openSafetensors } from '../checkpoint/safetensors/open-safetensors';
import { fixtureFile } from '../clip/testing';
import type { ModelView } from './api';
import { drop, openStudio, type TestStudio } from './testing/drops';

const base = (name = 'base') => drop('formats/shards/safetensors', name);
const adapter = (name = 'plain') => drop(`formats/lora/${name}`, 'lora');
/** The merged model at scaling factor 1 is the one expert, up to the rounding of a task vector. */
const TOLERANCE = 1e-6;

const add = async (studio: TestStudio, files: ReturnType<typeof drop>, job = 'models') =>
  studio.engine.addCheckpoints(job, await files, 'user');

function model(studio: TestStudio, name: string): ModelView {
  const found = studio.state().pool.models.find((view) => view.name === name);
  if (!found) throw new Error(`${name} is not in the pool`);
  return found;
}

const errors = ({ findings }: ModelView) =>
  findings.filter(({ severity }) => severity === 'error').map(({ message }) => message);

async function expectMerged(studio: TestStudio): Promise<void> {
  expect(errors(model(studio, 'lora'))).toEqual([]);
  expect(studio.state().pool.mergeable).toBe(true);
  await studio.engine.setScalingFactor(1);
  const { name, file } = await studio.engine.exportModel('export', {
    content: 'vision',
    dtype: 'base',
    zip: false,
  });
  const ours = await openSafetensors({ name, blob: file });
  const theirs = await openSafetensors(await fixtureFile('formats/lora/plain.merged.safetensors'));
  for (const [tensor, source] of theirs.tensors) {
    const own = ours.tensors.get(`vision_model.${tensor}`);
    const values = own && (await readFloat32(own));
    const expected = await readFloat32(source);
    const differences = expected.map((value, i) => Math.abs(value - (values?.[i] ?? Number.NaN)));
    expect(Math.max(...differences), tensor).toBeLessThan(TOLERANCE);
  }
}

describe('a LoRA adapter in the pool', () => {
  it('becomes an expert when it is dropped together with its base', async () => {
    const studio = await openStudio('adapter-and-base');
    const both = Promise.all([adapter(), base('zero')]).then((drops) => drops.flat());
    expect((await add(studio, both)).added).toEqual(['lora', 'zero']);
    await expectMerged(studio);
  });

  it('waits for a base that comes later', async () => {
    const studio = await openStudio('adapter-first');
    expect(await add(studio, adapter('plain-bin'))).toEqual({ added: ['lora'], findings: [] });
    expect(model(studio, 'lora').architecture).toBe('unreadable');
    expect(errors(model(studio, 'lora'))).toEqual([
      'adapter_model.bin: this is a LoRA adapter: it changes a model that is not here. Add that model (formats/shards/safetensors) as the base first; the adapter then becomes an expert.',
    ]);
    expect(studio.state().pool.mergeable).toBe(false);
    await add(studio, base(), 'base');
    await expectMerged(studio);
  });

  it('is opened again whenever the base changes', async () => {
    const studio = await openStudio('adapter-rebased');
    await add(studio, drop('merge/p8-32/base', 'other'));
    await add(studio, adapter());
    expect(errors(model(studio, 'lora'))).toEqual([
      expect.stringContaining('this LoRA adapter was not trained on the base:'),
    ]);
    await add(studio, base());
    await studio.engine.editPool({ type: 'setBase', id: model(studio, 'base').id });
    await studio.engine.editPool({ type: 'remove', id: model(studio, 'other').id });
    await expectMerged(studio);
    await studio.engine.editPool({ type: 'remove', id: model(studio, 'base').id });
    expect(errors(model(studio, 'lora'))).toEqual([
      expect.stringContaining('Add that model (formats/shards/safetensors) as the base first'),
    ]);
  });

  it('of another kind, or without its configuration, is not imported', async () => {
    const studio = await openStudio('adapter-refused');
    const lone = adapter().then((files) => files.filter(({ path }) => !path.endsWith('.json')));
    const outcomes = [await add(studio, adapter('ia3')), await add(studio, lone)];
    expect(outcomes.map(({ added }) => added)).toEqual([[], []]);
    expect(outcomes.flatMap(({ findings }) => findings.map(({ message }) => message))).toEqual([
      expect.stringContaining('this is an adapter of the kind (IA)³'),
      expect.stringContaining(
        'the adapter_config.json that says its kind and its scale is missing',
      ),
    ]);
    expect(studio.state().pool.models).toEqual([]);
  });
});
