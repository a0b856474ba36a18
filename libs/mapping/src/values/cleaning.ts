const WHITE_SPACE = /\p{White_Space}/gu;
const INVISIBLE = '\\u{200B}\\u{2060}\\u{FEFF}';
/** Control characters, ZERO WIDTH SPACE, WORD JOINER and ZERO WIDTH NO-BREAK SPACE. */
const REMOVED = new RegExp(`[\\p{Cc}${INVISIBLE}]`, 'gu');
/** The same but for LINE FEED and tab. */
const REMOVED_FROM_LINES = new RegExp(`[${INVISIBLE}]|(?![\\n\\t])\\p{Cc}`, 'gu');

/** Nearly all texts: words of printable ASCII with single spaces between them. Nothing of it would be changed, and a look is far cheaper. */
const CLEAN = /^[!-~]+(?: [!-~]+)*$/;
const CLEAN_LINES = /^[!-~](?:[\t\n -~]*[!-~])?$/;

/** Text on one line: white space becomes single spaces, control characters go, NFC, trimmed. May be empty. */
export function cleanText(text: string): string {
  if (CLEAN.test(text)) return text;
  const spaced = text.replace(WHITE_SPACE, ' ').replace(REMOVED, '').normalize('NFC');
  return spaced.replace(/ +/g, ' ').replace(/^ | $/g, '');
}

/** Text that may have line breaks: LF alone breaks lines, control characters go, NFC, trimmed. May be empty. */
export function cleanLines(text: string): string {
  if (CLEAN_LINES.test(text)) return text;
  const broken = text.replace(/\r\n?/g, '\n').replace(REMOVED_FROM_LINES, '').normalize('NFC');
  // Without U+0085 and U+FEFF, which are gone by now, what trim() takes away is exactly Unicode's White_Space.
  return broken.trim();
}
