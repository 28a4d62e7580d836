import type { Failure } from '../electron/ipc/message.js';
import { text } from './text.js';
import { remedyOf } from './words/remedies.js';

/** Where a failure lies, in words. */
export function placeOf({ place }: Failure): string {
  const parts = [place.file, place.line === undefined ? undefined : `${text.data.line} ${place.line}`, place.column];
  return parts.filter(Boolean).join(' · ');
}

/**
 * A failure for somebody who helps, without customer data: what stands in quotation marks (a cell, in the words of a
 * library) and the folders of a path, which name people, are left out.
 */
export function reportOf(failure: Failure, version: string): string {
  const file = failure.place.file?.split(/[\\/]/).at(-1);
  const place = placeOf({ ...failure, place: { ...failure.place, file } });
  return [
    `${text.product} ${version}`,
    failure.code,
    withoutQuotations(failure.message),
    place,
    `${text.failure.todo}: ${withoutQuotations(remedyOf(failure))}`,
  ]
    .filter(Boolean)
    .join('\n');
}

/** An apostrophe within a word quotes nothing. */
function withoutQuotations(words: string): string {
  return words.replace(/"[^"]*"|“[^”]*”|(?<![\p{L}\p{N}])'[^']*'(?![\p{L}\p{N}])/gu, '"…"');
}
