import { describe, expect, it } from 'vitest';
import { splitDrop, toDroppedFiles } from './drop';

const dropped = (...paths: string[]) =>
  paths.map((path) => ({ path, file: new File([], path.slice(path.lastIndexOf('/') + 1)) }));

const split = (...paths: string[]) => {
  const { checkpoints, taskImages } = splitDrop(dropped(...paths));
  return {
    checkpoints: checkpoints.map(({ path }) => path),
    taskImages: taskImages.map(({ path }) => path),
  };
};

describe('splitDrop', () => {
  it('sends a model folder to the model pool', () => {
    const files = ['base/config.json', 'base/model.safetensors', 'base/merges.txt'];
    expect(split(...files)).toEqual({ checkpoints: files, taskImages: [] });
  });

  it('sends an image folder with its notes to the task pool', () => {
    const files = ['test/tasks.json', 'test/fashion/coat/1.png', 'test/README.md'];
    expect(split(...files)).toEqual({ checkpoints: [], taskImages: files });
  });

  it('takes one drop of both apart', () => {
    expect(
      split('base/model.safetensors', 'base/config.json', 'test/a/1.jpg', 'flags.zip'),
    ).toEqual({
      checkpoints: ['base/model.safetensors', 'base/config.json'],
      taskImages: ['test/a/1.jpg', 'flags.zip'],
    });
  });

  it('takes a folder that holds both apart, whatever lies beside the weights', () => {
    expect(
      split(
        'demo/base/model.safetensors',
        'demo/base/preview.png',
        'demo/test/a/1.png',
        'demo/notes.md',
      ),
    ).toEqual({
      checkpoints: ['demo/base/model.safetensors', 'demo/base/preview.png'],
      taskImages: ['demo/test/a/1.png', 'demo/notes.md'],
    });
  });

  it('takes coefficients by FusionBench’s name for them, and other .pt files for checkpoints', () => {
    const files = ['run/merging_weights.pt', 'recipe.yaml', 'model.pt'];
    const { configurations, checkpoints } = splitDrop(dropped(...files));
    expect(configurations.map(({ path }) => path)).toEqual(files.slice(0, 2));
    expect(checkpoints.map(({ path }) => path)).toEqual(['model.pt']);
  });

  it('leaves what it does not know to the engine’s judgement of checkpoints', () => {
    expect(split('notes.md')).toEqual({ checkpoints: ['notes.md'], taskImages: [] });
  });
});

describe('toDroppedFiles', () => {
  it('keeps the path of a folder input', () => {
    const file = new File([], 'a.png');
    Object.defineProperty(file, 'webkitRelativePath', { value: 'flags/ch/a.png' });
    expect(toDroppedFiles([file]).map(({ path }) => path)).toEqual(['flags/ch/a.png']);
  });

  it.each(['a.ppm', 'a.PGM', 'a.pbm', 'a.tif', 'a.tiff', 'a.bmp', 'a.gif', 'a.webp', 'a.jpe'])(
    'takes %s for a picture',
    (name) => {
      const dropped = [{ path: `t/a/${name}`, file: new File([], name) }];
      expect(splitDrop(dropped).taskImages).toEqual(dropped);
    },
  );

  it.each(['./flags/ch/a.png', '/flags/ch/a.png'])('keeps the path %s of a drop', (path) => {
    const file = Object.assign(new File([], 'a.png'), { relativePath: path });
    expect(toDroppedFiles([file])[0]?.path).toBe('flags/ch/a.png');
  });

  it('names a lone file by its name', () => {
    expect(toDroppedFiles([new File([], 'model.safetensors')])[0]?.path).toBe('model.safetensors');
  });

  it('leaves out what operating systems leave in folders', () => {
    const litter = ['.DS_Store', 'a/.hidden', '__MACOSX/a/1.png', 'a/Thumbs.db', 'a/ehthumbs.db'];
    const files = [...litter, 'a/1.png'].map((path) => Object.assign(new File([], 'x'), { path }));
    expect(toDroppedFiles(files).map(({ path }) => path)).toEqual(['a/1.png']);
  });

  it('leaves out what tools keep in hidden folders, but not a hidden folder that was dropped', () => {
    const files = [
      'clip/.cache/huggingface/download/model.safetensors.metadata',
      'clip/.git/config',
      'clip/model.safetensors',
      '.models/clip/model.safetensors',
    ].map((path) => Object.assign(new File([], 'x'), { path }));
    expect(toDroppedFiles(files).map(({ path }) => path)).toEqual([
      'clip/model.safetensors',
      '.models/clip/model.safetensors',
    ]);
  });
});
