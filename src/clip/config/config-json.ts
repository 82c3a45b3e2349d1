/**
 * `config.json` in the forms that transformers wrote over the years: nested (`CLIPConfig`), or the flat one of a vision tower alone
 * (`CLIPVisionConfig`). Keys that are absent mean transformers' defaults; older versions wrote non-default keys only.
 */

import { FormatError } from '../../errors';
import { isJsonObject, type JsonObject } from '../files';
import type { OpenClipSettings } from './open-clip-settings';
import { refuseRelative, relativeSettings } from './relatives';
import type { Section } from './section';

export interface ConfigSections {
  readonly vision: Section;
  /** Absent in the configuration of a vision tower alone. */
  readonly text?: Section;
  /** Where `projection_dim` of both towers' common space stands. */
  readonly projection: Section;
  /** What only an OpenCLIP configuration, or that of a relative of CLIP, says. */
  readonly openClip?: OpenClipSettings;
}

/**
 * Splits a parsed `config.json`. A legacy `vision_config_dict` or `text_config_dict` replaces its section as a whole, as
 * transformers' `CLIPConfig.__post_init__` does.
 * @throws FormatError where the file describes something else than a CLIP
 */
export function configSections(file: string, json: JsonObject): ConfigSections {
  refuseRelative(file, json);
  const openClip = relativeSettings(json);
  const root: Section = { file, path: '', values: json };
  const nested = (key: string): Section => {
    for (const name of [`${key}_dict`, key]) {
      const values = json[name];
      if (isJsonObject(values)) return { file, path: `${name}.`, values };
    }
    return { file, path: `${key}.`, values: {} };
  };
  const isNested =
    json.model_type === 'clip' ||
    isJsonObject(json.vision_config) ||
    isJsonObject(json.text_config);
  if (!isNested && json.model_type !== 'clip_vision_model' && json.hidden_size === undefined) {
    throw new FormatError(
      file,
      `it is not the configuration of a CLIP${typeof json.model_type === 'string' ? ` but of "${json.model_type}"` : ''}: it has neither vision_config nor hidden_size. Add the config.json that belongs to the weights, or leave it out.`,
    );
  }
  return isNested
    ? {
        vision: nested('vision_config'),
        text: nested('text_config'),
        projection: root,
        ...(openClip && { openClip }),
      }
    : { vision: root, projection: root };
}
