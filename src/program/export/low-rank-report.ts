/** What a LoRA of a merged vector holds of it, and what it has no place for: for the card and the report. */

export interface LowRankMatrix {
  /** Canonical, such as `encoder.layers.0.mlp.fc1`. */
  readonly module: string;
  /** `||D - BA|| / ||D||` by Frobenius norms, `D` what merging changes; 0 where that is nothing. */
  readonly error: number;
}

/** What has no place in a LoRA. */
export interface LeftOut {
  /** For people: `biases and norms`. */
  readonly what: string;
  readonly parameters: number;
  /** Of the whole change, by squared norms: 0..1. */
  readonly share: number;
}

export interface LowRankReport {
  readonly rank: number;
  readonly matrices: readonly LowRankMatrix[];
  /** Of all matrices together. */
  readonly error: number;
  /** Of the whole change, what is left out being lost. */
  readonly wholeError: number;
  readonly leftOut: readonly LeftOut[];
}

/** In Markdown. */
export function lowRankText({ rank, matrices, error, wholeError, leftOut }: LowRankReport): string {
  const worst = matrices.toSorted((a, b) => b.error - a.error)[0];
  const lines = [
    `\`B A\` of rank ${rank} for ${matrices.length} matrices, the nearest there is to what merging changes in each (truncated singular value decomposition). By Frobenius norms, ${percent(error)} of their change is lost${worst ? `, at most ${percent(worst.error)} (\`${worst.module}\`)` : ''}; of the whole change, with what a LoRA has no place for, ${percent(wholeError)}.`,
    ...leftOut.map(
      ({ what, parameters, share }) =>
        `- Not in it: ${what}, ${parameters} parameters, ${percent(share)} of the squared change.`,
    ),
    `<details><summary>Relative error of each matrix</summary>\n\n| matrix | error |\n| --- | --- |\n${matrices
      .map(({ module, error: own }) => `| \`${module}\` | ${own.toFixed(4)} |`)
      .join('\n')}\n\n</details>`,
  ];
  const [first, ...rest] = lines;
  return [first, rest.slice(0, -1).join('\n'), rest.at(-1)].filter(Boolean).join('\n\n');
}

function percent(share: number): string {
  return `${(100 * share).toFixed(share < 0.001 && share > 0 ? 3 : 1)} %`;
}
