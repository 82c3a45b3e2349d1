import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ConfigError } from '../../errors';
import { type FindModelOptions, findDatasetFolder, findModelFolder } from './find-folder-node';
import { hubCacheFolder } from './hub-cache-node';

const COMMIT = 'c0ffee0123456789c0ffee0123456789c0ffee01';
const OTHER = 'beef000123456789beef000123456789beef0001';
let home: string;

/** A cache as the hub's library leaves it: blobs, and links to them in the snapshot. */
async function cached(repository: string, commit: string, files: readonly string[], ref?: string) {
  const folder = join(home, '.cache/huggingface/hub', repository);
  for (const file of files) {
    await write(join(folder, 'blobs', file.replaceAll('/', '_')), file);
    const link = join(folder, 'snapshots', commit, file);
    await mkdir(dirname(link), { recursive: true });
    await symlink(join(folder, 'blobs', file.replaceAll('/', '_')), link);
  }
  if (ref) await write(join(folder, 'refs', ref), commit);
}

async function write(path: string, text: string) {
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, text);
}

beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'studio-sources-'));
  const model = ['config.json', 'model.safetensors', 'README.md', 'flax_model.msgpack'];
  await cached('models--org--clip', COMMIT, model, 'main');
  await cached('models--org--clip', OTHER, ['pytorch_model.bin'], 'refs/pr/1');
  await cached('models--org--config-only', COMMIT, ['config.json'], 'main');
  await cached('models--org--no-main', OTHER, ['model.safetensors']);
  await cached('datasets--ylecun--mnist', COMMIT, ['data/test-00000-of-00001.parquet'], 'main');
  await cached('datasets--org--birds', COMMIT, ['README.md', 'data/train.parquet'], 'main');
  await write(join(home, 'work/local/model.safetensors'), 'weights');
  await write(join(home, 'work/local/vision/model.safetensors'), 'inner');
  await write(join(home, 'work/local/.hidden.json'), '{}');
  await write(join(home, 'work/training/adapter_model.bin'), 'weights');
  await write(join(home, 'work/training/training_args.bin'), 'settings');
  await write(join(home, 'work/leftovers/training_args.bin'), 'settings');
  await write(join(home, 'work/index/model.safetensors.index.json'), '{}');
  await write(join(home, 'work/birds/robin/1.png'), 'picture');
  await write(join(home, 'work/birds/wren/2.png'), 'picture');
  await mkdir(join(home, 'work/broken'), { recursive: true });
  await symlink(join(home, 'nowhere'), join(home, 'work/broken/model.safetensors'));
});

afterAll(() => rm(home, { recursive: true, force: true }));

const options = (more: Partial<FindModelOptions> = {}): FindModelOptions => ({
  env: { HOME: home },
  cwd: join(home, 'work'),
  ...more,
});

async function names(reference: string, more?: Partial<FindModelOptions>) {
  const { files } = await findModelFolder(reference, options(more));
  return files.map(({ name }) => name);
}

/** The message of a refusal, with the machine's own folder taken out. */
async function refusal(finding: Promise<unknown>): Promise<string> {
  try {
    await finding;
  } catch (error) {
    if (error instanceof ConfigError) return error.message.replaceAll(home, '/home/me');
    throw error;
  }
  return 'found';
}

describe('where models are found', () => {
  it('takes a local folder first, relative, absolute or from home', async () => {
    expect(await names('local')).toEqual(['model.safetensors']);
    expect(await names(join(home, 'work/local'))).toEqual(['model.safetensors']);
    expect(await names('~/work/local')).toEqual(['model.safetensors']);
    const { files } = await findModelFolder('local', options({ subfolder: 'vision' }));
    expect(await files[0]?.blob.text()).toBe('inner');
  });

  it('takes of the weights the part that stands behind a #, in a folder or in the cache', async () => {
    for (const reference of ['local#model_ema', 'org/clip#model_ema']) {
      const { files } = await findModelFolder(reference, options());
      const parts = files.map(({ name, part }) => [name.split('.').at(-1), part]);
      expect(parts).toContainEqual(['safetensors', 'model_ema']);
      expect(parts.filter(([ending]) => ending === 'json').flat()).not.toContain('model_ema');
    }
  });

  it('takes no leftovers of a training for weights, and leaves an index without shards to the reader', async () => {
    expect(await names('training')).toEqual(['adapter_model.bin']);
    expect(await refusal(findModelFolder('leftovers', options()))).toContain('has no weights');
    expect(await names('index')).toEqual(['model.safetensors.index.json']);
  });

  it('says in which folders inside the weights lie', async () => {
    await write(join(home, 'work/named/README.md'), '# An adapter with a name');
    await write(join(home, 'work/named/cars/adapter_model.safetensors'), 'weights');
    expect(await refusal(findModelFolder('named', options()))).toMatch(
      /named has no weights .* itself; the folder cars in it has\. Name that \(named\/cars\)\.$/,
    );
    await write(join(home, 'work/named/dogs/adapter_model.safetensors'), 'weights');
    expect(await refusal(findModelFolder('named', options()))).toContain(
      'the folders cars, dogs in it have',
    );
    expect(await names('named', { subfolder: 'cars' })).toEqual(['adapter_model.safetensors']);
  });

  it('follows the cache from main to the snapshot and through its links', async () => {
    const { folder, files } = await findModelFolder('org/clip', options());
    expect(folder.endsWith(`snapshots/${COMMIT}`)).toBe(true);
    expect(files.map(({ name }) => name)).toEqual(['config.json', 'model.safetensors']);
    expect(await files[1]?.blob.text()).toBe('model.safetensors');
  });

  it('takes a revision by name or by commit', async () => {
    expect(await names('org/clip', { revision: 'refs/pr/1' })).toEqual(['pytorch_model.bin']);
    expect(await names('org/clip', { revision: OTHER })).toEqual(['pytorch_model.bin']);
  });

  it.each([
    [{ HF_HUB_CACHE: '/a', HUGGINGFACE_HUB_CACHE: '/b', HF_HOME: '/c' }, '/a'],
    [{ HUGGINGFACE_HUB_CACHE: '/b', HF_HOME: '/c' }, '/b'],
    [{ HF_HOME: '/c', XDG_CACHE_HOME: '/d' }, '/c/hub'],
    [{ XDG_CACHE_HOME: '/d', HOME: '/home/me' }, '/d/huggingface/hub'],
    [{ HOME: '/home/me' }, '/home/me/.cache/huggingface/hub'],
    [{ HF_HOME: '~/hf', HOME: '/home/me' }, '/home/me/hf/hub'],
    [{ HF_HUB_CACHE: '$DISK/hub', DISK: '/disk' }, '/disk/hub'],
  ])('looks where the environment %o says', (env, folder) => {
    expect(hubCacheFolder(env)).toBe(folder);
  });

  it('asks for no weights where a description is enough', async () => {
    expect(await names('org/config-only', { weights: false })).toEqual(['config.json']);
  });

  it('says where it looked and how to get what is missing', async () => {
    expect(await refusal(findModelFolder('openai/clip', options()))).toMatchInlineSnapshot(`
      "openai/clip: this model is not on this machine. Looked for
        the folder /home/me/work/openai/clip
        the Hugging Face cache /home/me/.cache/huggingface/hub/models--openai--clip
      Nothing is downloaded by itself. To get it: hf download openai/clip"
    `);
    expect(
      await refusal(findModelFolder('org/clip', options({ revision: 'v9' }))),
    ).toMatchInlineSnapshot(`
      "org/clip: this model is not on this machine. Looked for
        the folder /home/me/work/org/clip
        the Hugging Face cache /home/me/.cache/huggingface/hub/models--org--clip (there are main, beef000123456789beef000123456789beef0001, c0ffee0123456789c0ffee0123456789c0ffee01, not v9)
      Nothing is downloaded by itself. To get it: hf download org/clip --revision v9"
    `);
    expect(await refusal(findModelFolder('org/no-main', options()))).toMatchInlineSnapshot(`
      "org/no-main: this model is not on this machine. Looked for
        the folder /home/me/work/org/no-main
        the Hugging Face cache /home/me/.cache/huggingface/hub/models--org--no-main (there are beef000123456789beef000123456789beef0001, not main)
      Nothing is downloaded by itself. To get it: hf download org/no-main"
    `);
    expect(await refusal(findModelFolder('org/config-only', options()))).toMatchInlineSnapshot(
      `"org/config-only: /home/me/.cache/huggingface/hub/models--org--config-only/snapshots/c0ffee0123456789c0ffee0123456789c0ffee01 has no weights (model.safetensors, pytorch_model.bin). Nothing is downloaded by itself. To get it: hf download org/config-only"`,
    );
  });

  it('refuses files, paths that are not there, and ways out', async () => {
    expect(
      await refusal(findModelFolder('local/model.safetensors', options())),
    ).toMatchInlineSnapshot(
      `"local/model.safetensors is a file. Name the folder that it lies in."`,
    );
    expect(await refusal(findModelFolder('./nothing', options()))).toMatchInlineSnapshot(
      `"./nothing: there is no folder /home/me/work/nothing."`,
    );
    expect(
      await refusal(findModelFolder('org/clip', options({ revision: '../../x' }))),
    ).toMatchInlineSnapshot(`"org/clip: "../../x" is no branch, tag or commit."`);
    expect(
      await refusal(findModelFolder('local', options({ subfolder: '../birds' }))),
    ).toMatchInlineSnapshot(`"subfolder ../birds leaves /home/me/work/local, which it must not."`);
    expect(await refusal(findModelFolder('broken', options()))).toMatchInlineSnapshot(
      `"/home/me/work/broken/model.safetensors is a link to a file that is not there: its download was not finished. Download it again."`,
    );
  });
});

describe('where data sets are found', () => {
  it('takes a folder with all that is inside', async () => {
    const { files } = await findDatasetFolder('birds', options());
    expect(files.map(({ name }) => name)).toEqual(['birds/robin/1.png', 'birds/wren/2.png']);
  });

  it('takes the cache, under the name of the data set', async () => {
    const { files } = await findDatasetFolder('org/birds', options());
    expect(files.map(({ name }) => name)).toEqual(['birds/README.md', 'birds/data/train.parquet']);
  });

  it('finds data sets that moved', async () => {
    const { files } = await findDatasetFolder('mnist', options());
    expect(files.map(({ name }) => name)).toEqual(['mnist/data/test-00000-of-00001.parquet']);
  });

  it('says where it looked and how to get what is missing', async () => {
    expect(await refusal(findDatasetFolder('svhn', options()))).toMatchInlineSnapshot(`
      "svhn: this data set is not on this machine. Looked for
        the folder /home/me/work/svhn
        the Hugging Face cache /home/me/.cache/huggingface/hub/datasets--ufldl-stanford--svhn
        the Hugging Face cache /home/me/.cache/huggingface/hub/datasets--svhn
      Nothing is downloaded by itself. To get it: hf download ufldl-stanford/svhn --repo-type dataset"
    `);
  });
});
