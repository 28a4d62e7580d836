import type { ColumnRole } from './roles.js';
import type { FileKind, Source } from './sources.js';

/** What is known of a file when its kind is guessed: roles and the number of rows per customer in the sample. */
export interface FileTraits {
  name: string;
  columns: ColumnRole[];
  /** Rows of the sample over distinct ids in it; 1 means one row per customer. */
  rowsPerCustomer: number;
  /** Columns that hold nothing but 0 and 1. */
  binary: string[];
}

/** Words in the names of files and columns that speak for a source, in the order in which they are believed. */
const signs: [Source, RegExp][] = [
  ['searches', /search|quer(y|ies)|keyword/i],
  ['purchases', /purchas|transaction|order|invoice|basket|receipt|sales?\b|amount|price|spend|product|sku/i],
  ['paths', /page|visit|url|path|click|referr|session|view/i],
  ['apps', /\bapps?\b|install|usage|playtime|hours|minutes|games?\b|rating/i],
  ['services', /campaign|service|channel|contact|booking|subscription|policy|holding|course|assessment|activit/i],
];

const words = (text: string): string => text.replaceAll(/[_.-]/g, ' ');

/** The kind a file seems to be, and why, in plain words; the person has the last word. */
export function guessKind({ name, columns, rowsPerCustomer, binary }: FileTraits): { kind: FileKind; reason: string } {
  const others = columns.filter(({ role }) => role !== 'id');
  if (others.length === 0) return { kind: 'segment', reason: 'it holds customer ids alone' };
  if (rowsPerCustomer === 1 && binary.length === others.length) {
    return { kind: 'labels', reason: 'every column beside the id is 0 or 1' };
  }
  if (rowsPerCustomer === 1) return { kind: 'profile', reason: 'it has one row per customer' };
  for (const [kind, sign] of signs) {
    const inName = sign.exec(words(name));
    if (inName) return { kind, reason: `its name says “${inName[0]}”` };
  }
  for (const [kind, sign] of signs) {
    const column = others.find((candidate) => sign.test(words(candidate.name)));
    if (column) return { kind, reason: `it has a column “${column.name}” and several rows per customer` };
  }
  return { kind: 'services', reason: 'it has several rows per customer, and no name says more' };
}
