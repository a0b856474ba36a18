import type { FoldEvent } from '#mapping';
import type { Message } from './events.ts';

/** What a Note is called (specification, section 4.2). */
export function noteTitle({ data, time }: Pick<FoldEvent<Message>, 'data' | 'time'>): string {
  return `${data.property == null ? 'Website Inquiry' : 'Property Inquiry'} - ${time.slice(0, 10)}`;
}

/** The body template: what was written, and below it what it is about. Empty where nothing is told. */
export function messageBody({ text, property }: Pick<Message, 'text' | 'property'>): string {
  const facts: [label: string, value: string | null | undefined][] = [
    ['Property', property?.title],
    ['Reference', property?.reference],
    ['Price', property?.price],
    ['Link', property?.url],
  ];
  const lines = facts.flatMap(([label, value]) => (value == null ? [] : [`${label}: ${value}`]));
  const block = lines.length === 0 ? [] : ['---', ...lines];
  if (text == null) return block.join('\n');
  return block.length === 0 ? text : [text, '', ...block].join('\n');
}
