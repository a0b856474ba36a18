/** Sizes in pixels. A character of a monospaced font of this size is this wide in every browser, since each line says how long it is. */
const FONT = 13;
const CHARACTER = 7.8;
const LINE = 18;
const MARGIN = 16;
const BAR = 28;
const LEAST_COLUMNS = 80;

const COLOURS = { back: '#1b1f24', bar: '#2b3138', text: '#d5dbe1', faint: '#8b949e', prompt: '#7ee2a8' } as const;

export interface Terminal {
  readonly command: string;
  readonly text: string;
}

/** A terminal with a command and what it printed, as SVG. The same text gives the same bytes. Pure. */
export function pictureOf({ command, text }: Terminal): string {
  const lines = text.trimEnd().split('\n');
  const columns = Math.max(LEAST_COLUMNS, command.length + 2, ...lines.map(({ length }) => length));
  const width = Math.ceil(columns * CHARACTER) + 2 * MARGIN;
  const height = BAR + (lines.length + 1) * LINE + 2 * MARGIN - 4;
  const body = lines.map((line, index) => textLine(line, { row: index + 1, colour: colourOf(line) }));
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="img">`,
    `<title>${escaped(command)}</title>`,
    `<rect width="${width}" height="${height}" rx="8" fill="${COLOURS.back}"/>`,
    `<path d="M0 ${BAR}V8a8 8 0 0 1 8-8h${width - 16}a8 8 0 0 1 8 8v${BAR - 8}z" fill="${COLOURS.bar}"/>`,
    ...['#ff5f57', '#febc2e', '#28c840'].map(
      (fill, at) => `<circle cx="${MARGIN + at * 18}" cy="14" r="5" fill="${fill}"/>`,
    ),
    `<g font-family="ui-monospace, SFMono-Regular, Menlo, Consolas, monospace" font-size="${FONT}" xml:space="preserve">`,
    textLine(`$ ${command}`, { row: 0, colour: COLOURS.prompt }),
    ...body,
    '</g>',
    '</svg>',
    '',
  ]
    .filter((line) => line !== null)
    .join('\n');
}

function textLine(line: string, { row, colour }: { readonly row: number; readonly colour: string }): string | null {
  if (line.trim() === '') return null;
  const y = BAR + MARGIN + row * LINE + FONT - 4;
  const length = round(line.length * CHARACTER);
  return `<text x="${MARGIN}" y="${y}" textLength="${length}" lengthAdjust="spacingAndGlyphs" fill="${colour}">${escaped(line)}</text>`;
}

/** Rules of tables, and what a step changed, stand back. */
function colourOf(line: string): string {
  return /^[-\s]+$/.test(line) || /^\s/.test(line) ? COLOURS.faint : COLOURS.text;
}

function round(pixels: number): number {
  return Math.round(pixels * 10) / 10;
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll(' ', '\u00a0');
}
