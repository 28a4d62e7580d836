import { isAbsolute, relative, resolve } from 'node:path';
import type { AudienceSpec, LabelsSpec, ListSpec, OffersSpec } from './spec.js';

/** The rules with every file path rewritten. */
export function mapPaths(spec: AudienceSpec, map: (path: string) => string): AudienceSpec {
  const lists = (entries: readonly ListSpec[]) =>
    entries.map((entry) => (typeof entry === 'string' ? map(entry) : { ...entry, file: map(entry.file) }));
  return {
    ...spec,
    include: lists(spec.include),
    exclude: lists(spec.exclude),
    suppress: lists(spec.suppress),
    frequency: spec.frequency && { ...spec.frequency, earlier: lists(spec.frequency.earlier) },
    customers: spec.customers && { ...spec.customers, file: map(spec.customers.file) },
    labels: spec.labels && mapLabels(spec.labels, map),
  };
}

/** The offers with every file path rewritten. */
export function mapOfferPaths(spec: OffersSpec, map: (path: string) => string): OffersSpec {
  return {
    ...spec,
    offers: spec.offers.map((offer) => ({
      ...offer,
      labels: offer.labels && mapLabels(offer.labels, map),
    })),
  };
}

function mapLabels(labels: LabelsSpec, map: (path: string) => string): LabelsSpec {
  return 'file' in labels ? { ...labels, file: map(labels.file) } : labels;
}

/** Files that rules and offers read, each once, in the order of the rules. */
export function inputFiles(spec: AudienceSpec, offers?: OffersSpec): string[] {
  const files = new Set<string>();
  const note = (path: string) => {
    files.add(path);
    return path;
  };
  mapPaths(spec, note);
  if (offers) mapOfferPaths(offers, note);
  return [...files];
}

/** Makes a path written in a file absolute: relative ones start at the file's folder. */
export function fromFolder(folder: string): (path: string) => string {
  return (path) => (isAbsolute(path) ? path : resolve(folder, path));
}

/** Writes a path as seen from a folder, with forward slashes, so that the folder can move to another machine. */
export function asSeenFrom(folder: string): (path: string) => string {
  return (path) => relative(folder, resolve(path)).replaceAll('\\', '/');
}
