import { randomBytes } from 'node:crypto';
import {
  address,
  type DecodeContext,
  type Effect,
  encodeBase58,
  formatOwnerStatement,
  type OwnerStatement,
  parseOwnerStatement,
  type Result,
} from '@countersign/core';
import type { ApprovalKind, ApprovalView, Approve, ClientProblem, CountersignClient, PreparedView } from '@countersign/sdk';
import { checkHandOver, checkLockdown, decodeMessage, NO_FACTS } from '@countersign/solana/decode';
import type { TestKey } from '@countersign/testkit';
import { must, until } from './stack.ts';
import { need, type Stage, type Victim } from './thief-stage.ts';

/** The owner's side of an approval: reads the exact bytes with the decoder, refuses what they should not do, and signs. */

/** The statement that goes with an approval of a kind; kinds that are not named are consented to by transaction alone. */
const STATEMENTS: { readonly [Kind in ApprovalKind]?: OwnerStatement['action'] } = {
  create_wallet: 'install-policy',
  install_policy: 'install-policy',
  unfreeze: 'unfreeze',
  rotate_agent_key: 'rotate-agent-key',
  replace_owner_key: 'replace-owner-key',
  revoke_agent_key: 'destroy-key',
};
const KITS: readonly ApprovalKind[] = ['arm_lockdown', 'make_recovery_kit'];

/** The owner is who configures the wallet: the recovery key, where an approval takes its consent. */
function contextOf({ addresses, approval, recovery }: PreparedView): DecodeContext {
  const { multisig, vault, agent, createKey, feeAccount } = addresses;
  const owner = approval.change?.consentOf === 'recovery' ? (recovery ?? '') : addresses.owner;
  return {
    addresses: {
      multisig: address(multisig),
      vault: address(vault),
      owner: address(owner),
      agent: address(agent),
      createKey: address(createKey),
      feeAccount: address(feeAccount),
    },
    candidateRecipients: [],
    assets: [],
  };
}

/** Every effect of the messages. Throws where a message or the statement is not what an approval of its kind may ask for. */
export function readPrepared(prepared: PreparedView): readonly Effect[] {
  const { approval, addresses, statement, messages, kits, recovery } = prepared;
  const context = contextOf(prepared);
  const bytes = messages.map((message) => Uint8Array.from(Buffer.from(message, 'base64')));
  const effects = bytes.flatMap((message) => need(decodeMessage(message, context, NO_FACTS)));
  const bad = effects.find(({ kind }) => kind === 'unknown' || (approval.kind !== 'approve_payment' && kind === 'asset_outflow'));
  if (bad) throw new Error(`the owner does not sign ${JSON.stringify(bad, (_n, each) => (typeof each === 'bigint' ? `${each}` : each))}`);
  const action = STATEMENTS[approval.kind];
  if (action !== undefined) {
    const said = need(parseOwnerStatement(statement ?? ''));
    if (said.action !== action || said.wallet !== addresses.multisig || said.network !== prepared.network)
      throw new Error(`the owner does not sign ${statement}`);
  }
  if (KITS.includes(approval.kind) && kits.length !== messages.length) throw new Error('a kit for each message');
  for (const [index, { purpose }] of kits.entries()) {
    const message = bytes[index] ?? new Uint8Array();
    if (purpose === 'lockdown') need(checkLockdown(message, context.addresses));
    else need(checkHandOver(message, context.addresses, address(recovery ?? '')));
  }
  return effects;
}

/** `owner`: whose signature the approval takes, the recovery key's where that is it. `newOwner`: for replacing the owner key. */
export interface Desk {
  readonly owner: TestKey;
  readonly newOwner?: TestKey;
}

export function signPrepared(prepared: PreparedView, { owner, newOwner }: Desk): Approve {
  readPrepared(prepared);
  const text = prepared.statement === null ? null : new TextEncoder().encode(prepared.statement);
  return {
    statementSignature: text === null ? null : encodeBase58(owner.sign(text)),
    messageSignatures: prepared.messages.map((message) => encodeBase58(owner.sign(Buffer.from(message, 'base64')))),
    ...(newOwner === undefined || text === null ? {} : { newOwnerSignature: encodeBase58(newOwner.sign(text)) }),
  };
}

/** Fresh bytes; while the nonce accounts of a kit are being made there are none yet. */
export async function prepare(client: CountersignClient, approval: string): Promise<PreparedView> {
  let prepared: PreparedView | null = null;
  await until('it is prepared', async () => {
    const answer = await client.prepareApproval(approval);
    if (!answer.ok && answer.error.code === 'approval_not_prepared') return false;
    prepared = must(answer);
    return true;
  });
  if (prepared === null) throw new Error('it was prepared');
  return prepared;
}

export async function consent(client: CountersignClient, approval: string, desk: Desk): Promise<Result<ApprovalView, ClientProblem>> {
  return client.approve(approval, signPrepared(await prepare(client, approval), desk));
}

/** Consents, and waits for the end. */
export async function carryOut(client: CountersignClient, approval: string, desk: Desk): Promise<ApprovalView> {
  must(await consent(client, approval, desk));
  return untilDone(client, approval);
}

export async function untilDone(client: CountersignClient, approval: string): Promise<ApprovalView> {
  let last: ApprovalView | null = null;
  await until('the approval is done', async () => {
    last = must(await client.getApproval(approval));
    if (last.state !== 'done' && last.state !== 'executing') throw new Error(JSON.stringify(last));
    return last.state === 'done';
  }).catch((error: Error) => {
    throw new Error(`${error.message}: ${JSON.stringify(last)}`);
  });
  if (last === null) throw new Error('it was read');
  return last;
}

/** A statement that the owner writes on a machine of their own. */
export async function statementOf(
  { chain }: Pick<Stage, 'chain'>,
  { addresses }: Pick<Victim, 'addresses'>,
  body: { readonly action: 'freeze' | 'unfreeze' | 'resume-signer' },
  livesMs = 60_000,
): Promise<string> {
  const network = need(await chain.getNetwork());
  const expiresAtMs = Math.ceil((Date.now() + livesMs) / 1000) * 1000;
  return formatOwnerStatement({ ...body, network, wallet: addresses.multisig, expiresAtMs, nonce: randomBytes(16).toString('hex') });
}

export const signText = (key: TestKey, text: string): string => encodeBase58(key.sign(new TextEncoder().encode(text)));
