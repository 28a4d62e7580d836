import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { EventBlock } from '../../../electron/services/index/event-block.js';
import { CONTEXT, FEATURES } from '../../../electron/services/rank/evidence.js';
import { featuresOf, prepareEvidence } from '../../../electron/services/rank/side.js';

interface Fixture {
  names: string[];
  contextNames: string[];
  customers: number;
  strings: number;
  kind: number[];
  source: number[];
  embedding: number[][];
  events: {
    customer: number[];
    string: number[];
    value: (number | null)[];
    recency: (number | null)[];
    count: number[];
  };
  cases: { name: string; phrases: number[][]; against: number[][]; features: number[][]; context: number[] }[];
}

const fixture = JSON.parse(readFileSync(new URL('../../fixtures/evidence.json', import.meta.url), 'utf8')) as Fixture;

function blockOf({ customers, events }: Fixture): EventBlock {
  const start = new Uint32Array(customers + 1);
  for (const customer of events.customer) start[customer + 1]!++;
  for (let i = 0; i < customers; i++) start[i + 1]! += start[i]!;
  const percentiles = (cells: (number | null)[]): Float32Array => Float32Array.from(cells, (cell) => cell ?? NaN);
  return {
    customers,
    start,
    string: Uint32Array.from(events.string),
    n: Uint32Array.from(events.count),
    value: percentiles(events.value),
    recency: percentiles(events.recency),
  };
}

function cosines(phrases: number[][]): Float32Array[] {
  return phrases.map((phrase) =>
    Float32Array.from(fixture.embedding, (row) => row.reduce((sum, x, k) => sum + x * phrase[k]!, 0)),
  );
}

describe('evidence features', () => {
  const block = blockOf(fixture);
  const facts = {
    count: fixture.strings,
    kind: Uint8Array.from(fixture.kind),
    source: Uint8Array.from(fixture.source),
  };

  it('have the names and order of the specification', () => {
    expect(FEATURES).toEqual(fixture.names);
    expect(CONTEXT).toEqual(fixture.contextNames);
  });

  it.each(fixture.cases)('agree with the specification: $name', async ({ phrases, against, features, context }) => {
    const evidence = await prepareEvidence(
      new Float32Array(0),
      { wanted: cosines(phrases), unwanted: cosines(against) },
      facts,
      block,
    );
    const ours = featuresOf(evidence, block);
    const differences = features.flatMap((row, customer) =>
      row.map((value, feature) => Math.abs(value - ours[customer * FEATURES.length + feature]!)),
    );
    expect(differences).toHaveLength(fixture.customers * FEATURES.length);
    expect(Math.max(...differences)).toBeLessThan(1e-4);
    context.forEach((value, at) => expect(evidence.context[at]).toBeCloseTo(value, 4));
  });
});
