/** Something that is still under way, in words for a person. Empty list: nothing is. */
export interface Leftover {
  readonly what: string;
  readonly count: number;
}
