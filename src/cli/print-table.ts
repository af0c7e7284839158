/** Narrowest column, and blanks between a column's longest cell and the next column. */
const MIN_WIDTH = 12;
const GAP = 3;

/** Rows as a table of left-aligned columns, one line each; the last column is not padded. */
export function printTable(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, column) =>
    rows.reduce((width, row) => Math.max(width, (row[column] ?? "").length + GAP), MIN_WIDTH),
  );
  const line = (row: readonly string[]): string =>
    row.map((cell, column) => (column === row.length - 1 ? cell : cell.padEnd(widths[column] ?? 0))).join("");
  return rows.map((row) => `${line(row)}\n`).join("");
}
