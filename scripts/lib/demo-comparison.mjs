/** The table of a comparison as it stands in the demo's card: Markdown, the best first. */

/**
 * @typedef {object} Row a row of the report's `comparison`
 * @property {string} title
 * @property {number | null} scalingFactor
 * @property {boolean} chosen
 * @property {{ pictures: number } | null} choosing
 * @property {{ pictures: number, accuracy: number, interval: readonly [number, number] } | null} reporting
 * @property {readonly { task: string, accuracy: number }[]} tasks
 * @property {{ difference: number, pValue: number } | null} difference
 */

const BEGIN = '<!-- begin of the comparison -->';
const END = '<!-- end of the comparison -->';

/** @param {number} share */
const percent = (share) => (100 * share).toFixed(1);

/** @param {number} p */
const pText = (p) => (p < 0.001 ? '< 0.001' : p.toPrecision(2));

/**
 * @param {readonly Row[]} rows
 * @returns {string} without what failed
 */
export function comparisonTable(rows) {
  const there = rows.filter(({ reporting }) => reporting !== null);
  const tasks = there[0]?.tasks.map(({ task }) => task) ?? [];
  const header = [
    'accuracy in %',
    'λ',
    ...tasks,
    'average',
    '95 %',
    'against task arithmetic',
    'p',
  ];
  const lines = there.map(
    ({ title, scalingFactor, chosen, reporting, tasks: scores, difference }) => {
      const [low = 0, high = 0] = reporting?.interval ?? [];
      const points = difference ? percent(difference.difference) : '';
      return [
        chosen ? `**${title}**` : title,
        scalingFactor === null ? '' : String(scalingFactor),
        ...scores.map(({ accuracy }) => percent(accuracy)),
        percent(reporting?.accuracy ?? 0),
        `${percent(low)} to ${percent(high)}`,
        difference && difference.difference > 0 ? `+${points}` : points,
        difference ? pText(difference.pValue) : '',
      ];
    },
  );
  const row = (/** @type {readonly string[]} */ cells) => `| ${cells.join(' | ')} |`;
  return [row(header), `|${'---|'.repeat(header.length)}`, ...lines.map(row)].join('\n');
}

/**
 * @param {readonly Row[]} rows
 * @returns {string} the sentence before the table, and the table
 */
export function comparisonBlock(rows) {
  const { choosing, reporting } = rows.find((row) => row.choosing && row.reporting) ?? {};
  const sentence = `Every method at the λ with the least loss on ${choosing?.pictures} of the test pictures, scored on the other ${reporting?.pictures}; in bold the one with the least loss of all on the former. p is McNemar's exact test against task arithmetic. \`npm run demo-comparison\` makes this table.`;
  return `${BEGIN}\n${sentence}\n\n${comparisonTable(rows)}\n${END}`;
}

/**
 * @param {string} text a file with such a block
 * @param {string} block another one
 * @returns {string} the file with the other; throws where it has none
 */
export function withBlock(text, block) {
  const [begin, end] = [text.indexOf(BEGIN), text.indexOf(END)];
  if (begin < 0 || end < begin) throw new Error(`There is no ${BEGIN} … ${END} to be replaced.`);
  return text.slice(0, begin) + block + text.slice(end + END.length);
}
