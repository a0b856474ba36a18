import { cut } from './cut.ts';
import { read, type Kind, type Read } from './read.value.ts';
import { lines, text } from './text.value.ts';

/** *text*, cut to the length of its field in UTF-16 units. */
export function textOf(units: number): Kind<string> {
  return (input) => cutTo(text(input), units);
}

/** *lines*, cut to the length of its field in UTF-16 units. */
export function linesOf(units: number): Kind<string> {
  return (input) => cutTo(lines(input), units);
}

function cutTo(given: Read<string>, units: number): Read<string> {
  return given.is === 'value' ? read.value(cut(given.value, units)) : given;
}
