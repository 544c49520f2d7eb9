import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import type { WalletView } from '@countersign/sdk';
import type { DataFolder } from './data-folder.ts';
import type { DemoOwner } from './demo/demo-owner.ts';
import { DEMO_MERCHANT } from './demo/demo-policy.ts';
import type { Demo } from './demo/prepare-demo.ts';
import { fromRoot, ROOT } from './root.ts';

/** What runs where, one line each. */
export function whereLines(given: {
  readonly folder: DataFolder;
  readonly url: string;
  readonly rpc: string;
  readonly program: string;
  readonly databaseUrl: string;
}): readonly string[] {
  const database = new URL(given.databaseUrl);
  return [
    `API           ${given.url}  (documentation: ${given.url}/docs)`,
    `Solana        ${given.rpc}  ${given.program}`,
    `PostgreSQL    ${database.host}${database.pathname}  (data in ${fromRoot(given.folder.postgres)})`,
    `Signer        ${fromRoot(given.folder.socket)}  (the agent's key; its own process)`,
    `Logs          ${fromRoot(given.folder.logs)}`,
  ];
}

/** The wallet and its money; only the vault is an address to fund. */
export function walletLines(demo: Demo): readonly string[] {
  const { wallet } = demo;
  const frozen =
    wallet.state === 'frozen' ? `, FROZEN: ${wallet.frozenReason ?? 'no reason given'} ("npx countersign unfreeze" lets it pay again)` : '';
  return [
    `Wallet        ${wallet.id}  "${wallet.name}", policy revision ${wallet.policyRevision ?? '-'}${frozen}`,
    `Vault         ${demo.vault}  ${(wallet.balances ?? []).map(showBalance).join(', ')}`,
  ];
}

/** The four commands to copy: pays at once, is denied, needs the owner, and the owner's approval. */
export function commandLines(given: {
  readonly folder: DataFolder;
  readonly url: string;
  readonly demo: Demo;
  readonly owner: DemoOwner;
}): readonly string[] {
  const { folder, url, demo, owner } = given;
  const session = randomBytes(4).toString('hex');
  const curl = (name: string, lamports: string): string =>
    [
      `curl -sS ${url}/v1/wallets/${demo.wallet.id}/transactions`,
      `-H "Authorization: Bearer $(cat ${quote(fromRoot(demo.agentCredentialFile))})"`,
      "-H 'Content-Type: application/json'",
      `-H 'Idempotency-Key: ${name}-${session}'`,
      `-d '{"asset":"SOL","amount":"${lamports}","recipient":"${DEMO_MERCHANT.address}"}'`,
    ].join(' ');
  const elsewhere =
    folder.path === join(ROOT, 'data')
      ? ''
      : ` --url ${url} --credential-file ${quote(fromRoot(join(folder.demo, 'operator-credential')))} --owner-key ${quote(fromRoot(owner.keyFile))}`;
  return [
    'The agent pays 0.1 SOL alone:',
    `  $ ${curl('pay', '100000000')}`,
    'It asks for 50 SOL and is denied:',
    `  $ ${curl('denied', '50000000000')}`,
    'It asks for 1 SOL, which needs the owner:',
    `  $ ${curl('owner', '1000000000')}`,
    'The owner reads the bytes and countersigns:',
    `  $ npx countersign approve --yes --passphrase-file ${quote(fromRoot(owner.passphraseFile))}${elsewhere}`,
    'Stop the agent at once with "npx countersign freeze"; "npx countersign kits arm" signs ahead of need what takes its limits off the chain.',
  ];
}

/** For bash; most paths need no quotes. */
function quote(path: string): string {
  return /^[\w./-]+$/.test(path) ? path : `'${path.replaceAll("'", `'\\''`)}'`;
}

function showBalance({ asset, amount, decimals }: NonNullable<WalletView['balances']>[number]): string {
  const digits = amount.padStart(decimals + 1, '0');
  const fraction = digits.slice(digits.length - decimals).replace(/0+$/, '');
  const whole = digits.slice(0, digits.length - decimals).replace(/\B(?=(\d{3})+$)/g, ',');
  return `${whole}${fraction === '' ? '' : `.${fraction}`} ${asset === 'SOL' ? 'SOL' : `test USDC (mint ${asset})`}`;
}
