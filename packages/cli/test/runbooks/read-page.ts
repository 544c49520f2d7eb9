export interface Command {
  /** Without the comment that tells the exit code. */
  readonly line: string;
  /** `# exit code 5` at the end of the line; 0 where nothing is said. */
  readonly exitCode: number;
}
/** A ```sh block, and what the page says about it. */
export interface CommandsStep {
  readonly kind: 'commands';
  /** Who runs it: `operator`, `owner`, … */
  readonly who: string;
  readonly commands: readonly Command[];
  readonly lineNumber: number;
  /** The lines of the ```text block that follows: they are seen in this order; `…` is any text. */
  readonly sees: readonly string[];
}
/** `<!-- then: name -->`: what the test does or checks at this place. */
export interface ThenStep {
  readonly kind: 'then';
  readonly name: string;
  readonly lineNumber: number;
}
export type Step = CommandsStep | ThenStep;

export interface Page {
  readonly steps: readonly Step[];
  /** Commands of `countersign` that prose names, between back quotes. */
  readonly named: readonly string[];
}

interface Block {
  readonly language: string;
  readonly who: string;
  readonly lines: readonly string[];
  readonly lineNumber: number;
}
type Piece = Block | ThenStep;

const FENCE = /^```(\w*) ?(\S*)$/;
const THEN = /^<!-- then: (.+) -->$/;
const EXIT = /\s+# exit code (\d)$/;

/** Reads a runbook. Throws where something in it would go unchecked. */
export function readPage(markdown: string): Page {
  const { pieces, prose } = takeApart(markdown);
  const steps: Step[] = [];
  for (const [index, piece] of pieces.entries()) {
    if ('kind' in piece) steps.push(piece);
    else if (piece.language === 'sh') steps.push(commandsOf(piece, pieces[index + 1]));
    else if (piece.language !== 'text')
      throw new Error(`line ${piece.lineNumber}: a block is \`\`\`sh WHO or \`\`\`text, so that it is checked`);
    else if (!isCommands(pieces[index - 1])) throw new Error(`line ${piece.lineNumber}: what is seen stands right after the commands`);
  }
  return { steps, named: [...prose.matchAll(/`(countersign [^`]+)`/g)].map((match) => match[1] ?? '') };
}

function isCommands(piece: Piece | undefined): boolean {
  return piece !== undefined && 'language' in piece && piece.language === 'sh';
}

function takeApart(markdown: string): { readonly pieces: readonly Piece[]; readonly prose: string } {
  const pieces: Piece[] = [];
  const prose: string[] = [];
  let open: { readonly language: string; readonly who: string; readonly lines: string[]; readonly lineNumber: number } | null = null;
  for (const [index, line] of markdown.split('\n').entries()) {
    const lineNumber = index + 1;
    const fence = FENCE.exec(line);
    const then = THEN.exec(line);
    if (open !== null && line === '```') {
      pieces.push(open);
      open = null;
    } else if (open !== null) open.lines.push(line);
    else if (fence !== null) open = { language: fence[1] ?? '', who: fence[2] ?? '', lines: [], lineNumber };
    else if (line.includes('```') || (line.includes('<!--') && then === null))
      throw new Error(`line ${lineNumber} is not understood: ${line}`);
    else if (then !== null) pieces.push({ kind: 'then', name: then[1] ?? '', lineNumber });
    else prose.push(line);
  }
  if (open !== null) throw new Error('a block does not end');
  return { pieces, prose: prose.join('\n') };
}

function commandsOf({ who, lines, lineNumber }: Block, next: Piece | undefined): CommandsStep {
  if (who === '') throw new Error(`line ${lineNumber}: say who runs it: \`\`\`sh operator`);
  const written = next !== undefined && 'language' in next && next.language === 'text' ? next.lines : [];
  const commands = lines
    .join('\n')
    .replaceAll(/\\\n\s*/g, '')
    .split('\n')
    .filter((line) => line.trim() !== '' && !line.startsWith('#'))
    .map((line) => ({ line: line.replace(EXIT, ''), exitCode: Number(EXIT.exec(line)?.[1] ?? 0) }));
  if (commands.length === 0) throw new Error(`line ${lineNumber}: there is no command`);
  return { kind: 'commands', who, commands, lineNumber, sees: written.filter((line) => line.trim() !== '') };
}
