import type { Workspace } from '../workspace/workspace.js';
import { detectId, untyped } from './detect-id.js';
import { findLists, listSeparator } from './detect-list.js';
import { NUMBER_SHARE, timeRole } from './detect-time.js';
import { labelSql, SIGNED } from './label-words.js';
import type { FileKind, Role } from './sources.js';

/** What a column of a file was taken for, and why, in plain words. `parse` says how its numbers, times or labels are read, or what separates its texts. */
export interface ColumnRole {
  ordinal: number;
  name: string;
  role: Role;
  detectedRole: Role;
  reason: string;
  parse: string | null;
}

/** Facts about the non-blank cells of one column of the sample; counts are of cells unless they say distinct. */
export interface ColumnFacts {
  ordinal: number;
  filled: number;
  distinctValues: number;
  plain: number;
  english: number;
  european: number;
  whole: number;
  leadingZeros: number;
  codes: number;
  opaque: number;
  phones: number;
  binary: number;
  /** Cells that read as labels, where 0 or where -1 stands for having no target; counted where labels are looked for. */
  labels: number;
  signedLabels: number;
  iso: number;
  dateLike: number;
  epoch: number;
  words: number;
}

/** A reference code, and an address or generated key, as patterns that SQL and JavaScript read alike. */
export const CODE_CELL = '[A-Za-z]{0,4}[-_#]?\\d[\\w-]*(\\.0)?';
export const OPAQUE_CELL = '[0-9a-fA-F-]{24,}|[^@\\s]+@[^@\\s]+\\.[a-z]+|\\d{1,3}(\\.\\d{1,3}){3}';

/** Seconds from 1979 on or milliseconds since the epoch, as pandas may write them, or a day as 20110131. */
const EPOCH_CELL = '([3-9]\\d{8}|1\\d{9})(\\.\\d+)?|([3-9]\\d{11}|1\\d{12})(\\.0)?|(19|20)\\d{6}';

const CODE_NAME =
  /(^|[ _.-])(id|ids|code|sku|ean|upc|isbn|guid|uuid|ref|reference|invoice|order|receipt|ticket|session|token|hash|ip|cookie)([ _.-]?(no|nr|number))?$/i;
const CATEGORY_NAME =
  /(^|[ _.-])(regions?|browsers?|types?|systems?|category|categories|codes?|zones?|districts?|departments?|dept|brands?|branch|segments?|clusters?|groups?)$/i;
/** Ids of things, such as campaigns; many rows share each where there are few. */
const ID_OF_FEW = /[ _.-]ids?$/i;
/** More whole numbers than this are hardly the codes of a category. */
const MOST_CATEGORIES = 50;
/** Names of codes of things, which many customers share, unlike those of orders or sessions. */
const THING_CODE_NAME =
  /^(item|product|prod|article|movie|film|book|song|track|artist|game|course|page|store|shop|merchant|restaurant|content)[ _.-]?(id|code|no|nr|number)$/i;
/** Rows to a code from which it is shared. */
const SHARED = 2;
const POSTAL_NAME = /(^|[ _.-])(zip|zipcode|postcode|postal|plz)/i;
const PHONE_NAME = /(phone|mobile|telephone|fax|msisdn)/i;

/**
 * The role of every column, from its name and from a sample of its cells.
 * @param sample a table with VARCHAR columns c1, c2, … in file order
 * @param known ids already in the workspace, as a query giving `user_id`; helps to tell the id column
 */
export async function detectRoles(
  workspace: Workspace,
  sample: string,
  names: string[],
  kind: FileKind,
  idColumn: string | undefined,
  known: string,
): Promise<ColumnRole[]> {
  const facts = await columnFacts(workspace, sample, names.length, kind === 'labels');
  const id = idColumn
    ? { at: names.indexOf(idColumn), reason: NAMED }
    : await detectId(workspace, sample, names, facts, known, kind === 'profile');
  const columns: ColumnRole[] = [];
  for (const [at, name] of names.entries()) {
    const found =
      at === id.at
        ? { role: 'id' as const, reason: id.reason, parse: 'text' }
        : await roleOf(workspace, sample, name, facts[at]!, kind);
    columns.push({
      ordinal: at + 1,
      name,
      role: found.role,
      detectedRole: found.role,
      reason: found.reason,
      parse: found.parse ?? null,
    });
  }
  if (kind !== 'labels' && kind !== 'segment') await findLists(workspace, sample, columns);
  const hasWords = columns.some(({ role }, at) => role === 'text' && facts[at]!.whole < facts[at]!.filled);
  if (!hasWords) nameThingsByCodes(columns, facts);
  return columns;
}

/** Why a column is the customer id that a person named. */
export const NAMED = 'named as the customer id';

/** Where nothing else says what a row is about, the codes of things do: "product id: 1004856". */
function nameThingsByCodes(columns: ColumnRole[], facts: readonly ColumnFacts[]): void {
  columns.forEach((column, at) => {
    const { filled, distinctValues } = facts[at]!;
    const words = wordsOf(column.name);
    if (column.role !== 'ignore' || !THING_CODE_NAME.test(words) || filled < SHARED * distinctValues) return;
    column.role = column.detectedRole = 'text';
    column.reason = 'its codes alone say what a row is about';
  });
}

/** "productId" and "item_id:token" as words, without a type told in the header. */
function wordsOf(name: string): string {
  return untyped(name).replace(/([a-z])([A-Z])/g, '$1 $2');
}

/** A role and why. */
export interface Found {
  role: Role;
  reason: string;
  parse?: string;
}

async function columnFacts(
  workspace: Workspace,
  sample: string,
  width: number,
  forLabels: boolean,
): Promise<ColumnFacts[]> {
  const cells = Array.from(
    { length: width },
    (_, at) =>
      `SELECT ${at + 1} AS ordinal, trim(c${at + 1}) AS v, count(*) AS n FROM ${sample} WHERE NOT is_blank(c${at + 1}) GROUP BY v`,
  );
  const rows = await workspace.all<{ ordinal: number } & Record<string, number>>(`
    WITH cells AS (SELECT *, number_core(v) AS core FROM (${cells.join(' UNION ALL ')}))
    SELECT ordinal, sum(n) AS filled, count(*) AS distinct_values,
      coalesce(sum(n) FILTER (isfinite(number_plain(v))), 0) AS plain,
      coalesce(sum(n) FILTER (number_english(core) IS NOT NULL), 0) AS english,
      coalesce(sum(n) FILTER (number_european(core) IS NOT NULL), 0) AS european,
      coalesce(sum(n) FILTER (regexp_full_match(v, '\\d+')), 0) AS whole,
      coalesce(sum(n) FILTER (regexp_matches(v, '^0\\d')), 0) AS leading_zeros,
      coalesce(sum(n) FILTER (regexp_full_match(v, '${CODE_CELL}')), 0) AS codes,
      coalesce(sum(n) FILTER (regexp_full_match(v, '${OPAQUE_CELL}')), 0) AS opaque,
      coalesce(sum(n) FILTER (regexp_full_match(v, '\\+?[\\d ()/.-]{7,}') AND regexp_matches(v, '^\\+|^0|[\\d)] ?[-(/ ]')), 0) AS phones,
      coalesce(sum(n) FILTER (v IN ('0', '1')), 0) AS "binary",
      ${forLabels ? labelCountsSql() : ''}
      coalesce(sum(n) FILTER (regexp_matches(v, '^\\d{4}-\\d{1,2}-\\d{1,2}([ T]|$)') AND TRY_CAST(v AS TIMESTAMP) IS NOT NULL), 0) AS iso,
      coalesce(sum(n) FILTER (regexp_matches(v, '^\\d{1,4}[-/. ](\\d{1,2}|[A-Za-z]{3,9})[-/. ]\\d{2,4}\\b|^(19|20)\\d\\d[-/](0?[1-9]|1[0-2])$|^[A-Z][a-z]{2,8} \\d{1,2}, \\d{4}')), 0) AS date_like,
      coalesce(sum(n) FILTER (regexp_full_match(v, '${EPOCH_CELL}')), 0) AS epoch,
      coalesce(sum(n) FILTER (regexp_matches(v, '[A-Za-z]{3,}.* ')), 0) AS words
    FROM cells GROUP BY ordinal`);
  return Array.from({ length: width }, (_, at) => {
    const row = rows.find((candidate) => candidate.ordinal === at + 1);
    const count = (key: string): number => row?.[key] ?? 0;
    return {
      ordinal: at + 1,
      filled: count('filled'),
      distinctValues: count('distinct_values'),
      plain: count('plain'),
      english: count('english'),
      european: count('european'),
      whole: count('whole'),
      leadingZeros: count('leading_zeros'),
      codes: count('codes'),
      opaque: count('opaque'),
      phones: count('phones'),
      binary: count('binary'),
      labels: count('labels'),
      signedLabels: count('signed_labels'),
      iso: count('iso'),
      dateLike: count('date_like'),
      epoch: count('epoch'),
      words: count('words'),
    };
  });
}

/** Only a label file is searched for labels: it takes longer than all else that is counted. */
function labelCountsSql(): string {
  const count = (parse: string | null) => `coalesce(sum(n) FILTER ((${labelSql('v', parse)}) IS NOT NULL), 0)`;
  return `${count(null)} AS labels, ${count(SIGNED)} AS signed_labels,`;
}

async function roleOf(
  workspace: Workspace,
  sample: string,
  name: string,
  fact: ColumnFacts,
  kind: FileKind,
): Promise<Found> {
  if (fact.filled === 0) return { role: 'ignore', reason: 'it has no values' };
  if (kind === 'segment') return { role: 'ignore', reason: 'a segment needs the ids alone' };
  if (kind === 'labels') return labelRole(fact);
  const share = (count: number): number => count / fact.filled;
  if (share(fact.opaque) > 0.9)
    return { role: 'ignore', reason: 'it holds addresses or generated keys, which say nothing about a customer' };
  const words = wordsOf(name);
  const time = await timeRole(workspace, sample, name, fact);
  if (time) return time;
  if (PHONE_NAME.test(name) && share(fact.phones) > 0.8)
    return { role: 'ignore', reason: 'it holds telephone numbers' };
  if ((CODE_NAME.test(words) || THING_CODE_NAME.test(words)) && share(fact.codes) > 0.9 && fact.distinctValues > 30) {
    return {
      role: 'ignore',
      reason: 'its name and values look like reference codes, which say nothing about a customer',
    };
  }
  if (
    (CATEGORY_NAME.test(words) || (ID_OF_FEW.test(words) && fact.filled >= SHARED * fact.distinctValues)) &&
    fact.whole === fact.filled &&
    fact.binary < fact.filled &&
    fact.distinctValues <= MOST_CATEGORIES
  ) {
    return { role: 'text', reason: 'its name is that of a category, so its numbers are codes' };
  }
  if (POSTAL_NAME.test(name)) return { role: 'text', reason: 'a postal code is a place, not a quantity' };
  if (share(fact.leadingZeros) > 0.01 && share(fact.plain) > NUMBER_SHARE)
    return { role: 'text', reason: 'codes with leading zeros are not quantities' };
  return (
    numberRole(fact) ?? {
      role: 'text',
      reason: `its values are words or categories, ${fact.distinctValues} different ones in the sample`,
    }
  );
}

function labelRole(fact: ColumnFacts): Found {
  if (fact.binary === fact.filled) return { role: 'label', reason: 'its values are 0 and 1' };
  if (fact.labels === fact.filled) return { role: 'label', reason: 'its values say yes and no' };
  if (fact.signedLabels === fact.filled) return { role: 'label', reason: 'its values are 1 and -1', parse: SIGNED };
  return { role: 'ignore', reason: 'its values are not all 1 and 0, yes and no, or the like' };
}

function numberRole(fact: ColumnFacts): Found | undefined {
  const best = Math.max(fact.plain, fact.english, fact.european);
  if (best < NUMBER_SHARE * fact.filled) return undefined;
  const percent = Math.floor((100 * best) / fact.filled);
  if (fact.plain === best) return { role: 'number', reason: `${percent} % of its values are numbers`, parse: 'plain' };
  if (fact.european > fact.english)
    return { role: 'number', reason: `${percent} % of its values are numbers with a decimal comma`, parse: 'european' };
  return {
    role: 'number',
    reason: `${percent} % of its values are numbers, ranges, percentages or amounts`,
    parse: 'english',
  };
}

/** How the cells of a column whose role a person set are to be read, by the same facts. */
export async function parseFor(
  workspace: Workspace,
  sample: string,
  name: string,
  ordinal: number,
  role: Role,
): Promise<string | null> {
  const fact = (await columnFacts(workspace, sample, ordinal, role === 'label'))[ordinal - 1]!;
  if (role === 'time') return (await timeRole(workspace, sample, name, fact))?.parse ?? 'iso';
  if (role === 'number') {
    if (fact.plain >= fact.english && fact.plain >= fact.european) return 'plain';
    return fact.european > fact.english ? 'european' : 'english';
  }
  if (role === 'text') return (await listSeparator(workspace, sample, name, ordinal)) ?? null;
  return role === 'label' ? (labelRole(fact).parse ?? null) : null;
}
