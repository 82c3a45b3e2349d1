import { describe, expect, it } from 'vitest';
import { fetchDemo } from './demo';

const manifest = {
  sentence: 'A demo.',
  models: [
    { name: '_pretrained_', files: ['base/config.json', 'base/model.safetensors'] },
    { name: 'flags', files: ['experts/flags/model.safetensors'] },
  ],
  tasks: { files: ['test/tasks.json', 'test/flags.zip'] },
  heads: 'heads.json',
};

describe('fetchDemo', () => {
  it('puts model files below the model’s name and tasks below their folder, in the manifest’s order', async () => {
    const files = await fetchDemo(
      manifest,
      async (path) => new Blob([path]),
      () => undefined,
    );
    expect(files.models.map(({ path }) => path)).toEqual([
      '_pretrained_/config.json',
      '_pretrained_/model.safetensors',
      'flags/model.safetensors',
    ]);
    expect(files.tasks.map(({ path }) => path)).toEqual(['tasks.json', 'flags.zip']);
    expect(await files.models[2]?.file.text()).toBe('experts/flags/model.safetensors');
    expect(files.models[2]?.file.name).toBe('model.safetensors');
    expect(await files.heads.text()).toBe('heads.json');
  });

  it('tells how far it is', async () => {
    const steps: string[] = [];
    await fetchDemo(
      manifest,
      async () => new Blob(),
      (done, of) => steps.push(`${done}/${of}`),
    );
    expect(steps).toEqual(['0/6', '1/6', '2/6', '3/6', '4/6', '5/6', '6/6']);
  });

  it('fails with the file that did not come', async () => {
    const fetchFile = async (path: string) => {
      if (path === 'test/flags.zip') throw new Error(`${path} is missing`);
      return new Blob();
    };
    await expect(fetchDemo(manifest, fetchFile, () => undefined)).rejects.toThrow(
      'test/flags.zip is missing',
    );
  });
});
