/**
 * First characters that make a spreadsheet take a cell for a formula (OWASP, CSV injection), with their full-width
 * twins; and the apostrophe that protects, so that protecting can be undone without doubt.
 */
const RISKY = /^['=+\-@\t\r\n＝＋－＠]/u;

/** Puts an apostrophe before a text that a spreadsheet would run. Undone by `unprotectCell`. */
export function protectCell(text: string): string {
  return RISKY.test(text) ? `'${text}` : text;
}

/** The text that `protectCell` was given. */
export function unprotectCell(cell: string): string {
  return cell.startsWith("'") && RISKY.test(cell.slice(1)) ? cell.slice(1) : cell;
}
