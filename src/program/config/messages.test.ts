import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { ConfigError } from '../../errors';
import { composeConfig } from './compose';
import { configFolder } from './folder-node';
import { expandSweeps } from './override/sweep';
import { configFiles } from './source';
import { fixture } from './testing';

const own = configFolder(fileURLToPath(new URL('../../../config', import.meta.url)));
const tutorial = 'clip_task_arithmetic';
const tutorials = configFolder(
  fileURLToPath(new URL('../../../config/_get_started', import.meta.url)),
);

async function refusal(running: () => Promise<unknown>): Promise<string> {
  try {
    await running();
  } catch (error) {
    if (error instanceof ConfigError) return error.message;
    throw error;
  }
  return 'accepted';
}

const composing = (configName: string, ...overrides: string[]) => {
  const source = configName === tutorial ? tutorials : own;
  return refusal(() => composeConfig({ ...source, configName, overrides, env: {} }));
};

const composingFiles = (files: Readonly<Record<string, string>>, ...overrides: string[]) => {
  const source = configFiles(new Map(Object.entries(files)));
  return refusal(() => composeConfig({ ...source, configName: 'main', overrides, env: {} }));
};

describe('messages about what is not there', () => {
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

  it('says which file asks for what is missing', async () => {
    const files = { 'main.yaml': 'defaults: [{method: sum}]', 'method/sums.yaml': '{}' };
    expect(await composingFiles(files)).toMatchInlineSnapshot(
      `"main.yaml: there is no method/sum.yaml. Did you mean sums? The options of method are sums."`,
    );
  });

  it('lists the options of a mandatory group', async () => {
    const files = { 'main.yaml': "defaults: [{method: '???'}]", 'method/sum.yaml': '{}' };
    expect(await composingFiles(files)).toMatchInlineSnapshot(
      `"main.yaml: method has no option yet. Choose one: method=OPTION. The options are sum."`,
    );
  });
});

describe('messages about what does not fit', () => {
  it('tells a sweep without multirun what to do', async () => {
    expect(await composing(tutorial, 'method.scaling_factor=0.1,0.3')).toMatchInlineSnapshot(`
      "method.scaling_factor=0.1,0.3
      This gives method.scaling_factor several values, which is for multirun (-m). A list is written method.scaling_factor=[...], a text with commas method.scaling_factor='...'."
    `);
  });

  it('says that + is for what is new', async () => {
    expect(await composing(tutorial, '+method.scaling_factor=0.5')).toMatchInlineSnapshot(
      `
      "+method.scaling_factor=0.5
      method.scaling_factor is there already, with the value the number 0.7. Write method.scaling_factor=0.5 to change it."
    `,
    );
  });

  it('refuses a list in the place of a section', async () => {
    expect(await composing(tutorial, 'modelpool.models=[a,b]')).toMatchInlineSnapshot(`
      "modelpool.models=[a,b]
      modelpool.models is a section and cannot become a list. Delete it first (~modelpool.models)."
    `);
  });

  it('names the circle of files', async () => {
    const files = { 'main.yaml': 'defaults: [other]', 'other.yaml': 'defaults: [main]' };
    expect(await composingFiles(files)).toMatchInlineSnapshot(
      `"These defaults lists include one another in a circle: main.yaml -> other.yaml -> main.yaml."`,
    );
  });

  it('refuses a way out of the folder', async () => {
    expect(
      await composingFiles({ 'main.yaml': 'defaults: [../../secrets]' }),
    ).toMatchInlineSnapshot(
      `"../../secrets leaves the folder of configurations, which .. must not."`,
    );
  });

  it('gives line and column of broken YAML', async () => {
    expect(await composingFiles({ 'main.yaml': 'a: 1\nb: [1, 2\n' })).toMatchInlineSnapshot(
      `"main.yaml:3:1: this is not valid YAML (Flow sequence in block collection must be sufficiently indented and end with a ])."`,
    );
    expect(await composingFiles({ 'main.yaml': 'a: 1\na: 2\n' })).toMatchInlineSnapshot(
      `"main.yaml:2:1: this is not valid YAML (Map keys must be unique)."`,
    );
    expect(await composingFiles({ 'main.yaml': 'models: {yes: x}' })).toMatchInlineSnapshot(
      `"main.yaml: the key true under models reads as a boolean in YAML. Put it in quotes."`,
    );
    expect(await composingFiles({ 'main.yaml': '- 1' })).toMatchInlineSnapshot(
      `"main.yaml: "key: value" lines are expected at its top level."`,
    );
  });
});

describe('messages about overrides', () => {
  it('show the place and what is meant', async () => {
    const lines = [
      'method.weights=[0.5,0.5',
      'path={log_dir}/x',
      'a=b=c',
      'a=é',
      'method scaling_factor=1',
      'seed',
      'a=rnage(3)',
      'a=interval(0,1)',
      'a=range(0,1,0)',
      'a=range(0,1,0.00001)',
      'seed=12345678901234567890',
    ];
    const messages = [];
    for (const line of lines) {
      messages.push(await refusal(() => expandSweeps([line], async () => [])));
    }
    expect(messages.join('\n\n')).toMatchInlineSnapshot(`
      "method.weights=[0.5,0.5
                             ^
      This override cannot be read: a comma or ] is expected here.

      path={log_dir}/x
                   ^
      This override cannot be read: a : is expected after a key (a text with braces goes in quotes).

      a=b=c
         ^
      This override cannot be read: "=" is not expected here.

      a=é
        ^
      This override cannot be read: "é" needs quotes around the value, or a \\ before it.

      method scaling_factor=1
      ^
      This override cannot be read: a name is expected here, such as method.scaling_factor.

      seed
          ^
      This override cannot be read: a value is expected: seed=VALUE.

      a=rnage(3)
      There is no function rnage(). Did you mean range()? The functions are int, float, str, bool, choice, range, glob, tag, sort. If it is meant as text, put it in quotes.

      a=interval(0,1)
      interval() is not supported: it is for optimisers that search a continuous range. Use range(start,stop,step).

      a=range(0,1,0)
      The step of a range must not be 0.

      a=range(0,1,0.00001)
      The range has more than 10000 values. Take a larger step.

      seed=12345678901234567890
      12345678901234567890 is too large for a whole number here (the largest is 9007199254740991). If it is a name, put it in quotes."
    `);
  });
});

interface SweepCase {
  readonly lines: readonly string[];
  readonly runs?: readonly (readonly string[])[];
}

describe('multirun, against Hydra', () => {
  const { cases } = fixture<{ cases: readonly SweepCase[] }>('sweeps.json');
  it.each(cases.filter(({ runs }) => runs))('$lines', async ({ lines, runs }) => {
    expect(await expandSweeps(lines, async () => [])).toEqual(runs);
  });

  it('takes the options of a group by pattern', async () => {
    const options = async () => ['mean', 'task_arithmetic', 'ties_merging', 'ties'];
    expect(await expandSweeps(['method=glob([t*],exclude=*merging)'], options)).toEqual([
      ['method=task_arithmetic'],
      ['method=ties'],
    ]);
  });
});
