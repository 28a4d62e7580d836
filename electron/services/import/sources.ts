/** The six kinds of customer data, in the order that numbers them 0..5 everywhere in a workspace. */
export const SOURCES = ['purchases', 'services', 'paths', 'searches', 'apps', 'profile'] as const;
export type Source = (typeof SOURCES)[number];

/** What a file may be imported as: one of the six sources, or something to evaluate and select with. */
export const FILE_KINDS = [...SOURCES, 'labels', 'segment'] as const;
export type FileKind = (typeof FILE_KINDS)[number];

export function isFileKind(text: string): text is FileKind {
  return (FILE_KINDS as readonly string[]).includes(text);
}

export function isSource(text: string): text is Source {
  return (SOURCES as readonly string[]).includes(text);
}

/** The number of a source, 0..5. */
export function sourceNumber(source: Source): number {
  return SOURCES.indexOf(source);
}

/**
 * What one column of a file means. `sensitive` is kept as text for fairness and consent and never shown to the model;
 * `label` is a 0/1 outcome, in label files only.
 */
export const ROLES = ['id', 'text', 'number', 'time', 'sensitive', 'ignore', 'label'] as const;
export type Role = (typeof ROLES)[number];

export function isRole(text: string): text is Role {
  return (ROLES as readonly string[]).includes(text);
}
