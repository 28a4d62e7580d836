import { idOfCell } from '../import/id-cell.js';
import { contactForms, type ContactForms } from './contact-forms.js';
import { countryCode, isHashed, sha256 } from './identity.js';

/** A text that says who is meant: an id, an email, a phone, or the digest of one. */
export interface ListEntry {
  text: string;
  /** Country of a phone that names none. */
  country?: string | null;
}

/** What a list may be matched against. */
export interface Identity {
  userId: string;
  /** Cells with emails and phones. */
  contacts?: readonly (string | null | undefined)[];
  /** Country of phones that name none. */
  country?: string | null;
}

export interface ListRules {
  /** Country (ISO 3166-1 alpha-2) of the list's phones that name none. */
  country?: string;
  /**
   * For a list that lets customers in: ids must agree in case, and a phone whose country nobody knows is no other phone.
   * A list that keeps customers out rather keeps out one too many.
   */
  exact?: boolean;
}

/**
 * A customer as lists see them; what they are recognised by is worked out once for all lists, and only when a list
 * asks for it.
 */
export class Trace {
  readonly id: string;
  private known?: { contacts: ContactForms[]; forms: string[]; digests: string[] };
  private hashed?: string[];

  constructor(private readonly identity: Identity) {
    this.id = identity.userId.trim();
  }

  get contacts(): ContactForms[] {
    return this.worked.contacts;
  }

  /** Contacts that are known as digests alone. */
  get hashedContacts(): string[] {
    return this.worked.digests;
  }

  /** Normal forms of the contacts, and the cells as they stand, in lower case. */
  get forms(): string[] {
    return this.worked.forms;
  }

  /** Digests by which a hashed list may name the customer. */
  get digests(): string[] {
    if (this.hashed) return this.hashed;
    const plain = [this.id, this.id.toLowerCase(), this.id.toUpperCase(), ...this.worked.forms];
    return (this.hashed = [
      ...this.worked.digests,
      ...[...new Set(plain)].map((text) => (isHashed(text) ? text.toLowerCase() : sha256(text))),
    ]);
  }

  private get worked(): { contacts: ContactForms[]; forms: string[]; digests: string[] } {
    if (this.known) return this.known;
    const cells = (this.identity.contacts ?? []).filter((cell): cell is string => Boolean(cell?.trim()));
    const contacts = cells.map((cell) => contactForms(cell, this.identity.country));
    const forms = [...contacts.flatMap((contact) => contact.forms), ...cells.map(fold)];
    return (this.known = { contacts, forms, digests: forms.filter(isHashed) });
  }
}

/**
 * A list of customers: ids, emails or phones, plain or as SHA-256 digests, mixed as they come. Matching leans towards
 * a hit (every usual spelling and both platforms' normal forms count), because a list is mostly there to keep people out.
 */
export class IdList {
  private readonly plain = new Set<string>();
  private readonly digests = new Set<string>();
  /** National numbers of phones whose country is known, and of the others. */
  private readonly national = { known: new Set<string>(), unknown: new Set<string>() };
  private others = 0;
  private hasContacts = false;
  private ofPlain?: Set<string>;
  private readonly exact: boolean;

  constructor(entries: Iterable<string | ListEntry>, { country, exact = false }: ListRules = {}) {
    this.exact = exact;
    for (const entry of entries) {
      if (typeof entry === 'string') this.add(entry, country);
      else this.add(entry.text, countryCode(entry.country ?? '') ?? country);
    }
  }

  /** Whether the list holds emails, phones or SHA-256 digests. */
  get mayNeedContacts(): boolean {
    return this.hasContacts || this.digests.size > 0;
  }

  /** Whether the list holds digests as long as those of MD5 and SHA-1, which cannot be matched. */
  get hasOtherDigests(): boolean {
    return this.others > 0;
  }

  has(customer: Identity | Trace): boolean {
    const trace = customer instanceof Trace ? customer : new Trace(customer);
    if (this.plain.has(this.exact ? trace.id : fold(trace.id))) return true;
    if (this.digests.size > 0 && trace.digests.some((digest) => this.digests.has(digest))) return true;
    if (!this.hasContacts) return false;
    if (trace.hashedContacts.some((digest) => this.ownDigests.has(digest))) return true;
    return trace.forms.some((form) => this.plain.has(form)) || (!this.exact && trace.contacts.some(this.hasNational));
  }

  /** Digests of the plain entries, for customers whose contacts are hashed. */
  private get ownDigests(): Set<string> {
    return (this.ofPlain ??= new Set([...this.plain].map(sha256)));
  }

  /** One of two phones without a country is the other when their numbers within a country are the same. */
  private readonly hasNational = ({ national, hasCountry }: ContactForms): boolean => {
    if (national === undefined) return false;
    return this.national.unknown.has(national) || (!hasCountry && this.national.known.has(national));
  };

  private add(cell: string, country: string | undefined): void {
    const value = cell.trim();
    if (value === '') return;
    // A digest may itself be the id under which the customer was imported.
    this.plain.add(this.exact ? value : fold(value));
    if (isHashed(value)) {
      this.digests.add(value.toLowerCase());
      return;
    }
    if (/^([0-9a-f]{32}|[0-9a-f]{40})$/i.test(value)) this.others++;
    const bare = idOfCell(value);
    this.plain.add(this.exact ? bare : fold(bare));
    const { forms, national, hasCountry } = contactForms(bare, country);
    if (forms.length === 0) return;
    this.hasContacts = true;
    for (const form of forms) this.plain.add(form);
    if (national) this.national[hasCountry ? 'known' : 'unknown'].add(national);
  }
}

function fold(text: string): string {
  return text.trim().toLowerCase();
}
