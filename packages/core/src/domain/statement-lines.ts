/** docs/spec/owner-statement.md: the lines of each action, in order, and the one spelling of each line. */
export const TITLE = 'Countersign owner statement v1';
export const HEAD = ['action', 'network', 'wallet'] as const;
export const TAIL = ['expires', 'nonce'] as const;
/** `effect` stands for one line an effect, from 1 to `MOST_EFFECTS`. */
export const BODY = {
  'install-policy': ['revision', 'policy-sha256', 'bounds-sha256'],
  'rotate-agent-key': ['revision', 'policy-sha256', 'bounds-sha256', 'old-agent', 'new-agent'],
  'replace-owner-key': ['revision', 'policy-sha256', 'bounds-sha256', 'old-owner', 'new-owner'],
  'destroy-key': ['agent'],
  'approve-request': ['request', 'policy-sha256', 'message-sha256', 'effect'],
  'veto-request': ['request'],
  freeze: [],
  unfreeze: [],
  'resume-signer': [],
} as const;

export type StatementAction = keyof typeof BODY;
export const STATEMENT_ACTIONS: readonly StatementAction[] = Object.keys(BODY) as StatementAction[];

export const MOST_EFFECTS = 32;

const ADDRESS = /^[1-9A-HJ-NP-Za-km-z]{32,44}$/;
const SHA256 = /^[0-9a-f]{64}$/;
export const PATTERNS: { readonly [line: string]: RegExp } = {
  network: ADDRESS,
  wallet: ADDRESS,
  revision: /^[1-9][0-9]{0,8}$/,
  'policy-sha256': SHA256,
  'bounds-sha256': SHA256,
  'message-sha256': SHA256,
  'old-agent': ADDRESS,
  'new-agent': ADDRESS,
  'old-owner': ADDRESS,
  'new-owner': ADDRESS,
  agent: ADDRESS,
  request: /^tx_[0-7][0-9A-HJKMNP-TV-Z]{25}$/,
  // Whatever a person can read on one line: no control, format or bidirectional character, no line or paragraph separator.
  effect: /^[^\p{C}\p{Zl}\p{Zp}]{1,600}$/u,
  expires: /^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z$/,
  nonce: /^[0-9a-f]{32}$/,
};
