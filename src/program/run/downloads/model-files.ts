/** Which files of a model's repository a run reads. */
import {
  adapterWeights,
  baseName,
  isCompanion,
  isWeights,
  roleOf,
  shardsOf,
  splitAdapter,
  standardWeights,
} from '../../../checkpoint/file-roles';
import { ConfigError } from '../../../errors';
import type { ModelRole } from '../parts';

interface At {
  /** From the top of the repository, with `/`. */
  readonly path: string;
}

export interface ModelRequest {
  /** The repository, for messages. */
  readonly name: string;
  readonly subfolder: string | undefined;
  readonly role: ModelRole;
}

/**
 * Of weights that lie there in several formats the one that is read: safetensors first, in the order of transformers; the
 * shards with their index. All that says how they are read comes along.
 * @throws ConfigError where there is nothing of the kind
 */
export function modelFiles<F extends At>(
  files: readonly F[],
  { name, subfolder, role }: ModelRequest,
): F[] {
  const folder = subfolder ? `${subfolder.replace(/^\.?\/+|\/+$/g, '')}/` : '';
  const beside = files
    .filter(({ path }) => path.startsWith(folder) && !path.slice(folder.length).includes('/'))
    .map((file) => ({ name: baseName(file.path), file }));
  const companions = beside.filter(isCompanion);
  const weights = role === 'processor' ? [] : weightsAmong(beside, role);
  const chosen = [...companions, ...weights].map(({ file }) => file);
  if (role === 'processor' ? chosen.length > 0 : weights.length > 0) return chosen;
  const place = folder === '' ? name : `${name}/${folder}`;
  const others = files.filter(({ path }) => isWeights({ name: path })).map(({ path }) => path);
  const elsewhere =
    others.length > 0 ? ` There are ${others.slice(0, 3).join(', ')}; name the subfolder.` : '';
  throw new ConfigError(
    role === 'processor'
      ? `${place} has no files of a processor on the Hub.`
      : `${place} has no weights on the Hub that are read here (model.safetensors, pytorch_model.bin).${elsewhere}`,
  );
}

function weightsAmong<N extends { readonly name: string }>(
  files: readonly N[],
  role: 'weights' | 'adapter',
): N[] {
  const { model, adapter } = splitAdapter(files.filter((file) => isWeights(file)));
  // A repository of an adapter alone can stand where a model is asked for.
  const [first] = role === 'adapter' ? adapterWeights(adapter) : standardWeights(model);
  const [other] = role === 'adapter' ? standardWeights(model) : adapterWeights(adapter);
  const standard = first ?? other;
  if (standard) {
    const isIndex = roleOf(standard.name) === 'index';
    return isIndex ? [standard, ...shardsOf(standard.name, files)] : [standard];
  }
  const safe = model.filter(({ name }) => /\.safetensors(\.index\.json)?$/i.test(name));
  return [...(safe.length > 0 ? safe : model)];
}
