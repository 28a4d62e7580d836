/** A quoted SQL identifier. Values go through bound parameters; identifiers and literals in DDL go through here. */
export function ident(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

/** A quoted SQL string literal, for places where DuckDB takes no parameters (table functions, DDL). */
export function literal(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}
