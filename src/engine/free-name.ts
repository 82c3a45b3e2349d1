/** The name itself, or with the first number that is not taken: `mnist`, `mnist (2)`, `mnist (3)`. */
export function freeName(name: string, taken: readonly string[]): string {
  if (!taken.includes(name)) return name;
  let number = 2;
  while (taken.includes(`${name} (${number})`)) number++;
  return `${name} (${number})`;
}
