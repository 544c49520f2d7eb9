/** A prepared statement. The server plans `text` once a connection under `name`; a name never stands for two texts. */
export interface Statement {
  readonly name: string;
  readonly text: string;
}

const names = new Map<string, string>();

/** Declares a prepared statement; `name` is at most 63 bytes, the longest the server keeps. */
export function statement(name: string, text: string): Statement {
  if (name.length > 63) throw new TypeError(`statement name too long: ${name}`);
  const known = names.get(name);
  if (known !== undefined && known !== text) throw new TypeError(`two statements are named ${name}`);
  names.set(name, text);
  return { name, text };
}
