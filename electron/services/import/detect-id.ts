import type { Workspace } from '../workspace/workspace.js';
import type { ColumnFacts } from './roles.js';

/** Who a row may be about, in the languages that files come in. */
const WHO =
  'user|usr|customer|cust|client|member|account|acct|visitor|person|household|subscriber|card|respondent|student|player|patient|consumer|buyer|shopper|guest|participant|passenger|donor|reader|viewer|listener|rider|policy ?holder|contact|' +
  'kunden?|benutzer|nutzer|mitglied(?:er)?|clienti?e?|utilisateur|membre|usuario|socio|utente|klant(?:en)?|gebruiker|asiakas|klient|cliënt';
const KEY =
  'id|ids|no|nr|num|number|key|code|uuid|ref|reference|nummer|kennung|numero|número|numéro|n°|cod|codigo|código|codice|hash';
const GAP = '[ _.-]?';
const ID_NAME = new RegExp(`^(?:app|uci|source)?${GAP}(?:${WHO})s?${GAP}(?:${KEY})$`, 'i');
/** "id_client", "code client", "Nº de cliente". */
const ID_NAME_TURNED = new RegExp(`^(?:${KEY})${GAP}(?:de[rsl]?${GAP})?(?:${WHO})s?$`, 'i');
const BARE_ID_NAME = /^(id|uid|uuid|user|customer|client|customerid|userid)$/i;
/** Names that are an id's only where the values are codes or addresses. */
const BARE_NAME = new RegExp(`^(?:${WHO})$`, 'i');
const MAIL_NAME = /^e[ _-]?mail(?:[ _-]?(?:address|adresse))?$/i;
const CODES = 0.9;
/** Small numbers such as 1, 2, 3 are shared by accident; an id has many values. */
export const MANY = 20;

/** What tells codes from words in a column. */
export type CodeFacts = Pick<ColumnFacts, 'filled' | 'distinctValues' | 'codes' | 'opaque'>;

/**
 * The index of the customer id column, or -1: by its name, else the column that shares most ids with the workspace.
 * @param sample a table with VARCHAR columns c1, c2, … in file order
 * @param known ids already in the workspace, as a query giving `user_id`
 */
export async function detectId(
  workspace: Workspace,
  sample: string,
  names: readonly string[],
  facts: readonly ColumnFacts[],
  known: string,
): Promise<number> {
  const named = idByName(names, facts);
  if (named >= 0) return named;
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
  if (best.at >= 0 || names.length > 1) return best.at;
  return 0;
}

/** Whether a text is a usual header of customer ids, whatever lies below it. */
export function isIdName(text: string): boolean {
  return [ID_NAME, ID_NAME_TURNED, BARE_ID_NAME, BARE_NAME, MAIL_NAME].some((name) => name.test(text));
}

/**
 * The index of the column with the most telling name, or -1; an e-mail address stands for its customer where nothing
 * else does.
 */
export function idByName(names: readonly string[], facts: readonly CodeFacts[]): number {
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
