export type Environment = Readonly<Record<string, string | undefined>>;

/** How the text of an environment variable becomes a value, and what to call that form in help and errors. */
export interface OptionType<T> {
  readonly name: string;
  /** @throws Error with a sentence that completes "must be ..." when the text does not have the form. */
  parse(text: string): T;
  /** The same form as a JSON Schema says it, for a file that holds settings; any text unless given. */
  readonly json?: Readonly<Record<string, unknown>>;
}

/** The one declaration of an option: its environment name, form, default and help all come from here. */
export interface Option<T> {
  readonly env: string;
  readonly type: OptionType<T>;
  readonly help: string;
  /** As it would stand in the environment. Without a default the option is required. */
  readonly default?: string;
  /** Where the value comes from when neither the variable nor its file is set. */
  readonly standard?: StandardSetting;
  /** Secrets may also come from the file that `<env>_FILE` names, and are never shown. */
  readonly secret?: boolean;
}

/** A setting under a name that other programs read as well, such as `DATABASE_URL`. */
export interface StandardSetting {
  /** As the reference page names it. */
  readonly name: string;
  read(env: Environment): string | undefined;
}

export function option<T>(env: string, type: OptionType<T>, rest: Omit<Option<T>, 'env' | 'type'>): Option<T> {
  return { env, type, ...rest };
}

export type OptionSet = Readonly<Record<string, Option<unknown>>>;

export type Config<S extends OptionSet> = { readonly [K in keyof S]: S[K] extends Option<infer T> ? T : never };
