/** What is wrong with the options of a command line, in a sentence or two. */
import { nearestName } from '../program/hydra/values/nearest';

/** As Node's `parseArgs` quotes it. */
const UNKNOWN = /^Unknown option '(-[^']*)'/;

/**
 * @param thrown - by `parseArgs` of `node:util`
 * @param flags - all that there are, as `--name`
 */
export function optionMistake(thrown: unknown, flags: readonly string[]): string {
  const message = thrown instanceof Error ? thrown.message : String(thrown);
  // Node's message goes on with advice for programmers.
  const reason = message.split(/\. |\.?\n/)[0]?.replace(/\.$/, '');
  const [, unknown] = UNKNOWN.exec(message) ?? [];
  const near = unknown === undefined ? undefined : nearestName(unknown, flags);
  return near === undefined ? `${reason}.` : `${reason}. Did you mean ${near}?`;
}
