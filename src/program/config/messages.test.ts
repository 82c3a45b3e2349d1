import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { compose } from '../hydra/compose';
import { configFolder } from '../hydra/folder-node';
import { refusal } from '../hydra/testing';

const folder = (path: string) =>
  configFolder(fileURLToPath(new URL(`../../../${path}`, import.meta.url)));
const own = folder('config');
const tutorials = folder('config/_get_started');
const tutorial = 'clip_task_arithmetic';

const composing = (configName: string, ...overrides: string[]) => {
  const source = configName === tutorial ? tutorials : own;
  return refusal(() => compose({ ...source, configName, overrides, env: {} }));
};

describe("messages about the project's own config/", () => {
  it("names the right option for the tutorial's own mistake", async () => {
    expect(await composing(tutorial, 'method.scale_factor=0.5')).toMatchInlineSnapshot(`
      "method.scale_factor=0.5
      There is no key method.scale_factor. Did you mean method.scaling_factor? To add a new key, write +method.scale_factor=..."
    `);
  });

  it('names the nearest option of a group', async () => {
    expect(await composing('fabric_model_fusion', 'method=taskarithmetic')).toMatchInlineSnapshot(
      `"fabric_model_fusion.yaml: there is no method/taskarithmetic.yaml. Did you mean task_arithmetic? The options of method are dummy, simple_average, task_arithmetic, ties_merging."`,
    );
  });

  it('names the nearest configuration', async () => {
    expect(await composing('_get_started/clip_task_arithmetics')).toMatchInlineSnapshot(
      `"There is no configuration _get_started/clip_task_arithmetics.yaml. Did you mean clip_task_arithmetic? The options of _get_started are clip_evaluate_single_model, clip_simple_average, clip_task_arithmetic, demo."`,
    );
  });

  it('says how a group that no list has is appended', async () => {
    expect(await composing('model_fusion', 'fabric=auto')).toMatchInlineSnapshot(
      `"the group fabric cannot be overridden: no defaults list has it. The groups are taskpool, method, modelpool, path. To append it to the defaults list write +fabric=auto."`,
    );
  });
});
