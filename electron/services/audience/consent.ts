/** What counts as consent where nothing else is named: yes in the languages that files are usually written in. */
export const YES_WORDS: readonly string[] = [
  ...['1', 'true', 't', 'x', '✓', '✔', 'on', 'ok'],
  ...['yes', 'y', 'ja', 'j', 'oui', 'sí', 'si', 'sì', 'sim', 'tak', 'ano', 'evet', 'igen'],
  ...['granted', 'given', 'agreed', 'accepted', 'confirmed', 'allowed', 'consented', 'subscribed'],
  ...['opt in', 'optin', 'opted in', 'wahr', 'vrai', 'erteilt'],
];

/** Values of a consent column that a message names. */
const SHOWN = 5;

/** Whether a cell is one of the allowed ones; case, blanks, dashes and a whole number's ".0" make no difference. */
export function consents(allowed: readonly string[]): (cell: string) => boolean {
  const words = new Set(allowed.map(plain));
  return (cell) => words.has(plain(cell));
}

/** A value of a consent column, however it is spelled. */
export interface ConsentValue {
  /** Its most common spelling. */
  value: string;
  customers: number;
  /** Whether it means yes where nothing else is named. */
  isYes: boolean;
}

/** The values that a consent column holds, the most common first; empty cells are none. */
export function consentValues(cells: readonly (string | null)[]): ConsentValue[] {
  const spellings = new Map<string, Map<string, number>>();
  for (const cell of cells) {
    const value = cell?.trim();
    if (!value) continue;
    const tally = spellings.get(plain(value)) ?? new Map<string, number>();
    spellings.set(plain(value), tally.set(value, (tally.get(value) ?? 0) + 1));
  }
  const isYes = consents(YES_WORDS);
  return [...spellings.values()]
    .map((tally) => {
      const [[value] = ['']] = [...tally].sort((a, b) => b[1] - a[1]);
      return { value, customers: [...tally.values()].reduce((sum, n) => sum + n, 0), isYes: isYes(value) };
    })
    .sort((a, b) => b.customers - a.customers);
}

/** What to say when no cell of the column is an allowed one, and with which values that can be mended; else null. */
export function consentWarning(
  { column, allowed }: { column: string; allowed: readonly string[] },
  cells: readonly (string | null)[],
): string | null {
  const isAllowed = consents(allowed);
  if (cells.length === 0 || cells.some((cell) => isAllowed(cell ?? ''))) return null;
  const held = consentValues(cells);
  if (held.length === 0) return `Nobody has consent: the column "${column}" is empty`;
  const common = held.slice(0, SHOWN);
  const values = common.map(({ value, customers }) => `"${value}" (${customers})`).join(', ');
  const rest = held.length > SHOWN ? ` and ${held.length - SHOWN} more` : '';
  return `Nobody has consent: no value of "${column}" is a yes that is known; it holds ${values}${rest}. Name those that mean yes as the values of consent`;
}

function plain(cell: string): string {
  return cell
    .normalize('NFC')
    .trim()
    .toLowerCase()
    .replace(/^([+-]?\d+)\.0+$/, '$1')
    .replace(/[\s_-]+/gu, ' ');
}
