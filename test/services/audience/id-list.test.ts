import { describe, expect, it } from 'vitest';
import { IdList } from '../../../electron/services/audience/id-list.js';
import { sha256 } from '../../../electron/services/audience/identity.js';

const phone = (text: string, country?: string) => ({ userId: 'P1', contacts: [text], country });

describe('phones on a list', () => {
  it('fit the same raw number where no country is known', () => {
    expect(new IdList(['0171 2000002']).has(phone('0171 2000002'))).toBe(true);
    expect(new IdList(['0171/200 00 02']).has(phone('(0171) 2000002'))).toBe(true);
    expect(new IdList(['0171 2000003']).has(phone('0171 2000002'))).toBe(false);
  });

  it.each(['0171 2000002', '+49 171 2000002', '491712000002', sha256('+491712000002'), sha256('491712000002')])(
    'fit a customer whose country is known: %s',
    (entry) => {
      expect(new IdList([entry], { country: 'DE' }).has(phone('0171 2000002', 'DE'))).toBe(true);
      expect(new IdList([entry], { country: 'DE' }).has(phone('0171 2000003', 'DE'))).toBe(false);
    },
  );

  it('fit a number whose country only one side names, unless the list lets customers in', () => {
    const [national, international] = ['0171 2000002', '+491712000002'];
    for (const [listed, held] of [
      [national, international],
      [international, national],
    ] as const) {
      expect(new IdList([listed]).has(phone(held))).toBe(true);
      expect(new IdList([listed], { exact: true }).has(phone(held))).toBe(false);
    }
    // Both countries are known, and they differ.
    expect(new IdList(['+431712000002']).has(phone(international))).toBe(false);
  });

  it('take the country of their own row before that of the list', () => {
    const list = new IdList([{ text: '0660 1234567', country: 'Austria' }], { country: 'DE' });
    expect(list.has(phone(sha256('+436601234567')))).toBe(true);
    expect(list.has(phone('+436601234567'))).toBe(true);
    const unreadable = new IdList([{ text: '0171 2000002', country: 'Schland' }], { country: 'DE' });
    expect(unreadable.has(phone(sha256('+491712000002')))).toBe(true);
  });
});

describe('emails on a list', () => {
  it('fit customers whose email is known as a digest alone', () => {
    const customer = { userId: 'P1', contacts: [sha256('a.b@x.de')] };
    expect(new IdList(['A.B@x.de']).has(customer)).toBe(true);
    expect(new IdList([sha256('a.b@x.de').toUpperCase()]).has(customer)).toBe(true);
    expect(new IdList(['b@x.de']).has(customer)).toBe(false);
  });
});

describe('ids on a list', () => {
  it('fit in any case where the list keeps customers out', () => {
    expect(new IdList(['p8932']).has({ userId: 'P8932' })).toBe(true);
    expect(new IdList([sha256('P8932')]).has({ userId: 'p8932' })).toBe(true);
    expect(new IdList(['p8932'], { exact: true }).has({ userId: 'P8932' })).toBe(false);
  });
});
