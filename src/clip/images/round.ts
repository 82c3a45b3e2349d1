/** Rounds as Python does: half goes to the even neighbour. */
export function roundHalfEven(value: number): number {
  const floor = Math.floor(value);
  const rest = value - floor;
  if (rest === 0.5) return floor + (floor & 1);
  return rest < 0.5 ? floor : floor + 1;
}
