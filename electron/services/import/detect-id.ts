import type { Workspace } from '../workspace/workspace.js';
import type { ColumnFacts } from './roles.js';

/** Who a row may be about, in the languages that files come in. */
const WHO =
  'user|usr|customer|cust|client|member|account|acct|visitor|person|household|subscriber|card|respondent|student|player|patient|consumer|buyer|shopper|guest|participant|passenger|donor|reader|viewer|listener|rider|policy ?holder|contact|' +
  'kunden?|kd|benutzer|nutzer|mitglied(?:er)?|clienti?e?|utilisateur|membre|usuario|socio|utente|klant(?:en)?|gebruiker|asiakas|klient|cliënt';
const KEY =
  'id|ids|no|nr|nbr|num|number|key|code|uuid|ref|reference|identifier|nummer|kennung|numero|número|numéro|référence|cod|codigo|código|codice|hash';
/** Who a row may be about where nobody else is named; beside a customer these are staff, things or parts. */
const LESSER_WHO =
  'hh|hshd|subject|profile|loyalty|lead|prospect|employee|company|organi[sz]ation|reviewer|borrower|insured|beneficiary|panelist|driver|case|device|lid';
const GAP = '[ _-]?';
const keyed = (who: string): RegExp => new RegExp(`^(?:app|uci|source)?${GAP}(?:${who})s?${GAP}(?:${KEY})$`, 'i');
const ID_NAME = keyed(WHO);
/** "id_client", "code client", "Nº de cliente". */
const ID_NAME_TURNED = new RegExp(`^(?:${KEY})${GAP}(?:de[rsl]?${GAP})?(?:${WHO})s?$`, 'i');
const LESSER_ID_NAME = keyed(LESSER_WHO);
const BARE_ID_NAME = /^(id|uid|uuid|user|customer|client|customerid|userid)$/i;
/** Names that are an id's only where the values are codes or addresses. */
const BARE_NAME = new RegExp(`^(?:${WHO})$`, 'i');
const MAIL_NAME = /^e[ _-]?mail(?:[ _-]?(?:address|adresse))?$/i;
const KEY_ENDING = new RegExp(`(?:${KEY})$`, 'i');
const CODES = 0.9;
/** Small numbers such as 1, 2, 3 are shared by accident; an id has many values. */
export const MANY = 20;

/** The place of the customer id column, -1 where there is none, and why it is taken for that. */
export interface FoundId {
  at: number;
  reason: string;
}

/** What tells codes from words in a column. */
export type CodeFacts = Pick<ColumnFacts, 'filled' | 'distinctValues' | 'codes' | 'opaque'>;

/**
 * The customer id column: by its name, else the column that shares most ids with the workspace, else by a name that may be
 * a customer's, else, where a customer has one row, by values that tell every row from the others.
 * @param sample a table with VARCHAR columns c1, c2, … in file order
 * @param known ids already in the workspace, as a query giving `user_id`
 * @param once whether a customer has one row, so that values of their own speak for an id
 */
export async function detectId(
  workspace: Workspace,
  sample: string,
  names: readonly string[],
  facts: readonly ColumnFacts[],
  known: string,
  once: boolean,
): Promise<FoundId> {
  const named = idByName(names, facts);
  if (named >= 0) return byName(names, named);
  const candidates = facts.filter(
    (fact) => fact.filled > 0 && fact.distinctValues > 1 && fact.words < 0.1 * fact.filled,
  );
  let best = { at: -1, shared: 0.5 };
  for (const fact of candidates) {
    const row = await workspace.one<{ shared: number }>(
      `SELECT avg(CAST(id_cell(c${fact.ordinal}) IN (${known}) AS INTEGER)) AS shared FROM (SELECT DISTINCT c${fact.ordinal} FROM ${sample} WHERE NOT is_blank(c${fact.ordinal}))`,
    );
    if (row && row.shared > best.shared && fact.distinctValues > MANY)
      best = { at: fact.ordinal - 1, shared: row.shared };
  }
  if (best.at >= 0) return { at: best.at, reason: 'most of its values are customers of the files before' };
  if (names.length === 1) return { at: 0, reason: 'it is the only column' };
  const lesser = idByLesserName(names);
  return lesser < 0 && once ? idByUniqueness(names, facts) : byName(names, lesser);
}

function byName(names: readonly string[], at: number): FoundId {
  return { at, reason: `"${names[at]}" names a customer` };
}

/** A code of its own in every row tells the customer where it stands first, as row numbers do, or is named like a key. */
function idByUniqueness(names: readonly string[], facts: readonly ColumnFacts[]): FoundId {
  const rows = Math.max(...facts.map(({ filled }) => filled));
  const isKey = ({ filled, distinctValues, codes, opaque }: ColumnFacts): boolean =>
    filled === rows && distinctValues === rows && codes + opaque === rows && rows > MANY;
  const reads = (at: number): boolean => at === 0 || KEY_ENDING.test(plainName(names[at]!));
  const at = facts.findIndex((fact, place) => isKey(fact) && reads(place));
  return { at, reason: 'no name tells the customer, and here every row has a value of its own' };
}

/** The index of the first column that names an employee, a device or the like, who are customers where nobody else is; or -1. */
export function idByLesserName(names: readonly string[]): number {
  return names.findIndex((name) => LESSER_ID_NAME.test(plainName(name)));
}

/** Whether a text is a usual header of customer ids, whatever lies below it. */
export function isIdName(text: string): boolean {
  const plain = plainName(text);
  return [ID_NAME, ID_NAME_TURNED, BARE_ID_NAME, LESSER_ID_NAME, BARE_NAME, MAIL_NAME].some((name) => name.test(plain));
}

/** A header without the type that some exports tell with it: "user_id:token", "age:int". */
export function untyped(name: string): string {
  return name.replace(/:[a-z_]+$/i, '');
}

/** "Kd.-Nr." and "Kunden Nr.", "Customer #" and "N° client" as plain words. */
function plainName(name: string): string {
  const spelled = untyped(name)
    .replace(/\bn[°º]/gi, ' no ')
    .replaceAll('#', ' no ');
  return spelled
    .replace(/[\s.]+/g, ' ')
    .replace(/ ?- ?/g, '-')
    .trim();
}

/**
 * The index of the column with the most telling name, or -1; an e-mail address stands for its customer where nothing
 * else does.
 */
export function idByName(headers: readonly string[], facts: readonly CodeFacts[]): number {
  const names = headers.map(plainName);
  const isCode = ({ codes, opaque, filled, distinctValues }: CodeFacts): boolean =>
    distinctValues > MANY && codes + opaque >= CODES * filled;
  const tests = [
    (name: string) => ID_NAME.test(name),
    (name: string) => ID_NAME_TURNED.test(name),
    (name: string) => BARE_ID_NAME.test(name),
    (name: string, at: number) => BARE_NAME.test(name) && isCode(facts[at]!),
    (name: string, at: number) => MAIL_NAME.test(name) && isCode(facts[at]!),
  ];
  for (const test of tests) {
    const at = names.findIndex(test);
    if (at >= 0) return at;
  }
  return -1;
}
