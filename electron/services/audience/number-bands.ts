/** More different numbers than these are no groups. */
const MOST_VALUES = 12;
const BANDS = 5;

/**
 * The cells of a column, with numbers as bands ("1730–35196") of a fifth of the customers each, where the column holds
 * numbers alone and more than 12 different ones; else as they are. Equal numbers share a band, so there may be fewer.
 */
export function numberBands(cells: readonly (string | null)[]): readonly (string | null)[] {
  const filled = cells.filter((cell): cell is string => cell !== null && cell.trim() !== '');
  const written = [...new Set(filled)];
  if (written.length <= MOST_VALUES || !written.every(isNumber)) return cells;
  const sorted = Float64Array.from(filled, Number).sort();
  const band = (at: number): number => sorted[Math.ceil((at * sorted.length) / BANDS) - 1]!;
  const tops = [...new Set(Array.from({ length: BANDS }, (_, at) => band(at + 1)))];
  const names = tops.map((top, at) => {
    const lowest = at === 0 ? sorted[0]! : sorted.find((value) => value > tops[at - 1]!)!;
    return lowest === top ? String(top) : `${lowest}–${top}`;
  });
  return cells.map((cell) =>
    cell === null || cell.trim() === '' ? null : names[tops.findIndex((top) => Number(cell) <= top)]!,
  );
}

/** Leading zeros are those of codes, such as postal ones. */
function isNumber(cell: string): boolean {
  return /^[+-]?(0|[1-9]\d*)(\.\d+)?(e[+-]?\d+)?$/i.test(cell.trim());
}
