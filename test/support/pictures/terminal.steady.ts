/** The day on which every picture begins. */
const BEGIN = Date.UTC(2026, 2, 1, 10);
const TIME = /\b(\d{4}-\d\d-\d\d)[ T](\d\d:\d\d:\d\d(?:\.\d{3})?)/g;
const UUID = /\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b/g;
/** What a system of a test is told apart by in the names of its slots. */
const SLOT_SUFFIX = /(?<=_)[0-9a-f]{8}\b/g;
/** Ids of the CRM: more digits than anything else has. */
const RECORD_ID = /(?<![-\w])\d{10,}(?![-\w])/g;

/**
 * Output with what is another one each time put in a steady form: times go on from one instant with their own distances, ids are numbered
 * in the order in which they appear. Widths stay, so columns stay in line. Pure.
 */
export function steadyText(text: string): string {
  const times = [...text.matchAll(TIME)].map(([, day = '', time = '']) => Date.parse(`${day}T${time}Z`));
  const first = Math.min(...times);
  const named = [[UUID, uuidOf] as const, [SLOT_SUFFIX, suffixOf] as const, [RECORD_ID, recordIdOf] as const].reduce(
    (done, [pattern, nameOf]) => numbered(done, pattern, nameOf),
    text,
  );
  return named.replaceAll(TIME, (whole, day: string, time: string) => {
    const at = new Date(BEGIN + Date.parse(`${day}T${time}Z`) - first).toISOString();
    const steady = at.slice(0, whole.length);
    return whole.includes('T') ? steady : steady.replace('T', ' ');
  });
}

function numbered(text: string, pattern: RegExp, nameOf: (number: number, width: number) => string): string {
  const names = new Map<string, string>();
  return text.replaceAll(pattern, (found) => {
    const name = names.get(found) ?? nameOf(names.size + 1, found.length);
    names.set(found, name);
    return name;
  });
}

function uuidOf(number: number): string {
  return `01900000-0000-7000-8000-${String(number).padStart(12, '0')}`;
}

function suffixOf(): string {
  return '0a1b2c3d';
}

function recordIdOf(number: number, width: number): string {
  return `4711${String(number).padStart(width - 4, '0')}`;
}
