/** Columns of text, two spaces apart, under their titles in capitals; nothing is cut, since addresses must be whole. */
export function table(titles: readonly string[], rows: readonly (readonly string[])[]): readonly string[] {
  const widths = titles.map((title, column) => Math.max(title.length, ...rows.map((row) => row[column]?.length ?? 0)));
  const line = (cells: readonly string[]): string =>
    cells
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd();
  return [line(titles.map((title) => title.toUpperCase())), ...rows.map(line)];
}

/** `name  value` lines with the values aligned. */
export function facts(pairs: readonly (readonly [name: string, value: string | null | undefined])[]): readonly string[] {
  const shown = pairs.filter((pair): pair is readonly [string, string] => pair[1] !== null && pair[1] !== undefined);
  const width = Math.max(0, ...shown.map(([name]) => name.length));
  return shown.map(([name, value]) => `${name.padEnd(width)}  ${value}`);
}
