/** Widest line that a table may have; longer cells of the last column are cut with an ellipsis. */
const WIDTH = 100;

/** A plain table for people: columns aligned, header underlined, nothing wrapped. */
export function table(header: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = header.map((title, column) =>
    Math.max(title.length, ...rows.map((row) => (row[column] ?? '').length)),
  );
  const line = (cells: readonly string[]): string => {
    const text = cells
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd();
    return text.length <= WIDTH ? text : `${text.slice(0, WIDTH - 1)}…`;
  };
  const rule = widths.map((width) => '-'.repeat(width));
  return [header, rule, ...rows].map(line).join('\n');
}
