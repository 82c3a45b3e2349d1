/** Test support: the micro files opened, without library and pool. */
import { openClip } from '../../clip/open';
import type { ClipModel } from '../../clip/types';
import { type MicroFiles, microFiles } from './micro';

export type MicroName = 'base' | 'second' | 'alpha' | 'beta' | 'gamma';

export interface Micro {
  readonly files: MicroFiles;
  readonly models: Readonly<Record<MicroName, ClipModel>>;
}

export async function openMicro(): Promise<Micro> {
  const files = await microFiles();
  const open = (name: MicroName, base?: ClipModel) => {
    const dropped = files.models[name] ?? [];
    return openClip(
      name,
      dropped.map(({ file }) => ({ name: file.name, blob: file })),
      base,
    );
  };
  const base = await open('base');
  const [second, alpha, beta, gamma] = await Promise.all([
    open('second'),
    open('alpha', base),
    open('beta', base),
    open('gamma', base),
  ]);
  return { files, models: { base, second, alpha, beta, gamma } };
}
