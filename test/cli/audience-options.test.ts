import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Command } from 'commander';
import { describe, expect, it } from 'vitest';
import {
  addRuleOptions,
  addTargetOptions,
  readOffers,
  readRules,
  readTarget,
  type RuleOptions,
  type TargetOptions,
} from '../../electron/cli/audience-options.js';

const folder = mkdtempSync(join(tmpdir(), 'options-'));

function parse(...words: string[]): RuleOptions & TargetOptions {
  const command = addRuleOptions(addTargetOptions(new Command())).exitOverride();
  return command.parse(words, { from: 'user' }).opts();
}

function file(name: string, content: unknown): string {
  const path = join(folder, name);
  writeFileSync(path, JSON.stringify(content));
  return path;
}

describe('audience options', () => {
  it('become rules', () => {
    const words = '--percent 5 --suppress a.csv --suppress b.csv --cap region=30 --holdout 10 --seed s --earlier e.csv';
    expect(readRules(parse(...words.split(' ')))).toMatchObject({
      size: { by: 'percent', percent: 5 },
      suppress: ['a.csv', 'b.csv'],
      cap: { column: 'region', maxShare: 0.3 },
      holdout: { share: 0.1, seed: 's' },
      frequency: { earlier: ['e.csv'], atMost: 1 },
    });
    expect(readRules(parse('--consent', 'optin')).consent).toMatchObject({
      column: 'optin',
      allowed: expect.arrayContaining(['yes']),
    });
    expect(readRules(parse()).size).toEqual({ by: 'all' });
  });

  it('name what means consent', () => {
    expect(readRules(parse('--consent', 'optin', '--consent-values', 'ja, ok')).consent).toEqual({
      column: 'optin',
      allowed: ['ja', 'ok'],
    });
  });

  it('change a part of a rule of a rules file', () => {
    const rules = file('parts.json', {
      consent: { column: 'optin' },
      frequency: { earlier: ['e.csv'], atMost: 1 },
      holdout: { share: 0.2, seed: 'a' },
    });
    expect(readRules(parse('--rules', rules, '--seed', 'b', '--at-most', '3', '--consent-values', 'ok'))).toMatchObject(
      {
        consent: { column: 'optin', allowed: ['ok'] },
        frequency: { earlier: [join(folder, 'e.csv')], atMost: 3 },
        holdout: { share: 0.2, seed: 'b' },
      },
    );
  });

  it('name the id column of a list after a colon, where the rest is a file', () => {
    const list = file('l.csv', 'Kunde');
    const rules = readRules(parse('--suppress', `${list}:Kunde`, '--customers', `${list}:Kunde`, '--include', 'no:x'));
    expect(rules).toMatchObject({
      suppress: [{ file: list, column: 'Kunde' }],
      customers: { file: list, id: 'Kunde' },
      include: ['no:x'],
    });
  });

  it('stand over a rules file, whose paths start at its folder', () => {
    const rules = file('rules.json', {
      size: { by: 'top', count: 5 },
      suppress: ['no.txt'],
      cap: { column: 'c', maxShare: 0.5 },
    });
    expect(readRules(parse('--rules', rules, '--top', '7'))).toMatchObject({
      size: { by: 'top', count: 7 },
      suppress: [join(folder, 'no.txt')],
      cap: { column: 'c', maxShare: 0.5 },
    });
  });

  it.each([
    [['--top', 'many'], /--top is "many"/],
    [['--top', '5', '--percent', '5'], /exclude each other/],
    [['--percent', '500'], /size\.percent/],
    [['--cap', 'region'], /not a cap/],
    [['--holdout', '100'], /holdout\.share/],
    [['--seed', 'x'], /--seed says nothing alone/],
    [['--at-most', '2'], /--at-most says nothing alone/],
    [['--consent-values', 'ja'], /--consent-values says nothing alone/],
    [['--consent', 'ok', '--consent-values', 'ja,'], /--consent-values is "ja,"/],
  ])('are refused when wrong: %j', (words, message) => {
    expect(() => readRules(parse(...words))).toThrowError(message);
  });

  it('give an instruction, or a file of joined instructions', () => {
    expect(readTarget(parse('--instruction', 'buys tea', '--answer', 'tea'))).toEqual({
      instruction: 'buys tea',
      answer: 'tea',
    });
    const target = { instructions: { tea: { instruction: 'buys tea' } }, combine: { not: { ranking: 'tea' } } };
    expect(readTarget(parse('--target', file('target.json', target)))).toEqual(target);
    expect(() => readTarget(parse('--instruction', ' '))).toThrowError(/empty/);
    expect(() => readTarget(parse())).toThrowError(/no instruction/);
    expect(() => readTarget(parse('--target', join(folder, 'nowhere.json')))).toThrowError(/no such file/);
    expect(() => readTarget(parse('--target', 't.json', '--tuned', 'x'))).toThrowError(/has its own instructions/);
  });

  it('take an expected rate of an offer, in place of labels', () => {
    const offers = (more: object) =>
      readOffers(file('rates.json', { offers: [{ name: 'tea', instruction: 'buys tea', ...more }] })).offers[0];
    expect(offers({ rate: 0.03 })).toMatchObject({ rate: 0.03 });
    expect(() => offers({ rate: 3 })).toThrowError(/offers\.0\.rate/);
    expect(() => offers({ rate: 0.03, labels: { imported: 'y' } })).toThrowError(/leave one of the two out/);
  });

  it('find the label files of offers beside the offers file', () => {
    const offers = file('offers.json', {
      offers: [{ name: 'tea', instruction: 'buys tea', labels: { file: 'l.csv', column: 'y' } }],
    });
    expect(readOffers(offers).offers[0]!.labels).toEqual({ file: join(folder, 'l.csv'), column: 'y' });
  });
});
