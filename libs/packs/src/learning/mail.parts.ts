import type { WorkedCase } from '#mapping';

/** How a note of an accepted mail begins: its title, and its content. */
const MAIL_TITLE = 'Mail sent: ';
const MAIL_CONTENT = 'Template: ';

/** A worked case without what it expects of mails: there is no destination for them yet. */
export function withoutMails({ expect, ...worked }: WorkedCase): WorkedCase {
  const { mails: _mails, notes, ...others } = expect;
  const ofCrm = notes?.map(({ titles, contents, ...parent }) => ({
    ...parent,
    titles: titles.filter((title) => !title.startsWith(MAIL_TITLE)),
    ...(contents === undefined ? {} : { contents: contents.filter((content) => !content.startsWith(MAIL_CONTENT)) }),
  }));
  return { ...worked, expect: { ...others, ...(ofCrm === undefined ? {} : { notes: ofCrm }) } };
}

/** What a case expects of mails: how many of each template, and the titles of the notes that they leave. */
export function mailParts({ expect: { mails = [], notes = [] } }: WorkedCase): string[] {
  const left = notes.flatMap(({ titles }) => titles.filter((title) => title.startsWith(MAIL_TITLE)));
  return [...mails.map(({ template, count = 1 }) => `${JSON.stringify(count)} ${template}`), ...left];
}
