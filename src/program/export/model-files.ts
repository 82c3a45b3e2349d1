/** A merged model as the files of one format, each made as it is written: the weights, and what a folder or a zip has beside them. */
import type { ByteSource } from '../../checkpoint/byte-source';
import { isProcessorFile } from '../../checkpoint/file-roles';
import { encodeSafetensors } from '../../checkpoint/safetensors/encode-safetensors';
import type { NamedBlob } from '../../checkpoint/types';
import { VISUAL_PROJECTION } from '../../clip/tensor-names';
import type { ClipModel } from '../../clip/types';
import { CompatibilityError } from '../../errors';
import type { MatrixJobs } from '../../method/matrices/jobs';
import type { MergedValues } from '../../method/merged-values';
import { configText, mergedConfig } from '../merged-config';
import { mergedMetadata, mergedTensors, outputDtype } from '../merged-model';
import type { Recipe } from '../report';
import { adapterConfigText, adapterTensors, lowRankUpdate } from './adapter';
import { CONFIGURATION_FILES, type ExportChoice, WEIGHTS_FILES } from './formats';
import type { HubModel } from './hub-names';
import type { LowRankReport } from './low-rank-report';
import { onnxFile } from './onnx';
import { openClipTensors } from './open-clip';
import { openClipConfig } from './open-clip-config';

export interface ModelFile {
  readonly name: string;
  /** Bytes of the whole file. */
  readonly size: number;
  chunks(): AsyncIterable<Uint8Array>;
}

export interface ModelFiles {
  /** With the recipe in it; enough alone, but for an adapter. */
  readonly weights: ModelFile;
  /** @throws CompatibilityError where the library has no setting for what the model computes */
  companions(): readonly ModelFile[];
  /** Of an adapter. */
  readonly lowRank?: LowRankReport;
}

export interface ModelFilesInput {
  readonly pretrained: ClipModel;
  readonly merged: MergedValues;
  readonly recipe: Recipe;
  readonly choice: ExportChoice;
  /** What the base was read from. */
  readonly baseFiles: readonly NamedBlob[];
  /** Of the base, where it is known. */
  readonly hub: HubModel | undefined;
  readonly matrices?: MatrixJobs | undefined;
  readonly signal: AbortSignal;
  /** Of what is computed before anything can be written. */
  readonly onProgress?: (done: number, total: number) => void;
}

/** @throws CompatibilityError where the format cannot hold the model, and the signal's reason */
export async function modelFiles(input: ModelFilesInput): Promise<ModelFiles> {
  const { pretrained, merged, recipe, choice, baseFiles } = input;
  const { format, content, dtype } = choice;
  const name = WEIGHTS_FILES[format];
  if (content === 'clip' && !pretrained.text) {
    throw new CompatibilityError(
      `${pretrained.name} is a vision tower alone; only "vision tower" can be downloaded from it.`,
    );
  }
  const processor = () => baseFiles.filter(isProcessorFile).map(copied);
  switch (format) {
    case 'transformers': {
      const encoded = encodeSafetensors(
        mergedTensors(pretrained, merged, choice),
        mergedMetadata(recipe),
      );
      const [first] = pretrained.visionTensors.values();
      return {
        weights: { name, size: encoded.byteLength, chunks: encoded.chunks },
        companions: () => [
          configuration(
            format,
            configText(
              mergedConfig(pretrained, content, first ? outputDtype(first, dtype) : 'F32'),
            ),
          ),
          ...(content === 'clip' ? processor() : []),
        ],
      };
    }
    case 'openclip': {
      const all = mergedTensors(pretrained, merged, { content: 'clip', dtype });
      const wanted =
        content === 'clip'
          ? all
          : all.filter(
              (tensor) =>
                tensor.name.startsWith('vision_model.') || tensor.name === VISUAL_PROJECTION,
            );
      const encoded = encodeSafetensors(openClipTensors(wanted), mergedMetadata(recipe));
      return {
        weights: { name, size: encoded.byteLength, chunks: encoded.chunks },
        companions: () =>
          content === 'clip'
            ? [configuration(format, `${JSON.stringify(openClipConfig(pretrained), null, 2)}\n`)]
            : [],
      };
    }
    case 'onnx': {
      const encoded = onnxFile(pretrained, merged, recipe, dtype);
      return {
        weights: { name, size: encoded.byteLength, chunks: encoded.chunks },
        companions: () => baseFiles.filter(isPictureFile).map(copied),
      };
    }
    case 'lora': {
      const { factors, report } = await lowRankUpdate(input);
      const encoded = encodeSafetensors(adapterTensors(factors, choice), mergedMetadata(recipe));
      return {
        weights: { name, size: encoded.byteLength, chunks: encoded.chunks },
        companions: () => [configuration(format, adapterConfigText(choice, input.hub))],
        lowRank: report,
      };
    }
  }
}

function isPictureFile({ name }: NamedBlob): boolean {
  return isProcessorFile({ name }) && /processor_config\.json$/.test(name);
}

function configuration(format: ExportChoice['format'], text: string): ModelFile {
  return textFile(CONFIGURATION_FILES[format] ?? '', text);
}

/** A file of this text. */
export function textFile(name: string, text: string): ModelFile {
  const bytes = new TextEncoder().encode(text);
  return { name, size: bytes.length, chunks: () => once(async () => bytes) };
}

/** Files beside a model's weights are small. */
function copied({ name, blob }: NamedBlob<ByteSource>): ModelFile {
  return {
    name,
    size: blob.size,
    chunks: () => once(async () => new Uint8Array(await blob.arrayBuffer())),
  };
}

async function* once(read: () => Promise<Uint8Array>): AsyncGenerator<Uint8Array> {
  yield await read();
}
