import { describe, expect, it } from 'vitest';
import { compose } from './compose';
import { expandSweeps } from './override/sweep';
import { configFiles } from './source';
import { fixture, refusal } from './testing';

/** A small tree, as Hydra's manual has them. */
const shop = configFiles(
  new Map([
    ['main.yaml', 'defaults: [{db: mysql}, _self_]\nhosts: {a: 1, b: 2}'],
    ['db/mysql.yaml', 'driver: mysql\ntimeout: 10'],
    ['db/postgresql.yaml', 'driver: postgresql\ntimeout: 20'],
    ['cache/redis.yaml', 'port: 6379'],
  ]),
);

const composing = (...overrides: string[]) =>
  refusal(() => compose({ ...shop, configName: 'main', overrides, env: {} }));

const composingFiles = (files: Readonly<Record<string, string>>, ...overrides: string[]) => {
  const source = configFiles(new Map(Object.entries(files)));
  return refusal(() => compose({ ...source, configName: 'main', overrides, env: {} }));
};

describe('messages about what is not there', () => {
  it('names the nearest key', async () => {
    expect(await composing('db.tiemout=5')).toMatchInlineSnapshot(`
      "db.tiemout=5
      There is no key db.tiemout. Did you mean db.timeout? To add a new key, write +db.tiemout=..."
    `);
  });

  it('names the nearest option of a group', async () => {
    expect(await composing('db=postgres')).toMatchInlineSnapshot(
      `"main.yaml: there is no db/postgres.yaml. Did you mean postgresql? The options of db are mysql, postgresql."`,
    );
  });

  it('names the nearest configuration', async () => {
    expect(
      await refusal(() => compose({ ...shop, configName: 'mian', overrides: [], env: {} })),
    ).toMatchInlineSnapshot(
      `"There is no configuration mian.yaml. Did you mean main? The options of the top folder are main."`,
    );
  });

  it('says how a group that no list has is appended', async () => {
    expect(await composing('cache=redis')).toMatchInlineSnapshot(
      `"the group cache cannot be overridden: no defaults list has it. The groups are db. To append it to the defaults list write +cache=redis."`,
    );
  });

  it('says which file asks for what is missing', async () => {
    const files = { 'main.yaml': 'defaults: [{db: mysql}]', 'db/mysql8.yaml': '{}' };
    expect(await composingFiles(files)).toMatchInlineSnapshot(
      `"main.yaml: there is no db/mysql.yaml. Did you mean mysql8? The options of db are mysql8."`,
    );
  });

  it('lists the options of a mandatory group', async () => {
    const files = { 'main.yaml': "defaults: [{db: '???'}]", 'db/mysql.yaml': '{}' };
    expect(await composingFiles(files)).toMatchInlineSnapshot(
      `"main.yaml: db has no option yet. Choose one: db=OPTION. The options are mysql."`,
    );
  });
});

describe('messages about what does not fit', () => {
  it('tells a sweep without multirun what to do', async () => {
    expect(await composing('db.timeout=5,10')).toMatchInlineSnapshot(`
      "db.timeout=5,10
      This gives db.timeout several values, which is for multirun (-m). A list is written db.timeout=[...], a text with commas db.timeout='...'."
    `);
  });

  it('says that + is for what is new', async () => {
    expect(await composing('+db.timeout=5')).toMatchInlineSnapshot(
      `
      "+db.timeout=5
      db.timeout is there already, with the value 10. Write db.timeout=5 to change it."
    `,
    );
  });

  it('says how a section that is there is changed', async () => {
    expect(await composing('+db=mysql2')).toMatchInlineSnapshot(
      `"main.yaml: there is no db/mysql2.yaml. Did you mean mysql? The options of db are mysql, postgresql."`,
    );
    expect(await composing('+hosts=x')).toMatchInlineSnapshot(`
      "+hosts=x
      hosts is there already: it is a section. Its values are changed one by one, as hosts.KEY=VALUE."
    `);
  });

  it('does not tell who deletes what is not there how to add it', async () => {
    expect(await composing('~db.tiemout')).toMatchInlineSnapshot(`
      "~db.tiemout
      There is no key db.tiemout, so none can be deleted. Did you mean db.timeout?"
    `);
    expect(await composing('~nothing.at.all')).toMatchInlineSnapshot(`
      "~nothing.at.all
      There is no key nothing.at.all, so none can be deleted. nothing.at has no keys."
    `);
  });

  it('says that a configuration without groups chooses none', async () => {
    const files = { 'main.yaml': 'a: 1', 'db/mysql.yaml': '{}' };
    expect(await composingFiles(files, 'db=mysql')).toMatchInlineSnapshot(
      `"the group db cannot be overridden: no defaults list has it. The configuration chooses from no group. To append it to the defaults list write +db=mysql."`,
    );
  });

  it('refuses a list in the place of a section', async () => {
    expect(await composing('hosts=[a,b]')).toMatchInlineSnapshot(`
      "hosts=[a,b]
      hosts is a section and cannot become a list. Delete it first (~hosts)."
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
      'db.weights=[0.5,0.5',
      'path={folder}/x',
      'a=b=c',
      'a=é',
      'db timeout=1',
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
      "db.weights=[0.5,0.5
                         ^
      This override cannot be read: a comma or ] is expected here.

      path={folder}/x
                  ^
      This override cannot be read: a : is expected after a key (a text with braces goes in quotes).

      a=b=c
         ^
      This override cannot be read: "=" is not expected here.

      a=é
        ^
      This override cannot be read: "é" needs quotes around the value, or a \\ before it.

      db timeout=1
      ^
      This override cannot be read: a name is expected here, such as section.key.

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
    const options = async () => ['mysql', 'postgresql', 'pgbouncer', 'pg'];
    expect(await expandSweeps(['db=glob([p*],exclude=*sql)'], options)).toEqual([
      ['db=pgbouncer'],
      ['db=pg'],
    ]);
  });
});
