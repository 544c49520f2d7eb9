import { type DomainError, domainError } from './errors.ts';
import { fail, ok, type Result } from './result.ts';

/** docs/spec/owner-statement.md: the lines of each action, in order. Every action begins with COMMON_HEAD and ends with COMMON_TAIL. */
const TITLE = 'Countersign owner statement v1';
const HEAD = ['action', 'network', 'wallet'] as const;
const TAIL = ['expires', 'nonce'] as const;
const BODY = {
  'install-policy': ['revision', 'policy-sha256', 'bounds-sha256'],
  unfreeze: [],
  'resume-signer': [],
  'destroy-key': [],
} as const;

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

export type StatementAction = keyof typeof BODY;

export interface StatementHead {
  /** Genesis hash of the network, base58. */
  readonly network: string;
  /** Address of the multisig. */
  readonly wallet: string;
  readonly expiresAtMs: number;
  /** 16 random bytes as 32 hex digits; used once. */
  readonly nonce: string;
}
export type OwnerStatement = StatementHead &
  (
    | { readonly action: 'install-policy'; readonly revision: number; readonly policySha256: string; readonly boundsSha256: string }
    | { readonly action: 'unfreeze' | 'resume-signer' | 'destroy-key' }
  );

const PATTERNS: { readonly [line: string]: RegExp } = {
  network: /^[1-9A-HJ-NP-Za-km-z]{32,44}$/,
  wallet: /^[1-9A-HJ-NP-Za-km-z]{32,44}$/,
  revision: /^[1-9][0-9]{0,8}$/,
  'policy-sha256': /^[0-9a-f]{64}$/,
  'bounds-sha256': /^[0-9a-f]{64}$/,
  expires: /^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z$/,
  nonce: /^[0-9a-f]{32}$/,
};

/** The exact text to sign: UTF-8, lines ended by `\n`, the last one too. `expiresAtMs` must be a whole second. */
export function formatOwnerStatement(statement: OwnerStatement): string {
  const values: Record<string, string> = {
    action: statement.action,
    network: statement.network,
    wallet: statement.wallet,
    expires: `${new Date(statement.expiresAtMs).toISOString().slice(0, 19)}Z`,
    nonce: statement.nonce,
  };
  if (statement.action === 'install-policy') {
    values['revision'] = String(statement.revision);
    values['policy-sha256'] = statement.policySha256;
    values['bounds-sha256'] = statement.boundsSha256;
  }
  const text = `${[TITLE, ...linesOf(statement.action).map((name) => `${name}: ${values[name]}`)].join('\n')}\n`;
  const parsed = parseOwnerStatement(text);
  if (!parsed.ok) throw new TypeError(`not a statement: ${JSON.stringify(parsed.error)}`);
  return text;
}

function linesOf(action: StatementAction): readonly string[] {
  return [...HEAD, ...BODY[action], ...TAIL];
}

/** Reads a statement; any line that is missing, doubled, extra, out of order or not in its one spelling refuses it. */
export function parseOwnerStatement(text: string): Result<OwnerStatement, DomainError> {
  const refuse = (problem: string): Result<OwnerStatement, DomainError> => fail(domainError('statement_invalid', { problem }));
  if (!text.endsWith('\n')) return refuse('does not end with a line feed');
  const [title, ...lines] = text.slice(0, -1).split('\n');
  if (title !== TITLE) return refuse(`does not begin with "${TITLE}"`);
  const action = lines[0]?.replace(/^action: /, '') ?? '';
  if (!Object.hasOwn(BODY, action)) return refuse('names no known action');
  const names = linesOf(action as StatementAction);
  if (lines.length !== names.length) return refuse(`has ${lines.length} lines after the title where ${action} has ${names.length}`);
  const values: Record<string, string> = {};
  for (const [index, name] of names.entries()) {
    const line = lines[index] ?? '';
    if (!line.startsWith(`${name}: `)) return refuse(`line ${index + 2} is not "${name}: …"`);
    const value = line.slice(name.length + 2);
    if (PATTERNS[name] && !PATTERNS[name].test(value)) return refuse(`line ${index + 2} (${name}) is not in its one spelling`);
    values[name] = value;
  }
  const expiresAtMs = Date.parse(values['expires'] ?? '');
  if (!Number.isFinite(expiresAtMs) || `${new Date(expiresAtMs).toISOString().slice(0, 19)}Z` !== values['expires'])
    return refuse('expires is not a moment');
  const head: StatementHead = {
    network: values['network'] ?? '',
    wallet: values['wallet'] ?? '',
    expiresAtMs,
    nonce: values['nonce'] ?? '',
  };
  if (action === 'install-policy')
    return ok({
      action,
      ...head,
      revision: Number(values['revision']),
      policySha256: values['policy-sha256'] ?? '',
      boundsSha256: values['bounds-sha256'] ?? '',
    });
  return ok({ action: action as 'unfreeze' | 'resume-signer' | 'destroy-key', ...head });
}
