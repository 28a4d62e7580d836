import { parsePhoneNumberFromString, type CountryCode } from 'libphonenumber-js';
import { countryCode, isHashed, normaliseEmail, normalisePhone } from './identity.js';

/** All that one email or phone may be recognised by. */
export interface ContactForms {
  /** The usual spellings in normal form; a list may hold any of them, also as a digest. */
  forms: string[];
  /** A phone's digits without country and leading zeros; undefined for anything but a phone. */
  national?: string;
  /** Whether the phone's country is written or given, not guessed. */
  hasCountry: boolean;
}

const NOTHING: ContactForms = { forms: [], hasCountry: false };

/** Digits of the shortest and the longest phone number, as in E.164. */
const [SHORTEST, LONGEST] = [6, 15];

/**
 * Normal forms of an email or phone on either platform, or the digest it already is; none for any other text.
 * @param country ISO 3166-1 alpha-2 code or English name, for phones that are written without one
 */
export function contactForms(text: string, country?: string | null): ContactForms {
  const cell = text.trim();
  if (isHashed(cell)) return { forms: [cell.toLowerCase()], hasCountry: false };
  if (cell.includes('@')) {
    const forms = [normaliseEmail(cell, 'google'), normaliseEmail(cell, 'meta')];
    return { forms: present(forms), hasCountry: false };
  }
  const phone = cell
    .replace(/^(tel|telephone|telefon|phone|mobile|mobil|cell|handy)\b[.:\s]*/iu, '')
    .replace(/[\s(]+\p{L}.*$/u, '');
  const digits = phone.replace(/\D/gu, '');
  if (/\p{L}/u.test(phone) || digits.length < SHORTEST || digits.length > LONGEST) return NOTHING;
  return phoneForms(phone, digits, country);
}

function phoneForms(phone: string, digits: string, country: string | null | undefined): ContactForms {
  const international = phone.replace(/^\D*00(?=\d)/, '+');
  const region = country ? countryCode(country)?.toUpperCase() : undefined;
  const isInternational = international.startsWith('+');
  // To find out that there is no country takes the parser longer than anything else here.
  const parsed =
    isInternational || region ? parsePhoneNumberFromString(international, region as CountryCode) : undefined;
  const known = parsed?.isPossible() ? parsed : undefined;
  // Lists often lose the plus: the digits alone may start with a country, none of which starts with 0.
  const guessed = isInternational || digits.startsWith('0') ? null : normalisePhone(`+${digits}`, 'google');
  const numbers = present([known?.number, guessed]);
  return {
    forms: [...new Set([...numbers.flatMap((number) => [number, number.slice(1)]), digits])],
    national: (known?.nationalNumber ?? digits).replace(/^0+/, ''),
    hasCountry: known !== undefined,
  };
}

function present(forms: readonly (string | null | undefined)[]): string[] {
  return forms.filter((form): form is string => form !== null && form !== undefined);
}
