import { basename } from 'node:path';
import type { IdList } from './id-list.js';
import type { ListFile } from './list-file.js';
import { identifyingColumns, type SelectionInput } from './select.js';

/** The lists of the rules, read; `earlier` are those of the frequency rule. */
export type RuleLists = Record<'include' | 'suppress' | 'exclude' | 'earlier', ListFile[]>;

/** What came of one list. */
export interface ListReport {
  rule: keyof RuleLists;
  file: string;
  /** Rows that name somebody. */
  entries: number;
  /** Ranked customers that the list fits. */
  matched: number;
  /** What is wrong with a list that is empty or fits nobody; null for any other. */
  warning: string | null;
}

/** Reports of all lists, in the order in which the rules apply. */
export function listReports(
  lists: RuleLists,
  matched: ReadonlyMap<IdList, number>,
  input: SelectionInput,
): ListReport[] {
  return (Object.keys(lists) as (keyof RuleLists)[]).flatMap((rule) =>
    lists[rule].map((read) => {
      const { file, list, rows: entries } = read;
      const found = matched.get(list) ?? 0;
      return { rule, file, entries, matched: found, warning: found > 0 ? null : warningOf(read, rule, input) };
    }),
  );
}

const NAMES: Record<keyof RuleLists, string> = {
  include: 'include list',
  suppress: 'suppression list',
  exclude: 'exclude list',
  earlier: 'list of an earlier export',
};

function warningOf({ file, list, rows }: ListFile, rule: keyof RuleLists, input: SelectionInput): string {
  const name = `The ${NAMES[rule]} ${basename(file)}`;
  if (rows === 0) return `${name} is empty: nobody is on it. Check that it is the right file`;
  return `${name} fits no customer, though it has ${rows === 1 ? 'one entry' : `${rows} entries`}. ${hint(list, input)}`;
}

function hint(list: IdList, input: SelectionInput): string {
  if (list.hasOtherDigests) return 'MD5 and SHA-1 digests cannot be matched: use SHA-256, or plain emails and phones';
  const ids = 'Compare how ids are written in it and in the workspace';
  if (!list.mayNeedContacts) return ids;
  if (identifyingColumns(input).length === 0)
    return `${ids}; emails and phones also need contact data, a file with the customer id`;
  if (input.defaultCountry === undefined && input.contacts?.country === undefined)
    return `${ids}; phones without a country also need the country of phones`;
  return ids;
}
