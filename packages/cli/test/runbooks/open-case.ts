import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { address, type WalletOnChain } from '@countersign/core';
import { createSealedOwnerKey, KDF_FLOOR } from '@countersign/selfhost';
import { readWalletForOwner } from '@countersign/solana/owner-tools';
import { createTestKey } from '@countersign/testkit';
import { expect } from 'vitest';
import { must, SOL, type Stack } from '../../../api/test/end-to-end/stack.ts';
import { type Ran, runLine, type Seat } from './run-command.ts';
import type { Rehearsal } from './run-page.ts';

export const PASSPHRASE = 'five random words of the runbooks';
const WHO = ['operator', 'owner', 'offline', 'agent', 'nobody', 'host'] as const;
type Who = (typeof WHO)[number];

/** One wallet with its people, for one page: each sits in a folder of their own with what they have. */
export interface Case {
  readonly seats: { [Name in Who]: Seat };
  readonly variables: Map<string, string>;
  readonly folder: string;
  /** Where machines carry files to each other. */
  readonly stick: string;
  readonly walletId: string;
  readonly vault: string;
  /** Runs a line beside the page. Throws where it ends with another exit code. */
  readonly run: (who: Who, line: string, exitCode?: number) => Promise<Ran>;
  readonly wallet: () => Promise<{ readonly [name: string]: unknown }>;
  /** At finalized. */
  readonly onChain: () => Promise<WalletOnChain>;
  /** At finalized. */
  readonly lamports: (of: string) => Promise<bigint>;
  readonly get: (variable: string) => string;
  readonly rehearse: (then: Rehearsal['then']) => Rehearsal;
}

/** Makes a sealed owner key, with the smallest cost that is allowed. */
export async function sealKey(path: string): Promise<string> {
  const made = await createSealedOwnerKey({ path, passphrase: Buffer.from(PASSPHRASE), kdf: KDF_FLOOR, kdfFloor: KDF_FLOOR });
  if (!made.ok) throw new Error(JSON.stringify(made.error));
  return made.value.owner;
}

/** Makes a wallet that is active and has 5 SOL, with an agent that has a credential, and everything that its page names. */
export async function openCase(stack: Stack, input: { readonly name: string; readonly root: string }): Promise<Case> {
  const { name } = input;
  const folder = join(input.root, name);
  const stick = join(folder, 'stick');
  for (const each of [...WHO, 'stick']) mkdirSync(join(folder, each), { recursive: true, mode: 0o700 });
  const seats = seatAll(stack.url, folder);
  keepSecret(folder, 'operator', must(await stack.operator.createCredential({ role: 'operator', wallet: null, label: name })).secret);
  const variables = new Map(Object.entries({ WALLET: name, RPC: stack.chain.url, STICK: stick }));
  variables.set('MERCHANT', createTestKey().address);
  variables.set('OWNER_KEY', join(folder, 'owner-key.json')).set('OWNER', await sealKey(join(folder, 'owner-key.json')));
  variables.set('POLICY', join(folder, 'policy.json'));
  const run: Case['run'] = async (who, line, exitCode = 0) => {
    const ran = await runLine(line, seats[who], variables, () => null);
    if (ran.exitCode !== exitCode) throw new Error(`beside the page, ${line}: exit code ${ran.exitCode}\n${ran.seen}`);
    return ran;
  };
  const wallet: Case['wallet'] = async () => JSON.parse((await run('operator', 'countersign wallet show "$WALLET" --json')).seen);
  await makeWallet(run, folder);
  const made = await wallet();
  const [walletId, multisig, vault] = [String(made['id']), String(made['multisig']), String(made['vault'])];
  const agent = must(await stack.operator.createCredential({ role: 'agent', wallet: walletId, label: name }));
  keepSecret(folder, 'agent', agent.secret);
  variables.set('MULTISIG', multisig).set('AGENT', String(made['agent'])).set('CREDENTIAL', agent.credential.id);
  // A recipient below rent exemption cannot be paid little.
  await Promise.all([stack.fund(vault, 5n * SOL), stack.fund(variables.get('MERCHANT') ?? '', SOL / 100n)]);
  return {
    ...{ seats, variables, folder, stick, walletId, vault, run, wallet },
    onChain: async () => {
      const found = await readWalletForOwner({ rpcUrls: [stack.chain.url], multisig: address(multisig) });
      if (!found.ok) throw new Error(JSON.stringify(found.error));
      return found.value.wallet;
    },
    lamports: async (of) => {
      const { value } = (await stack.rpc('getBalance', [of, { commitment: 'finalized' }])) as { readonly value: number };
      return BigInt(value);
    },
    get: (variable) => variables.get(variable) ?? '',
    rehearse: (then) => ({ seats, variables, then }),
  };
}

function seatAll(url: string, folder: string): Case['seats'] {
  const seat = (who: Who, env: Seat['env']): Seat => {
    const home = join(folder, who);
    return { folder: home, env: { XDG_CONFIG_HOME: join(home, 'config'), ...env }, passphrase: PASSPHRASE };
  };
  const service = { COUNTERSIGN_URL: url };
  const withCredential = (who: Who) => seat(who, { ...service, COUNTERSIGN_CREDENTIAL_FILE: join(folder, `${who}.secret`) });
  return {
    operator: withCredential('operator'),
    agent: withCredential('agent'),
    owner: seat('owner', service),
    nobody: seat('nobody', service),
    // Nobody listens there: what is said to need no network gets none.
    offline: seat('offline', { COUNTERSIGN_URL: 'http://127.0.0.1:1' }),
    host: seat('host', {}),
  };
}

async function makeWallet(run: Case['run'], folder: string): Promise<void> {
  await run('operator', 'countersign policy preset standard --recipient "$MERCHANT=Shop" --asset SOL=1 > preset.json');
  const preset = JSON.parse(readFileSync(join(folder, 'operator', 'preset.json'), 'utf8')) as object;
  // A first payment that waits a quarter of an hour is not what these pages are about.
  writeFileSync(join(folder, 'policy.json'), JSON.stringify({ ...preset, firstPayment: 'as_any' }, null, 2));
  await run('operator', 'countersign wallet create --name "$WALLET" --owner "$OWNER" --policy "$POLICY"');
  await run('operator', 'countersign approve --wallet "$WALLET" --owner-key "$OWNER_KEY" --yes --watch');
}

function keepSecret(folder: string, who: Who, secret: string): void {
  writeFileSync(join(folder, `${who}.secret`), `${secret}\n`, { mode: 0o600 });
}

/** INVARIANT I8: the chain at finalized has the agent key of now, and the limits of the policy for it, and nothing of the one before (`$AGENT`). */
export async function expectNewAgent(its: Case): Promise<void> {
  const agent = String((await its.wallet())['agent']);
  const { members, limits } = await its.onChain();
  expect(members.map(({ key }) => String(key)).toSorted()).toEqual([its.get('OWNER'), agent].toSorted());
  expect(agent).not.toBe(its.get('AGENT'));
  expect(limits.map((limit) => limit.members.map(String))).toEqual([[agent]]);
  its.variables.set('AGENT', agent);
}

/** Takes the address that a command printed. */
export function nameAddress(its: Case, variable: string, seen: string): void {
  const found = /\b[1-9A-HJ-NP-Za-km-z]{32,44}\b/.exec(seen);
  if (found === null) throw new Error(`no address was printed: ${seen}`);
  its.variables.set(variable, found[0]);
}
