import { createHash } from 'node:crypto';
import { getCountries, parsePhoneNumberFromString, type CountryCode } from 'libphonenumber-js';

/** Platforms whose upload files the app writes; each has its own rules before hashing. */
export type Platform = 'google' | 'meta';

/** Lower-case hexadecimal SHA-256 of a text in UTF-8. */
export function sha256(text: string): string {
  return createHash('sha256').update(text, 'utf8').digest('hex');
}

/** Whether a cell already holds a SHA-256 digest, in hexadecimal of either case. */
export function isHashed(cell: string): boolean {
  return /^[0-9a-f]{64}$/i.test(cell.trim());
}

/** Hashes a cell after normalising it; a digest is passed on in lower case; null when nothing usable is left. */
export function hashOnce(cell: string | null, normalise: (text: string) => string | null): string | null {
  if (cell === null || cell.trim() === '') return null;
  if (isHashed(cell)) return cell.trim().toLowerCase();
  const normal = normalise(cell);
  return normal === null ? null : sha256(normal);
}

/**
 * Email as the platform wants it before hashing: no white space, lower case; for Google, `gmail.com` and
 * `googlemail.com` lose the dots and the `+suffix` of the local part (Meta has no such rule). Null when not an address.
 */
export function normaliseEmail(text: string, platform: Platform): string | null {
  const email = text.normalize('NFC').replace(/\s+/gu, '').toLowerCase();
  const match = /^([^@]+)@([^@]+\.[^@]+)$/u.exec(email);
  if (!match) return null;
  const [, local, domain] = match as unknown as [string, string, string];
  if (platform !== 'google' || !/^(gmail|googlemail)\.com$/.test(domain)) return email;
  const mailbox = local.replace(/\+.*$/u, '').replaceAll('.', '');
  return mailbox === '' ? null : `${mailbox}@${domain}`;
}

/**
 * Phone in E.164 (`+18005550100`); Meta wants the digits alone. `country` (ISO 3166-1 alpha-2) is assumed for numbers
 * written without one. Null when the number cannot be one.
 */
export function normalisePhone(text: string, platform: Platform, country?: string | null): string | null {
  const region = country ? (countryCode(country)?.toUpperCase() as CountryCode | undefined) : undefined;
  const international = text.trim().replace(/^00(?=\d)/, '+');
  const phone = parsePhoneNumberFromString(international, region) ?? parsePhoneNumberFromString(`+${international}`);
  if (!phone?.isPossible()) return null;
  return platform === 'meta' ? phone.number.slice(1) : phone.number;
}

/** First or last name: lower case, spaces at the ends and doubled ones gone; Meta also drops spaces and punctuation. */
export function normaliseName(text: string, platform: Platform): string | null {
  const name = text.normalize('NFC').trim().toLowerCase().replace(/\s+/gu, ' ');
  const plain = platform === 'meta' ? name.replace(/[\p{P}\p{S}\s]/gu, '') : withoutTitles(name);
  return plain === '' ? null : plain;
}

/** City or state for Meta: lower case, letters and digits only. */
export function normalisePlace(text: string): string | null {
  const place = text
    .normalize('NFC')
    .toLowerCase()
    .replace(/[^\p{L}\p{M}\p{N}]/gu, '');
  return place === '' ? null : place;
}

/** Postal code. Google: trimmed, as written. Meta: lower case without spaces and dashes, US codes cut to five digits. */
export function normaliseZip(text: string, platform: Platform, country?: string | null): string | null {
  const zip = text.trim();
  if (zip === '') return null;
  if (platform === 'google') return zip;
  const plain = zip.toLowerCase().replace(/[\s-]/g, '');
  return country && countryCode(country) === 'us' ? plain.slice(0, 5) : plain;
}

/** ISO 3166-1 alpha-2 code in lower case of a code or an English country name; null when it is neither. */
export function countryCode(text: string): string | null {
  const name = text.trim().toLowerCase();
  return countries().get(name) ?? null;
}

/** Google wants names without titles before and generations after them. */
function withoutTitles(name: string): string {
  return name.replace(/^(mr|mrs|ms|miss|dr|prof)\.?\s+/u, '').replace(/,?\s+(jr|sr)\.?$/u, '');
}

let countryIndex: Map<string, string> | undefined;

function countries(): Map<string, string> {
  if (countryIndex) return countryIndex;
  const names = new Intl.DisplayNames(['en'], { type: 'region' });
  countryIndex = new Map([
    ['uk', 'gb'],
    ['usa', 'us'],
    ['united states of america', 'us'],
    ['eire', 'ie'],
  ]);
  for (const code of getCountries()) {
    countryIndex.set(code.toLowerCase(), code.toLowerCase());
    countryIndex.set((names.of(code) ?? code).toLowerCase(), code.toLowerCase());
  }
  return countryIndex;
}
