/** A quoted SQL identifier. Values go through bound parameters; identifiers and literals in DDL go through here. */
export function ident(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

/** A quoted SQL string literal, for places where DuckDB takes no parameters (table functions, DDL). */
export function literal(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

/** SQL for the text of a cell as people write it: whole numbers and midnights without their zeros, nothing as ''. */
export function cellText(cell: string): string {
  return `coalesce(regexp_replace(CAST(${cell} AS VARCHAR), '(\\.0| 00:00:00)$', ''), '')`;
}
