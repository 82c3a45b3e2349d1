/** Configurations of FusionBench that do not come with this program, by what they ask for. */
import configs from './configs.json';
import { refusalOf } from './refusals';

const targets: ReadonlyMap<string, string> = new Map(Object.entries(configs));

/**
 * Why a configuration that FusionBench has (`method/tall_mask/task_arithmetic`) is not here.
 * @returns undefined where FusionBench has none of this name, or what it asks for is had
 */
export function explainConfig(path: string): string | undefined {
  const target = targets.get(path);
  return target === undefined ? undefined : refusalOf(target);
}
