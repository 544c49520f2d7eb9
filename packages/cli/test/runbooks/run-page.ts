import { type CommandsStep, type Page, readPage } from './read-page.ts';
import { type Ran, runLine, type Seat } from './run-command.ts';
import { expand } from './shell-words.ts';

/** What a page is run against: who sits where, what its variables stand for, and what is done or checked where it says `then`. */
export interface Rehearsal {
  readonly seats: { readonly [who: string]: Seat };
  readonly variables: Map<string, string>;
  readonly then: { readonly [name: string]: (before: Ran) => Promise<void> };
}

/** Runs every command of a page in order. Throws at the first thing that is not as the page says. Gives the commands that ran. */
export async function runPage(markdown: string, rehearsal: Rehearsal): Promise<readonly string[]> {
  const page = readPage(markdown);
  expectAllUsed(page, rehearsal);
  const ran: string[] = [];
  let before: Ran = { exitCode: 0, seen: '' };
  for (const step of page.steps) {
    try {
      if (step.kind === 'then') {
        await (rehearsal.then[step.name] ?? missing(step.name))(before);
        continue;
      }
      before = await runBlock(step, rehearsal);
      ran.push(...step.commands.map(({ line }) => line));
    } catch (error) {
      const what = step.kind === 'then' ? `then: ${step.name}` : '';
      throw new Error(`line ${step.lineNumber} ${what}`, { cause: error });
    }
  }
  return ran;
}

/** Gives what was seen last. */
async function runBlock({ who, commands, sees: written }: CommandsStep, { seats, variables }: Rehearsal): Promise<Ran> {
  const seat = seats[who] ?? missing(who);
  const sees = written.map((line) => expand(line.trim(), variables));
  const typed = createTyping(sees);
  let transcript = '';
  let last: Ran = { exitCode: 0, seen: '' };
  for (const { line, exitCode } of commands) {
    last = await runLine(line, seat, variables, typed);
    transcript += `$ ${line}\n${last.seen}\n`;
    if (last.exitCode !== exitCode) throw new Error(`exit code ${last.exitCode}, and the page says ${exitCode}\n\n${transcript}`);
  }
  const unseen = findUnseen(transcript, sees);
  if (unseen !== null) throw new Error(`the page says "${unseen}", which is not seen (in this order)\n\n${transcript}`);
  return last;
}

function missing(name: string): never {
  throw new Error(`the test knows no "${name}"`);
}

/** What the test would check and the page does not ask for is a promise that was lost. */
function expectAllUsed({ steps }: Page, { then }: Rehearsal): void {
  const asked = steps.flatMap((step) => (step.kind === 'then' ? [step.name] : []));
  const lost = Object.keys(then).filter((name) => !asked.includes(name));
  if (lost.length > 0) throw new Error(`the page does not ask for: ${lost.join('; ')}`);
}

/** A question is answered with what stands behind it in the page: `Type yes to sign: yes`. */
function createTyping(sees: readonly string[]): (question: string) => string | null {
  const left = [...sees];
  return (question) => {
    const asked = question.trim();
    const index = left.findIndex((line) => line.startsWith(asked));
    const [line] = index < 0 ? [] : left.splice(index, 1);
    return line === undefined ? null : line.slice(asked.length).trim();
  };
}

/** The first line of the page that is not in what was seen, after those before it. */
function findUnseen(seen: string, sees: readonly string[]): string | null {
  const lines = seen.split('\n').map(oneSpaced);
  let from = 0;
  for (const each of sees) {
    const parts = oneSpaced(each).split('…');
    const wanted = new RegExp(`^${parts.map((part) => part.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&')).join('.*')}$`);
    const found = lines.findIndex((line, index) => index >= from && wanted.test(line));
    if (found < 0) return each;
    from = found + 1;
  }
  return null;
}

function oneSpaced(line: string): string {
  return line.trim().replaceAll(/\s+/g, ' ');
}
