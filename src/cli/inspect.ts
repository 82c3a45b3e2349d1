/** `npm run -s inspect -- [--json] FILE...`: what files are, with the page's own reader. */
import { createHash } from 'node:crypto';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { gatherFiles } from '../program/gather-files-node';
import { type Inspection, inspectModel } from '../program/inspect';
import { inspectionText } from '../program/inspect-text';
import { optionMistake } from './option-mistake';

const OPTIONS = { json: { type: 'boolean' }, help: { type: 'boolean', short: 'h' } } as const;

const FLAGS = Object.keys(OPTIONS).map((name) => `--${name}`);

/** @param command - as it is called */
const usageOf = (command: string) => `${command} [--json] FILE...

Says what each file is: its format, its tensors, and how it can be used in a merge, or why not.
FILE is a file, a folder (one model), or an index.json of shards.
--json prints one line of JSON for each, in order, with the SHA-256 of its weights
and of every tensor's data.
The exit code is 0 if every file is well-formed, 1 otherwise.`;

/**
 * Inspects every argument in turn and prints what it is.
 * @param folder where relative paths begin
 * @param command as it is called
 * @returns the exit code
 */
export async function main(
  args: readonly string[],
  folder: string,
  command = 'npm run -s inspect --',
): Promise<number> {
  let json: boolean | undefined;
  let paths: string[];
  try {
    const parsed = parseArgs({
      args: [...args],
      options: OPTIONS,
      allowPositionals: true,
    });
    if (parsed.values.help) {
      console.log(usageOf(command));
      return 0;
    }
    json = parsed.values.json;
    paths = parsed.positionals;
  } catch (error) {
    console.error(`${optionMistake(error, FLAGS)}\n\n${usageOf(command)}`);
    return 1;
  }
  if (paths.length === 0) {
    console.error(usageOf(command));
    return 1;
  }
  let accepted = true;
  for (const [i, path] of paths.entries()) {
    const inspection = await inspect(path, resolve(folder, path), json === true);
    accepted &&= inspection.accepted;
    if (json) console.log(JSON.stringify(inspection));
    else console.log(`${i === 0 ? '' : '\n'}${inspectionText(inspection)}`);
  }
  return accepted ? 0 : 1;
}

async function inspect(name: string, path: string, hashed: boolean): Promise<Inspection> {
  try {
    return await inspectModel(name, await gatherFiles(path), hashed ? sha256 : undefined);
  } catch (error) {
    // Whatever happens to one file (it is not there, or may not be read), the others are still inspected.
    return { file: name, accepted: false, format: 'unknown', error: `${name}: ${reasonOf(error)}` };
  }
}

function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

function reasonOf(error: unknown): string {
  const isMissing = error instanceof Error && 'code' in error && error.code === 'ENOENT';
  if (isMissing) return 'there is no such file or folder.';
  return error instanceof Error ? error.message : String(error);
}
