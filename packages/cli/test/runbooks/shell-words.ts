/** One command line, as a shell takes it apart: the little of a shell that the runbooks use. */
export interface ShellCommand {
  readonly words: readonly string[];
  /** `> FILE`: where standard output goes. */
  readonly into: string | null;
}

const WORD = /\s*(?:(>)|((?:"[^"\\`]*"|'[^']*'|[^\s"'\\>#|&;<()`]+)+)|(#.*))/y;
const PIECE = /'([^']*)'|"([^"]*)"|([^"']+)/g;

/** Throws where the line needs more of a shell, or a variable that is not set: nothing of a page is passed over. */
export function splitShell(line: string, variables: ReadonlyMap<string, string>): ShellCommand {
  const words: string[] = [];
  let into: string | null = null;
  let redirected = false;
  WORD.lastIndex = 0;
  while (WORD.lastIndex < line.trimEnd().length) {
    const match = WORD.exec(line);
    if (match === null) throw new Error(`this needs a whole shell: ${line}`);
    const [, arrow, word, comment] = match;
    if (comment !== undefined) break;
    if (arrow !== undefined) redirected = true;
    else if (redirected && into === null) into = unquote(word ?? '', variables);
    else words.push(unquote(word ?? '', variables));
  }
  if (words.length === 0 || (redirected && into === null)) throw new Error(`no command: ${line}`);
  return { words, into };
}

function unquote(word: string, variables: ReadonlyMap<string, string>): string {
  return word.replace(PIECE, (_all, exact: string | undefined, double: string | undefined, bare: string | undefined) => {
    const text = double ?? bare ?? '';
    if (/\$(?![A-Z])/.test(text)) throw new Error(`this needs a whole shell: ${word}`);
    return exact ?? expand(text, variables);
  });
}

/** `$NAME` by its value. */
export function expand(text: string, variables: ReadonlyMap<string, string>): string {
  return text.replace(/\$([A-Z][A-Z0-9_]*)/g, (_all, name: string) => {
    const value = variables.get(name);
    if (value === undefined) throw new Error(`the page uses $${name}, which nobody set`);
    return value;
  });
}
