/** `--help`: the usage, the groups of the folder of configurations, and every method with its options. */
import { isChosenMethod, type MethodOption } from '../../method/options';
import { ALL_METHODS } from '../../method/registry';
import type { Method } from '../../method/types';
import { configFolder } from '../../program/hydra/folder-node';
import { type FuseArguments, SOURCES_COMMAND, usageOf } from './arguments';
import { configGroups, configNames } from './config-groups';
import { findConfigs } from './find-configs';
import type { FuseEnvironment } from './plan';
import { PROGRAM_KEYS } from './program-keys';

/** Of a terminal that nobody has made wider. */
const WIDTH = 100;

/** @throws ConfigError where there is no such folder of configurations */
export async function helpText(
  { configPath }: Pick<FuseArguments, 'configPath'>,
  { cwd, configs, command = SOURCES_COMMAND }: Pick<FuseEnvironment, 'cwd' | 'configs' | 'command'>,
): Promise<string> {
  const source = configFolder(await findConfigs(configPath, cwd, configs));
  const groups = await configGroups(source);
  return [
    usageOf(command),
    '',
    'Keys (key=value; ++key=value where the configuration may not have it)',
    ...Object.entries(PROGRAM_KEYS).map(([key, text]) => wrapped(`${key}  ${text}`, 2, 6)),
    '',
    'Configurations (--config-name)',
    wrapped((await configNames(source)).join(', '), 2),
    '',
    'Groups (group=option)',
    ...[...groups].map(([group, options]) => wrapped(`${group}: ${options.join(', ')}`, 2, 6)),
    '',
    'Methods (method=option) and their options (method.key=value) with defaults',
    ...ALL_METHODS.map(methodText),
  ].join('\n');
}

function methodText({ configuration, name, summary, options }: Method): string {
  return [
    wrapped(`${configuration}  ${name}. ${summary}`, 2, 6),
    ...options.map((option) =>
      wrapped(
        `${option.name}=${valueText(option)}  ${kindText(option)}. ${option.description}`,
        6,
        10,
      ),
    ),
  ].join('\n');
}

function valueText({ default: value }: MethodOption): string {
  if (value === 'none') return 'null';
  if (isChosenMethod(value)) return `{${value.method}}`;
  return Array.isArray(value) ? JSON.stringify(value) : String(value);
}

function kindText(option: MethodOption): string {
  switch (option.kind) {
    case 'number':
    case 'integer': {
      const what = option.kind === 'integer' ? 'Whole number' : 'Number';
      return `${what}${boundsText(option)}${option.orPerExpert ? ', or one for each expert' : ''}`;
    }
    case 'boolean':
      return 'true or false';
    case 'choice':
      return `One of ${option.choices.join(', ')}`;
    case 'factor':
      return `Number, or ${option.rules.map((rule) => (rule === 'none' ? 'null' : rule)).join(', ')}`;
    case 'number list':
      return option.perExpert ? 'A number for each expert' : 'Numbers';
    case 'number table':
      return 'A file, or a row of numbers for each expert';
    case 'string list':
      return 'Names';
    case 'method':
      return `A section with _target_, one of ${option.methods.map(({ name }) => name).join(', ')}`;
  }
}

function boundsText({ min, max }: { readonly min?: number; readonly max?: number }): string {
  if (min !== undefined && max !== undefined) return ` from ${min} to ${max}`;
  if (min !== undefined) return ` from ${min}`;
  return max === undefined ? '' : ` up to ${max}`;
}

/** @param hanging - indent of further lines */
function wrapped(text: string, indent: number, hanging = indent): string {
  const lines: string[] = [];
  let line = ' '.repeat(indent);
  let isBegun = false;
  for (const word of text.split(/(?<! ) (?! )/)) {
    if (isBegun && line.length + 1 + word.length > WIDTH) {
      lines.push(line);
      line = `${' '.repeat(hanging)}${word}`;
    } else {
      line += `${isBegun ? ' ' : ''}${word}`;
    }
    isBegun = true;
  }
  return [...lines, line].join('\n');
}
