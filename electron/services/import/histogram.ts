import { AppError } from '../errors.js';
import { ident } from '../workspace/sql.js';
import type { Workspace } from '../workspace/workspace.js';
import { isSource, type FileKind } from './sources.js';

/** How the values of a number column are spread. */
export interface Histogram {
  column: string;
  /** Rows that have a value, and rows whose cell is empty. */
  filled: number;
  empty: number;
  low: number;
  median: number;
  high: number;
  /** True where bins are equally wide in the logarithm of their distance from 0; values of 0 then have a bin of their own. */
  isLog: boolean;
  /** Ascending. The end that is nearer to 0 belongs to the bin, the other to the next one, if there is one. */
  bins: Bin[];
}

export interface Bin {
  from: number;
  to: number;
  count: number;
}

export const BINS = 20;
/** Values are skewed when the middle half of them lies within this part of the way from the lowest to the highest. */
const SKEWED = 0.1;

interface Facts {
  [name: string]: number | boolean | null;
  filled: number;
  empty: number;
  low: number | null;
  median: number | null;
  high: number | null;
  spread: number | null;
  isWhole: boolean | null;
  /** The positive value nearest to 0, and the negative one without its sign. */
  least: number | null;
  leastBelow: number | null;
}

/**
 * Histograms of the number columns of an imported file, in the file's order; a column without any value has none.
 * @throws AppError source-missing
 */
export async function histogramsOf(workspace: Workspace, fileId: number): Promise<Histogram[]> {
  const file = await workspace.one<{ source: FileKind }>('SELECT source FROM source_files WHERE id = $1', [fileId]);
  if (!file)
    throw new AppError('source-missing', `There is no file ${fileId} in the workspace`, 'see its files with sources');
  if (!isSource(file.source)) return [];
  const columns = await workspace.all<{ ordinal: number; name: string }>(
    `SELECT ordinal, name FROM source_columns WHERE file_id = $1 AND role = 'number' ORDER BY ordinal`,
    [fileId],
  );
  const histograms: Histogram[] = [];
  for (const { ordinal, name } of columns) {
    const histogram = await histogramOf(workspace, `rows_${fileId}`, ident(`c${ordinal}`));
    if (histogram) histograms.push({ column: name, ...histogram });
  }
  return histograms;
}

async function histogramOf(
  workspace: Workspace,
  table: string,
  cell: string,
): Promise<Omit<Histogram, 'column'> | undefined> {
  const facts = await workspace.one<Facts>(
    `SELECT count(${cell}) AS filled, count(*) - count(${cell}) AS empty,
       min(${cell}) AS low, median(${cell}) AS median, max(${cell}) AS high,
       quantile_cont(${cell}, 0.75) - quantile_cont(${cell}, 0.25) AS spread, bool_and(${cell} = floor(${cell})) AS "isWhole",
       min(${cell}) FILTER (${cell} > 0) AS least, -max(${cell}) FILTER (${cell} < 0) AS "leastBelow" FROM ${table}`,
  );
  if (!facts || facts.low === null || facts.high === null || facts.median === null) return undefined;
  const { filled, empty, low, median, high } = facts;
  const isWhole = facts.isWhole ?? false;
  const isShort = isWhole && high - low < BINS;
  const isLog = !isShort && (facts.spread ?? 0) < SKEWED * (high - low);
  const ranges = isLog
    ? signedRanges(facts.leastBelow, -low, facts.least, high, isWhole)
    : rangesBetween(evenEdges(low, high, isWhole));
  return { filled, empty, low, median, high, isLog, bins: await countIn(workspace, table, cell, ranges) };
}

type Range = Omit<Bin, 'count'>;

/** At most BINS + 1 ascending edges, evenly spaced; those of whole numbers are whole, and the last one lies above `high`. */
export function evenEdges(low: number, high: number, isWhole: boolean): number[] {
  if (low === high) return [low, high];
  const width = isWhole ? Math.ceil((high - low + 1) / BINS) : (high - low) / BINS;
  const bins = isWhole ? Math.ceil((high - low + 1) / width) : BINS;
  const edges = Array.from({ length: bins + 1 }, (_, at) => low + at * width);
  if (!isWhole) edges[bins] = high;
  return edges;
}

/** At most `bins` + 1 ascending edges from `least` > 0 to `most` (above it, where numbers are whole), evenly spaced in the logarithm. */
export function logEdges(least: number, most: number, bins: number, isWhole: boolean): number[] {
  if (least === most) return [least, most];
  const end = isWhole ? most + 1 : most;
  const edges = Array.from({ length: bins + 1 }, (_, at) => least * (end / least) ** (at / bins));
  edges[bins] = end;
  return isWhole ? [...new Set(edges.map((edge) => Math.round(edge)))] : edges;
}

/** Logarithmic ranges below 0, 0 itself, and logarithmic ranges above 0; both sides get bins by their length. */
function signedRanges(
  leastBelow: number | null,
  mostBelow: number,
  least: number | null,
  most: number,
  isWhole: boolean,
): Range[] {
  const below = leastBelow === null ? 0 : Math.log(mostBelow / leastBelow);
  const above = least === null ? 0 : Math.log(most / least);
  const binsBelow = leastBelow === null ? 0 : least === null ? BINS : shareOfBins(below / (below + above || 1));
  const edgesBelow = leastBelow === null ? [] : logEdges(leastBelow, mostBelow, binsBelow, isWhole);
  const edgesAbove = least === null ? [] : logEdges(least, most, BINS - binsBelow, isWhole);
  return [
    ...rangesBetween(edgesBelow)
      .map(({ from, to }) => ({ from: -to, to: -from }))
      .reverse(),
    { from: 0, to: 0 },
    ...rangesBetween(edgesAbove),
  ];
}

const shareOfBins = (part: number): number => Math.min(BINS - 1, Math.max(1, Math.round(BINS * part)));

function rangesBetween(edges: readonly number[]): Range[] {
  return edges.slice(1).map((to, at) => ({ from: edges[at]!, to }));
}

async function countIn(workspace: Workspace, table: string, cell: string, ranges: Range[]): Promise<Bin[]> {
  const counts = ranges.map(({ from, to }, at) => {
    const [low, high] = [`$${2 * at + 1}`, `$${2 * at + 2}`];
    const isFirst = at === 0;
    const isLast = at === ranges.length - 1;
    // Below 0 the upper end belongs to the bin. The outermost bins take both ends.
    if (to < 0) return `count(*) FILTER (${cell} ${isFirst ? '>=' : '>'} ${low} AND ${cell} <= ${high})`;
    return `count(*) FILTER (${cell} >= ${low} AND ${cell} ${isLast || from === to ? '<=' : '<'} ${high})`;
  });
  const row = await workspace.one<{ counts: number[] }>(
    `SELECT [${counts.join(', ')}] AS counts FROM ${table}`,
    ranges.flatMap(({ from, to }) => [from, to]),
  );
  return ranges.map((range, at) => ({ ...range, count: row?.counts[at] ?? 0 })).filter(isTold);
}

/** A bin of 0 alone that is empty says nothing. */
function isTold({ from, to, count }: Bin): boolean {
  return count > 0 || from < to;
}
