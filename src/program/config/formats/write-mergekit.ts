/** A model pool and its method written as mergekit's YAML. */
import { ConfigError } from '../../../errors';
import type { LayerFactors } from '../../../method/layers/factors';
import { PRETRAINED } from '../program/base-name';
import { isSpecialName } from '../program/modelpool';
import type { ModelSource } from '../program/types';
import { mergekitFilters } from './mergekit-layers';
import type { MergekitMerge } from './mergekit-merge';
import { mergekitMethod } from './mergekit-methods';
import { type Writable, writeYaml } from './write-yaml';

const COMMENT = `Written by Task Arithmetic Studio. mergekit runs it on the weights alone:
mergekit-pytorch NAME_OF_THIS_FILE OUTPUT_FOLDER, with the path of a file of weights for each model.`;

/**
 * The merge as mergekit's YAML, computed in float32 as here.
 * @param layers - factors by layer, and the names of the tensors that they are of; they become filters, for `mergekit-pytorch` takes
 * the first number of a gradient for every tensor
 * @throws ConfigError for methods and options that mergekit does not have
 */
export function writeMergekitConfig(
  { method, modelpool, expertWeights }: MergekitMerge,
  layers?: { readonly factors: LayerFactors; readonly names: readonly string[] },
): string {
  const { models } = modelpool;
  const experts = models.filter(({ name }) => !isSpecialName(name));
  const { base, merge_method, parameters, weights, remark } = mergekitMethod(method, expertWeights);
  const listed = base === 'first' ? models : experts;
  const baseModel = base === 'first' ? models[0] : models.find(({ name }) => name === PRETRAINED);
  if (base !== 'none' && !baseModel) {
    throw new ConfigError('modelpool.models: there is no _pretrained_, which is the base here.');
  }
  return writeYaml(
    {
      merge_method,
      base_model: base === 'none' || !baseModel ? undefined : modelName(baseModel),
      models: listed.map((model, index): Writable => {
        const weight = weights?.[index];
        const entry = { model: modelName(model) };
        return weight === undefined ? entry : { ...entry, parameters: { weight } };
      }),
      parameters: layers ? byLayer(parameters ?? {}, layers) : parameters,
      dtype: 'float32',
    },
    remark ? `${COMMENT}\n${remark}` : COMMENT,
  );
}

/** `lambda` of every tensor for itself. */
function byLayer(
  parameters: Readonly<Record<string, Writable>>,
  { factors, names }: { readonly factors: LayerFactors; readonly names: readonly string[] },
): Readonly<Record<string, Writable>> {
  const { lambda } = parameters;
  if (typeof lambda !== 'number') {
    throw new ConfigError('mergekit has no factor by layer for this method: it has no lambda.');
  }
  return { ...parameters, lambda: mergekitFilters(factors, names, lambda) };
}

/** `model@revision+adapter` */
function modelName({ name, reference, revision, subfolder, adapter }: ModelSource): string {
  if (subfolder !== undefined) {
    throw new ConfigError(`modelpool.models.${name}.subfolder: mergekit has no such option.`);
  }
  return `${reference}${revision === undefined ? '' : `@${revision}`}${adapter === undefined ? '' : `+${adapter}`}`;
}
