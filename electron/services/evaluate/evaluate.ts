import { AppError } from '../errors.js';
import { deciles, gainsCurve, type Decile, type GainPoint } from './curves.js';
import { mostlyUnknown } from './mostly-unknown.js';
import { collectLabels, type LabelSet } from './labels.js';
import { measureRanking, type Metrics } from './metrics.js';
import { idCells, idColumn, type IdChoice } from './id-column.js';
import { column, readTable } from './table-file.js';

/** A customer with the score of one ranking; higher is better. */
export interface Scored {
  user_id: string;
  score: number;
}

/** What became of the labels of a file, and how well each ranking did on the customers that have one. */
export interface Evaluation {
  labels: {
    rows: number;
    customers: number;
    duplicates: number;
    unlabelled: number;
    /** Labelled ids that no ranking knows; they are not evaluated. */
    unknown: number;
    unknownExamples: string[];
    /** Ranked customers without a label; they are not evaluated. */
    rankedWithoutLabel: number;
  };
  rankings: RankingEvaluation[];
  /** What a person should know before they trust the figures, a sentence each. */
  warnings: string[];
}

export interface RankingEvaluation {
  name: string;
  metrics: Metrics;
  gains: GainPoint[];
  deciles: Decile[];
}

/** A named ranking to evaluate, for instance the instruction's and the activity count's. */
export interface NamedRanking {
  name: string;
  scored: Iterable<Scored>;
}

/** How the columns of a label file are to be taken; `positive` is the value that is the target. */
export interface LabelChoice extends IdChoice {
  positive?: string | undefined;
}

/** Labels of `labelColumn` in a file. @throws AppError as readTable, idColumn and collectLabels do. */
export async function readLabels(file: string, labelColumn: string, choice: LabelChoice = {}): Promise<LabelSet> {
  const table = await readTable(file);
  const values = column(table, labelColumn);
  const ids = idCells(table, await idColumn(table, choice));
  const rows = ids.map((cell, i) => ({ row: i + 1, id: cell, label: values[i] ?? null }));
  return collectLabels(rows, file, labelColumn, choice.positive);
}

/**
 * Evaluates rankings on the same labelled customers, ties in score broken by id as the ranked file breaks them.
 * @throws AppError `labels-unmatched` when no labelled id is ranked; `labels-single-class`;
 * `rankings-differ` when the rankings hold different customers.
 */
export function evaluateRankings(rankings: readonly NamedRanking[], labels: LabelSet): Evaluation {
  const matched = rankings.map(({ name, scored }) => ({ name, ...matchLabels(scored, labels.values) }));
  const first = matched[0];
  if (!first) throw new Error('evaluateRankings needs at least one ranking');
  if (first.scores.length === 0) throw unmatched(labels, first.exampleId);
  for (const other of matched) {
    if (other.scores.length !== first.scores.length) {
      throw new AppError(
        'rankings-differ',
        `"${first.name}" holds ${first.scores.length} labelled customers, "${other.name}" ${other.scores.length}`,
        'rank the same customers with both',
      );
    }
  }
  const unknown = [...labels.values.keys()].filter((id) => !first.known.has(id));
  return {
    labels: {
      rows: labels.rows,
      customers: labels.values.size,
      duplicates: labels.duplicates,
      unlabelled: labels.unlabelled,
      unknown: unknown.length,
      unknownExamples: unknown.slice(0, 5),
      rankedWithoutLabel: first.withoutLabel,
    },
    warnings: mostlyUnknown(unknown.length, labels.values.size),
    rankings: matched.map(({ name, scores, values }) => ({
      name,
      metrics: measureRanking(scores, values),
      gains: gainsCurve(scores, values),
      deciles: deciles(scores, values),
    })),
  };
}

interface Matched {
  scores: Float64Array;
  values: Uint8Array;
  known: Set<string>;
  withoutLabel: number;
  exampleId: string | undefined;
}

function matchLabels(scored: Iterable<Scored>, labels: ReadonlyMap<string, 0 | 1>): Matched {
  const found: { id: string; score: number; label: 0 | 1 }[] = [];
  let withoutLabel = 0;
  let exampleId: string | undefined;
  for (const { user_id: id, score } of scored) {
    exampleId ??= id;
    const label = labels.get(id);
    if (label === undefined) withoutLabel++;
    else found.push({ id, score, label });
  }
  found.sort((a, b) => (a.id < b.id ? -1 : Number(a.id > b.id)));
  return {
    scores: Float64Array.from(found, (customer) => customer.score),
    values: Uint8Array.from(found, (customer) => customer.label),
    known: new Set(found.map((customer) => customer.id)),
    withoutLabel,
    exampleId,
  };
}

function unmatched(labels: LabelSet, ranked: string | undefined): AppError {
  const [labelled] = labels.values.keys();
  return new AppError(
    'labels-unmatched',
    `None of the ${labels.values.size} labelled ids is a ranked customer`,
    `compare how the ids are written: labels have "${labelled}", the ranking has "${ranked ?? 'nobody'}"`,
  );
}
