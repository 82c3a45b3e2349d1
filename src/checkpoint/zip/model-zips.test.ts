import { makeZip } from 'client-zip';
import { describe, expect, it } from 'vitest';
import { outOfModelZips } from './model-zips';

async function zip(path: string, ...names: string[]) {
  const entries = names.map((name) => ({ name, input: `content of ${name}` }));
  const bytes = await new Response(makeZip(entries)).arrayBuffer();
  return { path, file: new File([bytes], path.slice(path.lastIndexOf('/') + 1)) };
}

const paths = (files: readonly { readonly path: string }[]) => files.map(({ path }) => path);

describe('a zip', () => {
  it('of a model is what lies in it, by its own name', async () => {
    const files = await outOfModelZips([
      await zip('down/merged.ZIP', 'config.json', 'model.safetensors', 'README.md'),
      { path: 'a.pt', file: new File(['x'], 'a.pt') },
    ]);
    expect(paths(files)).toEqual([
      'down/merged/config.json',
      'down/merged/model.safetensors',
      'down/merged/README.md',
      'a.pt',
    ]);
    expect(files[1]?.file.name).toBe('model.safetensors');
    expect(await files[1]?.file.text()).toBe('content of model.safetensors');
  });

  it('has its folders, without what systems leave', async () => {
    const files = await outOfModelZips([
      await zip('x.zip', 'clip/model.safetensors', '__MACOSX/clip/._model.safetensors'),
    ]);
    expect(paths(files)).toEqual(['x/clip/model.safetensors']);
    expect(files[0]?.file.name).toBe('model.safetensors');
  });

  it.each([
    ['of pictures', ['chess/a.png', 'chess/b.png', 'tasks.json']],
    ['that torch.save wrote', ['archive/data.pkl', 'archive/data/0', 'archive/model.bin']],
    ['of other things', ['README.md', 'config.json']],
  ])('%s stays as it is', async (_, names) => {
    const file = await zip('x.zip', ...names);
    expect(await outOfModelZips([file])).toEqual([file]);
  });

  it('that is none stays for its reader', async () => {
    const file = { path: 'x.zip', file: new File(['no zip at all'], 'x.zip') };
    expect(await outOfModelZips([file])).toEqual([file]);
  });
});
