import { idColumn, isHeaderName, namedId, type IdChoice } from '../evaluate/id-column.js';
import { column, readTable, type TextTable } from '../evaluate/table-file.js';
import type { IdsAmong } from '../import/known-ids.js';
import { unprotectCell } from './cell.js';
import { contactColumns } from './formats.js';
import { isHashed, normaliseEmail, normalisePhone, sha256 } from './identity.js';

/** What a list may be matched against: the customer's id, and their contact data where the profile has it. */
export interface Identity {
  userId: string;
  email?: string | null;
  phone?: string | null;
  country?: string | null;
}

/**
 * A list of customers: ids, emails or phones, plain or as SHA-256 digests, mixed as they come. Matching leans towards
 * a hit (every usual spelling and both platforms' normal forms count), because a list is mostly there to keep people out.
 */
export class IdList {
  private readonly plain = new Set<string>();
  private readonly digests = new Set<string>();
  private hasContacts = false;

  constructor(values: Iterable<string>) {
    for (const value of values) this.add(value);
  }

  /** Distinct entries, after normalisation. */
  get size(): number {
    return this.plain.size + this.digests.size;
  }

  has(identity: Identity): boolean {
    const id = identity.userId.trim();
    if (this.plain.has(id)) return true;
    const needsHash = this.digests.size > 0;
    if (needsHash && (this.hasDigestOf(id) || this.hasDigestOf(id.toLowerCase()))) return true;
    if (!needsHash && !this.hasContacts) return false;
    return contactForms(identity).some((form) => this.plain.has(form) || this.hasDigestOf(form));
  }

  private hasDigestOf(text: string): boolean {
    return this.digests.has(isHashed(text) ? text.toLowerCase() : sha256(text));
  }

  private add(cell: string): void {
    const value = cell.trim();
    if (value === '') return;
    if (isHashed(value)) {
      this.digests.add(value.toLowerCase());
      // A digest may itself be the id under which the customer was imported.
      this.plain.add(value);
      return;
    }
    this.plain.add(value);
    this.plain.add(unprotectCell(value));
    for (const form of contactForms({ userId: value, email: value, phone: value })) {
      this.plain.add(form);
      this.hasContacts = true;
    }
  }
}

/** A list with where it came from. `sha256` is the digest of the file's bytes, filled by whoever reads it. */
export interface ListFile {
  file: string;
  list: IdList;
  rows: number;
}

/**
 * Reads a list file. One column: every line is an entry, a usual header aside. Several columns: the id column as
 * `idColumn` finds it, or `id`; without ids, emails and phones. An audience file of this app (with a `group` column) lists only who was treated.
 * @throws AppError `file-missing`, `file-unreadable`, `id-column-missing`, `column-missing`.
 */
export async function readIdList(file: string, id?: string, known?: IdsAmong): Promise<ListFile> {
  const bare = await readTable(file, { header: false });
  const values =
    bare.columns.length === 1 && !file.toLowerCase().endsWith('.parquet')
      ? singleColumn(bare, id)
      : await manyColumns(file, { wanted: id, known, option: 'FILE:COLUMN' });
  return { file, list: new IdList(values), rows: values.length };
}

function singleColumn(table: TextTable, id?: string): string[] {
  const values = present(column(table, table.columns[0]!));
  const first = values[0];
  const isHeader = first !== undefined && (first === id || isHeaderName(first));
  return isHeader ? values.slice(1) : values;
}

async function manyColumns(file: string, choice: IdChoice): Promise<string[]> {
  const table = await readTable(file);
  const groups = table.cells.get('group');
  const entries = (name: string) => {
    const cells = column(table, name);
    return present(groups ? cells.filter((_, i) => groups[i] !== 'holdout') : cells);
  };
  // A platform's file has no ids; its emails and phones say who is meant.
  const contacts = contactColumns(table.columns);
  const named = namedId(table);
  if (choice.wanted === undefined && contacts.length > 0 && (named === undefined || contacts.includes(named)))
    return contacts.flatMap(entries);
  return entries(await idColumn(table, choice));
}

function present(cells: readonly (string | null)[]): string[] {
  return cells.filter((cell): cell is string => cell !== null && cell.trim() !== '');
}

/** All normal forms of a customer's email and phone on either platform. */
function contactForms({ email, phone, country }: Identity): string[] {
  const forms = new Set<string | null>();
  if (email && isHashed(email)) forms.add(email.trim().toLowerCase());
  else if (email?.includes('@')) {
    forms.add(normaliseEmail(email, 'google'));
    forms.add(normaliseEmail(email, 'meta'));
  }
  if (phone && isHashed(phone)) forms.add(phone.trim().toLowerCase());
  else if (phone && /^[+\d(][\d\s().\-/]{6,}$/.test(phone.trim())) {
    forms.add(normalisePhone(phone, 'google', country));
    forms.add(normalisePhone(phone, 'meta', country));
  }
  forms.delete(null);
  return [...forms] as string[];
}
