import { AppError } from '../errors.js';
import {
  countryCode,
  hashOnce,
  isHashed,
  normaliseEmail,
  normaliseName,
  normalisePhone,
  normalisePlace,
  normaliseZip,
  type Platform,
} from './identity.js';
import type { ProfileColumns } from './select.js';
import type { ContactSpec } from './spec.js';
import type { OutputColumn } from './write-table.js';

/** Usual names of contact columns, without regard to case, blanks, dots, dashes and underscores. */
const USUAL_NAMES: Record<keyof ContactSpec, readonly string[]> = {
  email: ['email', 'emailaddress', 'mail', 'emailsha256', 'sha256email'],
  phone: [
    'phone',
    'phonenumber',
    'mobile',
    'telephone',
    'tel',
    'mobilephone',
    'mobilenumber',
    'cellphone',
    'telefon',
    'handy',
    'phonesha256',
    'sha256phone',
  ],
  firstName: ['firstname', 'givenname', 'fn', 'forename'],
  lastName: ['lastname', 'surname', 'familyname', 'ln'],
  city: ['city', 'town', 'ct'],
  state: ['state', 'province', 'st'],
  zip: ['zip', 'zipcode', 'postcode', 'postalcode', 'plz'],
  country: ['country', 'countrycode'],
};

/** Columns of the profile that hold contact data: those named, else those with a usual name. */
export function findContacts(profile: ProfileColumns, wanted: ContactSpec): ContactSpec {
  const found: ContactSpec = {};
  for (const field of Object.keys(USUAL_NAMES) as (keyof ContactSpec)[]) {
    const named = wanted[field];
    if (named !== undefined && !profile.has(named)) {
      throw new AppError(
        'column-missing',
        `The customers have no column "${named}" for ${field}`,
        `choose one of: ${[...profile.keys()].join(', ')}`,
        { column: named },
      );
    }
    const usual = [...profile.keys()].find((name) => USUAL_NAMES[field].includes(plainName(name)));
    found[field] = named ?? usual;
  }
  return found;
}

/** Those of the columns that hold emails or phones, by their usual names. */
export function contactColumns(columns: readonly string[]): string[] {
  const names = [...USUAL_NAMES.email, ...USUAL_NAMES.phone];
  return columns.filter((name) => names.includes(plainName(name)));
}

/** The column that holds countries, by its usual names. */
export function countryColumn(columns: readonly string[]): string | undefined {
  return columns.find((name) => USUAL_NAMES.country.includes(plainName(name)));
}

function plainName(name: string): string {
  return name.toLowerCase().replace(/[\s._-]/g, '');
}

/** A platform's upload file, and how many of the customers it can hold. */
export interface PlatformFile {
  columns: OutputColumn[];
  /** Customers in the file. */
  customers: number;
  /** Customers left out because no email, phone or full name with address is usable. */
  unmatchable: number;
  /** Cells that had something in them, but nothing the platform could match. */
  unusable: Partial<Record<keyof ContactSpec, number>>;
}

type Cells = Record<keyof ContactSpec, string | null>;
type Field = { header: string; of: keyof ContactSpec };

const LAYOUTS: Record<Platform, readonly Field[]> = {
  // Google's template of six columns; country and zip stay as they are.
  google: [
    { header: 'Email', of: 'email' },
    { header: 'Phone', of: 'phone' },
    { header: 'First Name', of: 'firstName' },
    { header: 'Last Name', of: 'lastName' },
    { header: 'Country', of: 'country' },
    { header: 'Zip', of: 'zip' },
  ],
  meta: [
    { header: 'email', of: 'email' },
    { header: 'phone', of: 'phone' },
    { header: 'fn', of: 'firstName' },
    { header: 'ln', of: 'lastName' },
    { header: 'ct', of: 'city' },
    { header: 'st', of: 'state' },
    { header: 'zip', of: 'zip' },
    { header: 'country', of: 'country' },
  ],
};

/**
 * Customer Match (google) or custom audience (meta) rows of the customers at `positions`, normalised, then hashed.
 * @throws AppError `contacts-missing` when the profile has none of email, phone and names.
 */
export function platformFile(
  platform: Platform,
  positions: ArrayLike<number>,
  profile: ProfileColumns,
  contacts: ContactSpec,
  defaultCountry?: string,
): PlatformFile {
  if (!contacts.email && !contacts.phone && !(contacts.firstName && contacts.lastName)) {
    throw new AppError(
      'contacts-missing',
      'The customers have no email, phone or name column, so no platform could match them',
      'give a file of contact data with the customer id and columns such as email and phone',
    );
  }
  const layout = LAYOUTS[platform];
  const values = layout.map(() => [] as (string | null)[]);
  const unusable: PlatformFile['unusable'] = {};
  let unmatchable = 0;
  for (let i = 0; i < positions.length; i++) {
    const raw = rawCells(profile, contacts, positions[i]!);
    const cells = platformCells(platform, raw, defaultCountry);
    for (const { of } of layout) {
      if (raw[of]?.trim() && cells[of] === null) unusable[of] = (unusable[of] ?? 0) + 1;
    }
    if (!isMatchable(cells)) unmatchable++;
    else layout.forEach(({ of }, k) => values[k]!.push(cells[of]));
  }
  return {
    columns: layout.map(({ header }, k) => ({ name: header, type: 'text', values: values[k]! })),
    customers: positions.length - unmatchable,
    unmatchable,
    unusable,
  };
}

function rawCells(profile: ProfileColumns, contacts: ContactSpec, at: number): Cells {
  const cell = (field: keyof ContactSpec) => {
    const name = contacts[field];
    return name === undefined ? null : (profile.get(name)?.[at] ?? null);
  };
  return {
    email: cell('email'),
    phone: cell('phone'),
    firstName: cell('firstName'),
    lastName: cell('lastName'),
    city: cell('city'),
    state: cell('state'),
    zip: cell('zip'),
    country: cell('country'),
  };
}

function platformCells(platform: Platform, raw: Cells, defaultCountry: string | undefined): Cells {
  const country =
    (raw.country && !isHashed(raw.country) ? countryCode(raw.country) : null) ?? defaultCountry?.toLowerCase() ?? null;
  const name = (text: string) => normaliseName(text, platform);
  const contact = {
    email: hashOnce(raw.email, (text) => normaliseEmail(text, platform)),
    phone: hashOnce(raw.phone, (text) => normalisePhone(text, platform, country)),
    firstName: hashOnce(raw.firstName, name),
    lastName: hashOnce(raw.lastName, name),
  };
  if (platform === 'google') {
    const zip = raw.zip && !isHashed(raw.zip) ? normaliseZip(raw.zip, platform, country) : null;
    return { ...contact, city: null, state: null, zip, country: country?.toUpperCase() ?? null };
  }
  return {
    ...contact,
    city: hashOnce(raw.city, normalisePlace),
    state: hashOnce(raw.state, normalisePlace),
    zip: hashOnce(raw.zip, (text) => normaliseZip(text, platform, country)),
    country: hashOnce(raw.country && isHashed(raw.country) ? raw.country : country, (text) => text),
  };
}

/** Google needs names together with country and zip; Meta takes names with any place. */
function isMatchable(cells: Cells): boolean {
  if (cells.email || cells.phone) return true;
  return Boolean(cells.firstName && cells.lastName && cells.country && cells.zip);
}
