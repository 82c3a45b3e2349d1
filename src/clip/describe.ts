/** From open weights to a CLIP: which tensors it has, what its geometry is, how its pictures and prompts are prepared. */
import type { Checkpoint, NamedBlob } from '../checkpoint/types';
import { FormatError } from '../errors';
import { defaultProcessor } from './config/processor';
import { positiveInteger } from './config/section';
import { readConfiguration, readPreprocessing, readTokenizerFiles } from './config/sources';
import { agree, visionConfig } from './config/tower';
import { visionGeometry } from './geometry';
import { readLayout } from './layout/layout';
import { readProjection, readTextTower, requireVisionTensors } from './parts';
import { remarksOf } from './remarks';
import type { ClipModel } from './types';

/**
 * Describes the CLIP in weights that are open already; `files` gives the configuration. An expert without `config.json` takes the
 * configuration of `base`; without a base CLIP's conventions are assumed and listed.
 * @throws FormatError where the weights are no CLIP, are incomplete, or are contradicted by the configuration
 */
export async function describeClip(
  name: string,
  checkpoint: Checkpoint,
  files: readonly NamedBlob[],
  base?: ClipModel,
): Promise<ClipModel> {
  const weights = checkpoint.file;
  const layout = readLayout(checkpoint);
  const { sections, configJson } = await readConfiguration(files);
  const inherited = sections === undefined ? base : undefined;
  const assumptions: string[] = [];
  const assume = (sentence: string) => assumptions.push(sentence);

  const vision = visionConfig(visionGeometry(weights, layout.vision), {
    weights,
    section: sections?.vision,
    base: inherited?.vision,
    assume,
  });
  requireVisionTensors(weights, vision, layout.vision);
  const visualProjection = readProjection(weights, vision, layout.rest);
  const text = readTextTower(layout.rest, {
    weights,
    section: sections?.text,
    base: inherited?.text?.config,
    assume,
  });
  const full = text.tower !== undefined && visualProjection !== undefined;
  const projectionDim = visualProjection?.shape[0] ?? 0;
  if (full && text.projectionDim !== projectionDim) {
    throw new FormatError(
      weights,
      `its pictures are projected to ${projectionDim} dimensions and its prompts to ${text.projectionDim}, so they cannot be compared. Export the model anew.`,
    );
  }

  // In a nested configuration projection_dim is the full model's; a vision tower with a projection may be of another size.
  if (sections !== undefined && visualProjection !== undefined && (full || !sections.text)) {
    const stated = positiveInteger(sections.projection, 'projection_dim');
    agree(sections.projection, 'projection_dim', stated, projectionDim, weights);
  }

  let processor = await readPreprocessing(files, vision.imageSize);
  if (processor === undefined && base?.vision.imageSize === vision.imageSize) {
    processor = base.processor;
  }
  if (processor === undefined) {
    processor = defaultProcessor(vision.imageSize);
    assume(
      `No preprocessor_config.json: pictures are prepared as for OpenAI's CLIPs, at ${vision.imageSize} pixels.`,
    );
  }

  return {
    name,
    checkpoint,
    architecture: full
      ? 'CLIPModel'
      : visualProjection
        ? 'CLIPVisionModelWithProjection'
        : 'CLIPVisionModel',
    vision,
    visionTensors: layout.vision,
    visionPrefix: layout.visionPrefix,
    visualProjection,
    text: full ? text.tower : undefined,
    configJson,
    processor,
    tokenizer: await readTokenizerFiles(files),
    assumptions,
    remarks: [...(text.remark ? [text.remark] : []), ...remarksOf(layout, full, inherited)],
  };
}
