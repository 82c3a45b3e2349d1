/** What is told of one run, besides its line in a table. */
import type { RunResult } from '../../program/run/workbench-node';
import { comparisonText } from './compare-text';
import { relationsText } from './relations-text';
import { searchText } from './search-text';

/** What it found. */
export function runTexts({
  relations,
  search,
  comparison,
}: Pick<RunResult, 'relations' | 'search' | 'comparison'>): string[] {
  return [
    ...(relations ? [relationsText(relations)] : []),
    ...(search ? [searchText(search)] : []),
    ...(comparison ? [comparisonText(comparison.rows)] : []),
  ];
}

/** Where it wrote. */
export function writtenTexts(
  written: Pick<
    RunResult,
    'relationsFolder' | 'modelFolder' | 'reportPath' | 'predictionsPath' | 'comparisonPath'
  >,
): string[] {
  const { relationsFolder, modelFolder, reportPath, predictionsPath, comparisonPath } = written;
  const told: readonly (readonly [string, string | null])[] = [
    ['Relations of the experts', relationsFolder],
    ['Merged model', modelFolder],
    ['Report', reportPath],
    ['Predictions', predictionsPath],
    ['Comparison', comparisonPath],
  ];
  return told.flatMap(([what, path]) => (path === null ? [] : [`${what}: ${path}`]));
}
