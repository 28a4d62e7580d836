import { describe, expect, it } from 'vitest';
import {
  countryCode,
  hashOnce,
  isHashed,
  normaliseEmail,
  normaliseName,
  normalisePhone,
  normalisePlace,
  normaliseZip,
  sha256,
} from '../../../electron/services/audience/identity.js';

// developers.facebook.com, "Customer Information Parameters" and "Custom Audiences".
describe("Meta's published examples", () => {
  it.each([
    ['John_Smith@gmail.com', '62a14e44f765419d10fea99367361a727c12365e2520f32218d505ed9aa0f62f'],
    ['mary@example.com', 'f1904cf1a9d73a55fa5de0ac823c4403ded71afd4c3248d00bdcd0866552bb79'],
  ])('hashes the email %s', (email, digest) => {
    expect(hashOnce(email, (text) => normaliseEmail(text, 'meta'))).toBe(digest);
  });

  it('hashes the US phone (650)555-1212', () => {
    expect(normalisePhone('(650)555-1212', 'meta', 'US')).toBe('16505551212');
    expect(hashOnce('(650)555-1212', (text) => normalisePhone(text, 'meta', 'US'))).toBe(
      'e323ec626319ca94ee8bff2e4c87cf613be6ea19919ed1364124e16807ab3176',
    );
  });

  it.each([
    ['Mary', '6915771be1c5aa0c886870b6951b03d7eafc121fea0e80a5ea83beb7c449f4ec'],
    ['정', '8fa8cd9c440be61d0151429310034083132b35975c4bea67fdd74158eb51db14'],
    ['Valéry', '08e1996b5dd49e62a4b4c010d44e4345592a863bb9f8e3976219bac29417149c'],
  ])('hashes the name %s', (name, digest) => {
    expect(hashOnce(name, (text) => normaliseName(text, 'meta'))).toBe(digest);
  });

  it('hashes the country United States', () => {
    expect(hashOnce('United States', countryCode)).toBe(
      '79adb2a2fce5c6ba215fe5f27f532d4e7edbac4b6a5e09e1ef3a08084a904621',
    );
  });

  it('writes places and postal codes as shown', () => {
    expect(['Paris', 'New York'].map(normalisePlace)).toEqual(['paris', 'newyork']);
    expect(normaliseZip('94035-1234', 'meta', 'United States')).toBe('94035');
    expect(normaliseZip('M1 1AE', 'meta', 'UK')).toBe('m11ae');
  });
});

// developers.google.com, Data Manager API, "Format user data".
describe("Google's published examples", () => {
  it.each([
    ['cloudy.sanfrancisco+shopping@gmail.com', 'cloudysanfrancisco@gmail.com'],
    ['user.name+NYC@Example.com', 'user.name+nyc@example.com'],
  ])('normalises the email %s', (email, normal) => {
    expect(normaliseEmail(email, 'google')).toBe(normal);
    expect(hashOnce(email, (text) => normaliseEmail(text, 'google'))).toBe(sha256(normal));
  });

  it('normalises the US phone (800)555-0100 to E.164', () => {
    expect(normalisePhone('(800)555-0100', 'google', 'US')).toBe('+18005550100');
  });

  it('leaves postal codes and countries unhashed and names without titles', () => {
    expect(normaliseZip(' 94016-1234 ', 'google', 'us')).toBe('94016-1234');
    expect(normaliseName('  Mrs. Joanna ', 'google')).toBe('joanna');
    expect(normaliseName('Smith Jr.', 'google')).toBe('smith');
  });
});

describe('hashing', () => {
  const digest = sha256('john_smith@gmail.com');

  it('never hashes a digest again, whatever its case', () => {
    expect(isHashed(digest.toUpperCase())).toBe(true);
    expect(hashOnce(` ${digest.toUpperCase()} `, () => 'never')).toBe(digest);
  });

  it('gives null for what cannot be an address, a phone or a name', () => {
    expect(normaliseEmail('nobody', 'google')).toBeNull();
    expect(normaliseEmail('a@b@c.com', 'meta')).toBeNull();
    expect(normalisePhone('12', 'google', 'DE')).toBeNull();
    expect(normaliseName('...', 'meta')).toBeNull();
    expect(hashOnce('  ', () => 'never')).toBeNull();
    expect(countryCode('Atlantis')).toBeNull();
  });

  it('reads phones written with 00, with +, or with the customer’s country', () => {
    for (const phone of ['0049 30 123456', '+49 (30) 123456']) {
      expect(normalisePhone(phone, 'google')).toBe('+4930123456');
    }
    expect(normalisePhone('030 123456', 'google', 'Germany')).toBe('+4930123456');
    expect(normalisePhone('16505551212', 'meta')).toBe('16505551212');
  });
});
