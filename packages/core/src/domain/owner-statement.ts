import { type Address, isAddress } from './address.ts';
import { type DomainError, domainError } from './errors.ts';
import { sha256Hex } from './hash.ts';
import type { RequestId } from './ids.ts';
import { fail, ok, type Result } from './result.ts';
import { BODY, HEAD, MOST_EFFECTS, PATTERNS, type StatementAction, TAIL, TITLE } from './statement-lines.ts';

/**
 * How long after its making an `unfreeze` or `resume-signer` statement ends, in milliseconds; fixed, so that the signer can tell from the end
 * when the statement was made, and refuse one that was made before the suspension that it would lift (INVARIANT I7).
 */
export const RESUME_LIFETIME_MS = 900_000;

/** The end of a resuming statement that is made at `nowMs`: a whole second, never before its time. */
export function resumeExpiryMs(nowMs: number): number {
  return Math.ceil((nowMs + RESUME_LIFETIME_MS) / 1000) * 1000;
}

/**
 * Why a resuming statement may not lift a suspension, in words; `null` when it may. INVARIANT I7: it lifts only a suspension that was there when
 * it was made (told by its end, to a second), so that one which was signed and kept back opens nothing after the next freeze.
 */
export function resumeProblem({ expiresAtMs }: OwnerStatement, suspendedAtMs: number | null, nowMs: number): string | null {
  if (expiresAtMs > resumeExpiryMs(nowMs)) return 'ends later than a statement made now would';
  if (suspendedAtMs !== null && expiresAtMs - RESUME_LIFETIME_MS < suspendedAtMs)
    return 'was made before the suspension that it would lift';
  return null;
}

export interface StatementHead {
  /** Genesis hash of the network, base58. */
  readonly network: string;
  /** Address of the multisig. */
  readonly wallet: string;
  readonly expiresAtMs: number;
  /** 16 random bytes as 32 hex digits; used once. */
  readonly nonce: string;
}

/** What a statement that brings a policy revision into force names. */
export interface InstalledRevision {
  readonly revision: number;
  readonly policySha256: string;
  readonly boundsSha256: string;
}

export type OwnerStatement = StatementHead &
  (
    | ({ readonly action: 'install-policy' } & InstalledRevision)
    | ({ readonly action: 'rotate-agent-key'; readonly oldAgent: Address; readonly newAgent: Address } & InstalledRevision)
    | ({ readonly action: 'replace-owner-key'; readonly oldOwner: Address; readonly newOwner: Address } & InstalledRevision)
    | { readonly action: 'destroy-key'; readonly agent: Address }
    | {
        readonly action: 'approve-request';
        readonly request: RequestId;
        /** Of the policy in force. */
        readonly policySha256: string;
        /** Of the intent: what the vault shall do, independent of any blockhash. */
        readonly messageSha256: string;
        /** One plain sentence an effect. */
        readonly effects: readonly string[];
      }
    | { readonly action: 'veto-request'; readonly request: RequestId }
    | { readonly action: 'freeze' | 'unfreeze' | 'resume-signer' }
  );

/** A statement that brings a policy revision and its bounds into force. */
export type InstallingStatement = Extract<OwnerStatement, InstalledRevision>;
export function isInstalling(statement: OwnerStatement): statement is InstallingStatement {
  return 'boundsSha256' in statement;
}

/** The exact text to sign: UTF-8, lines ended by `\n`, the last one too. `expiresAtMs` must be a whole second. */
export function formatOwnerStatement(statement: OwnerStatement): string {
  const lines: string[] = [TITLE];
  for (const name of [...HEAD, ...BODY[statement.action], ...TAIL])
    for (const value of valuesOf(statement, name)) lines.push(`${name}: ${value}`);
  const text = `${lines.join('\n')}\n`;
  const parsed = parseOwnerStatement(text);
  if (!parsed.ok) throw new TypeError(`not a statement: ${JSON.stringify(parsed.error)}`);
  return text;
}

/** The most characters of an `effect` line, and how many of a longer sentence it shows before it names the hash of all of it. */
const MOST_LINE = 600;
const SHOWN = 500;

/**
 * A sentence as it stands on an `effect` line: what nobody can see is written as an escape, and one that is too long is cut and bound by its
 * SHA-256. The same sentence always gives the same line.
 */
export function statementLine(sentence: string): string {
  const characters = [...sentence.replace(/[\p{C}\p{Zl}\p{Zp}]/gu, (each) => `\\u{${(each.codePointAt(0) ?? 0).toString(16)}}`)];
  const line = characters.length <= MOST_LINE ? characters : [...characters.slice(0, SHOWN), `… (sha256 ${sha256Hex(sentence)})`];
  return line.length === 0 ? '-' : line.join('');
}

/** The names of fields, by the names of lines, where they differ. */
const FIELD_OF: { readonly [line: string]: string } = {
  'policy-sha256': 'policySha256',
  'bounds-sha256': 'boundsSha256',
  'message-sha256': 'messageSha256',
  'old-agent': 'oldAgent',
  'new-agent': 'newAgent',
  'old-owner': 'oldOwner',
  'new-owner': 'newOwner',
};

function valuesOf(statement: OwnerStatement, name: string): readonly string[] {
  if (name === 'expires') return [`${new Date(statement.expiresAtMs).toISOString().slice(0, 19)}Z`];
  if (name === 'effect') return statement.action === 'approve-request' ? statement.effects : [];
  return [String((statement as unknown as { readonly [field: string]: unknown })[FIELD_OF[name] ?? name])];
}

/** Reads a statement; any line that is missing, doubled, extra, out of order or not in its one spelling refuses it. */
export function parseOwnerStatement(text: string): Result<OwnerStatement, DomainError> {
  const refuse = (problem: string): Result<OwnerStatement, DomainError> => fail(domainError('statement_invalid', { problem }));
  if (!text.endsWith('\n')) return refuse('does not end with a line feed');
  const [title, ...lines] = text.slice(0, -1).split('\n');
  if (title !== TITLE) return refuse(`does not begin with "${TITLE}"`);
  const named = lines[0]?.replace(/^action: /, '') ?? '';
  if (!Object.hasOwn(BODY, named)) return refuse('names no known action');
  const action = named as StatementAction;
  const names = linesOf(action, lines.length);
  if (lines.length !== names.length) return refuse(`has ${lines.length} lines after the title where ${action} has ${names.length}`);
  const values: Record<string, string> = {};
  const effects: string[] = [];
  for (const [index, name] of names.entries()) {
    const line = lines[index] ?? '';
    if (!line.startsWith(`${name}: `)) return refuse(`line ${index + 2} is not "${name}: …"`);
    const value = line.slice(name.length + 2);
    if (PATTERNS[name] && !PATTERNS[name].test(value)) return refuse(`line ${index + 2} (${name}) is not in its one spelling`);
    if (PATTERNS[name] === PATTERNS['wallet'] && !isAddress(value)) return refuse(`line ${index + 2} (${name}) is not an address`);
    if (name === 'effect') effects.push(value);
    else values[name] = value;
  }
  const expiresAtMs = Date.parse(values['expires'] ?? '');
  if (!Number.isFinite(expiresAtMs) || `${new Date(expiresAtMs).toISOString().slice(0, 19)}Z` !== values['expires'])
    return refuse('expires is not a moment');
  const of = (name: string): string => values[name] ?? '';
  const head: StatementHead = { network: of('network'), wallet: of('wallet'), expiresAtMs, nonce: of('nonce') };
  return ok({ ...head, ...bodyOf(action, of, effects) });
}

/** With as many `effect` lines as a text of `lines` lines leaves room for. */
function linesOf(action: StatementAction, lines: number): readonly string[] {
  const fixed = [...HEAD, ...BODY[action].filter((name) => name !== 'effect'), ...TAIL];
  if (!(BODY[action] as readonly string[]).includes('effect')) return fixed;
  const effects = Math.min(Math.max(lines - fixed.length, 1), MOST_EFFECTS);
  return [...fixed.slice(0, -TAIL.length), ...Array.from({ length: effects }, () => 'effect'), ...TAIL];
}

type Body<Statement> = Statement extends OwnerStatement ? Omit<Statement, keyof StatementHead> : never;

function bodyOf(action: StatementAction, of: (name: string) => string, effects: readonly string[]): Body<OwnerStatement> {
  const revision = { revision: Number(of('revision')), policySha256: of('policy-sha256'), boundsSha256: of('bounds-sha256') };
  switch (action) {
    case 'install-policy':
      return { action, ...revision };
    case 'rotate-agent-key':
      return { action, ...revision, oldAgent: of('old-agent') as Address, newAgent: of('new-agent') as Address };
    case 'replace-owner-key':
      return { action, ...revision, oldOwner: of('old-owner') as Address, newOwner: of('new-owner') as Address };
    case 'destroy-key':
      return { action, agent: of('agent') as Address };
    case 'approve-request':
      return {
        action,
        request: of('request') as RequestId,
        policySha256: of('policy-sha256'),
        messageSha256: of('message-sha256'),
        effects,
      };
    case 'veto-request':
      return { action, request: of('request') as RequestId };
    case 'freeze':
    case 'unfreeze':
    case 'resume-signer':
      return { action };
  }
}
