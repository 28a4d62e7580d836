import { describe, expect, it } from 'vitest';
import { consentValues, consentWarning, consents, YES_WORDS } from '../../../electron/services/audience/consent.js';

describe('consent', () => {
  it.each([
    '1',
    '1.0',
    'TRUE',
    ' Ja ',
    'oui',
    'sí',
    'si\u0301',
    'sì',
    'y',
    'T',
    'X',
    'granted',
    'Opt-In',
    'opted in',
    'opt_in',
    'subscribed',
  ])('is "%s"', (cell) => expect(consents(YES_WORDS)(cell)).toBe(true));

  it.each(['', '0', '0.0', '10', '1.5', 'no', 'nein', 'opted out', 'not granted', 'unsubscribed'])(
    'is not "%s"',
    (cell) => expect(consents(YES_WORDS)(cell)).toBe(false),
  );

  it('says which values there are when nobody has it', () => {
    const rule = { column: 'ok', allowed: YES_WORDS };
    const cells = ['klar', 'nee', 'klar', null, 'a', 'b', 'c', 'd'];
    const warning = consentWarning(rule, cells);
    expect(warning).toContain('"ok"');
    expect(warning).toContain('"klar" (2), "nee" (1)');
    expect(warning).toContain('and 1 more');
    expect(warning).toContain('as the values of consent');
    expect(consentWarning(rule, [...cells, 'ja'])).toBeNull();
    expect(consentWarning({ column: 'ok', allowed: ['KLAR'] }, cells)).toBeNull();
    expect(consentWarning(rule, [null, ' '])).toContain('is empty');
  });

  it('lists what a column holds, spellings of one value together', () => {
    expect(consentValues(['nee', ' Klar', 'klar', 'klar', null, '', 'JA', '1.0', '1'])).toEqual([
      { value: 'klar', customers: 3, isYes: false },
      { value: '1.0', customers: 2, isYes: true },
      { value: 'nee', customers: 1, isYes: false },
      { value: 'JA', customers: 1, isYes: true },
    ]);
    expect(consentValues([null, ' '])).toEqual([]);
  });
});
