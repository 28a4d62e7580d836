import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import ts from 'typescript';
import { describe, expect, it } from 'vitest';
import { remedyOf, windowRemedies } from '../../renderer/words/remedies.js';

const electron = path.resolve(import.meta.dirname, '../../electron');
/** Rooms whose failures and warnings the window shows. */
const ROOMS = ['services', 'engine', 'shell', 'ipc'];
/** What only somebody at a command line can do. */
const COMMAND = /`|(?:^|[\s("])--[a-z]|\b(?:with|of) (?:sources|tune|info)\b|in a mapping file|in INSTRUCTUE_/;

interface Literal {
  text: string;
  at: string;
  /** Codes of the failure whose remedy it belongs to. */
  codes: string[];
}

/** All codes of failures in the sources, and all words in them, with the failure whose remedy they belong to. */
function scan(): { codes: Set<string>; literals: Literal[] } {
  const [codes, literals] = [new Set<string>(), [] as Literal[]];
  for (const file of ROOMS.flatMap((room) => sources(path.join(electron, room)))) {
    const source = ts.createSourceFile(file, readFileSync(file, 'utf8'), ts.ScriptTarget.Latest, true);
    const visit = (node: ts.Node, remedyOfCodes: string[]): void => {
      const name = path.relative(electron, file);
      if (ts.isImportDeclaration(node) || nameOf(node) === 'option') return;
      if (
        ts.isLiteralExpression(node) ||
        ts.isTemplateMiddle(node) ||
        ts.isTemplateTail(node) ||
        ts.isTemplateHead(node)
      )
        literals.push({ text: node.text, at: name, codes: remedyOfCodes });
      if (ts.isNewExpression(node) && node.expression.getText() === 'AppError') {
        const [code, ...others] = node.arguments ?? [];
        const thrown = code ? textsIn(code) : [];
        thrown.forEach((one) => codes.add(one));
        others.forEach((argument, at) => visit(argument, at === 1 ? thrown : []));
        return;
      }
      ts.forEachChild(node, (child) => visit(child, remedyOfCodes));
    };
    visit(source, []);
  }
  return { codes, literals };
}

/** Of something with a value; what is called an option goes into the remedy of id-column-missing. */
function nameOf(node: ts.Node): string | undefined {
  return ts.isPropertyAssignment(node) || ts.isBindingElement(node) ? node.name.getText() : undefined;
}

function textsIn(node: ts.Node): string[] {
  if (ts.isStringLiteral(node)) return [node.text];
  return node.getChildren().flatMap(textsIn);
}

function sources(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .map((name) => path.join(folder, name));
}

describe('what the window says that can be done', () => {
  const { codes, literals } = scan();
  const shown = Object.keys(windowRemedies).flatMap((code) =>
    [{}, { file: 'a.csv', line: 3, column: 'won' }].map((place) => remedyOf({ code, place, remedy: '' })),
  );

  it('finds the failures', () => {
    expect(codes.size).toBeGreaterThan(80);
    expect([...codes]).toEqual(expect.arrayContaining(['no-id-column', 'fit-unfinished', 'model-missing']));
  });

  it('names nothing that only the command line can do', () => {
    const undecided = literals
      .filter(({ text }) => COMMAND.test(text))
      .filter(({ codes: of }) => of.length === 0 || of.some((code) => windowRemedies[code] === undefined));
    expect(undecided.map(({ text, at }) => `${at}: ${text}`)).toEqual([]);
    expect(shown.filter((words) => COMMAND.test(words))).toEqual([]);
  });

  it('has remedies for failures that there are', () => {
    expect(Object.keys(windowRemedies).filter((code) => !codes.has(code))).toEqual([]);
  });

  it('takes its own words, and those of the failure where there are none', () => {
    const failure = { code: 'seeds-labelled', remedy: 'use --labels', place: { column: 'won' } };
    expect(remedyOf(failure)).toContain('choose won as the one that says who fits');
    expect(remedyOf({ ...failure, code: 'file-empty' })).toBe('use --labels');
  });
});
