import { type Address, isAddress } from '@countersign/core';
import { buildExit, type ExitInput, type ExitPlan } from '@countersign/solana/owner-tools';
import { domainFailure, wordsOf } from '../connection/failure-of.ts';
import { flag, type Handler, type Invocation, listed, required, text } from '../invocation.ts';
import { aborted, answer, type Failure, failed, misuse, type Outcome } from '../outcome.ts';
import { showLines } from '../output/show-lines.ts';
import type { Signers } from '../owner-key/found-key.ts';
import { fileNamed } from '../owner-key/key-choice.ts';
import { findChosen, findKey } from '../owner-key/open-key.ts';
import { good, type Result } from '../result.ts';
import { expectFunds, messageLines, readNodes, walletOnChainLines } from '../support/owner-chain.ts';
import { sendPlanned } from '../support/send-planned.ts';

const SHOWN_CHARACTERS = 8;

/**
 * `owner withdraw`: all money out of a wallet, with the owner key and the chain alone. Sends one transaction after the other and plans again after
 * each, from what the chain holds, so that it goes on wherever it was cut off.
 */
const ownerWithdraw: Handler = async (invocation) => {
  const rpcUrls = readNodes(invocation);
  if (!rpcUrls.ok) return rpcUrls;
  const [multisig, destination] = [required(invocation, 'multisig'), required(invocation, 'to')];
  const leave = listed(invocation, 'leave');
  const wrong = [multisig, destination, ...leave].find((each) => !isAddress(each));
  if (wrong !== undefined) return misuse(`"${wrong}" is not an address`, 'give base58 of 32 bytes');
  const price = text(invocation, 'priorityFee') ?? '0';
  if (!/^[0-9]{1,12}$/.test(price)) return misuse(`--priority-fee "${price}" is not a whole number`, 'give micro-lamports a compute unit');
  const keys = await findKeys(invocation);
  if (!keys.ok) return keys;
  const [owner, payer = owner] = keys.value;
  const named = { multisig: multisig as Address, destination: destination as Address, leave: leave as readonly Address[] };
  const input = { rpcUrls: rpcUrls.value, ...named, owner: owner.owner, payer: payer.owner, priceMicroLamports: BigInt(price) };
  try {
    return await withdraw(invocation, input, keys.value);
  } finally {
    for (const key of keys.value) await key.close();
  }
};
export default ownerWithdraw;

async function findKeys(invocation: Invocation): Promise<Result<Signers, Failure>> {
  const owner = await findKey(invocation);
  if (!owner.ok) return owner;
  const choice = fileNamed(invocation, 'payerKey', 'payerPassphraseFile');
  const payer = choice === null ? null : await findChosen(invocation, choice);
  if (payer === null || (payer.ok && payer.value.owner === owner.value.owner)) return good([owner.value]);
  return payer.ok ? good([owner.value, payer.value]) : payer;
}

async function withdraw(invocation: Invocation, input: ExitInput, keys: Signers): Promise<Outcome> {
  const first = await plan(input);
  if (!first.ok) return first;
  const shown = planJson(first.value);
  if (flag(invocation, 'dryRun') || first.value.messages.length === 0)
    return answer({ ...shown, sent: [] }, [...planLines(first.value, input), '', ...endLines(first.value)]);
  showLines(invocation, [...planLines(first.value, input), '']);
  const funded = expectFunds(input.payer, first.value);
  if (!funded.ok) return funded;
  const confirmed = await confirm(invocation, input.destination);
  if (!confirmed.ok) return confirmed;
  const done = await sendPlanned(invocation, {
    ...{ rpcUrls: input.rpcUrls, keys, first: first.value, plan: () => plan(input) },
    confirmAnew: (changed) => {
      showLines(invocation, [...planLines(changed, input), '']);
      return confirm(invocation, input.destination);
    },
  });
  if (!done.ok) return done;
  const { last, sent } = done.value;
  return answer({ ...shown, leftBehind: leftJson(last), sent }, ['', ...endLines(last)]);
}

async function plan(input: ExitInput): Promise<Result<ExitPlan, Failure>> {
  const built = await buildExit(input);
  if (built.ok) return foreignOutflow(built.value, input);
  const { error } = built;
  return failed(domainFailure(error, `the way out cannot be planned: ${wordsOf(error)}`, 'see docs/runbooks/exit.md; nothing was sent'));
}

/** INVARIANT I6: decoded from the bytes, every amount goes to the destination that the owner named, and nobody else signs. */
function foreignOutflow(built: ExitPlan, { destination, owner, payer }: ExitInput): Result<ExitPlan, Failure> {
  const signers = built.messages.flatMap((message) => message.signers);
  const elsewhere = built.messages
    .flatMap(({ effects }) => effects)
    .find((effect) => effect.kind === 'asset_outflow' && effect.destination !== destination);
  if (elsewhere === undefined && signers.every((signer) => signer === owner || signer === payer)) return good(built);
  return aborted('what was built does something else than to send the money to you', 'nothing was sent; report it');
}

/** The first characters of the destination, typed, or said beforehand with `--confirm`. */
async function confirm(invocation: Invocation, destination: Address): Promise<Result<void, Failure>> {
  const { terminal } = invocation.world;
  const wanted = destination.slice(0, SHOWN_CHARACTERS);
  const given = text(invocation, 'confirm');
  if (given === undefined && !terminal.interactive)
    return aborted(
      'the destination has to be confirmed and there is no terminal to ask at',
      `run it at a terminal, or add --confirm with the first ${SHOWN_CHARACTERS} characters of --to`,
    );
  const typed = given ?? (await terminal.ask(`Everything goes to ${destination}. Type its first ${SHOWN_CHARACTERS} characters: `));
  return typed?.trim() === wanted ? good(undefined) : aborted('the destination was not confirmed', 'nothing more was sent');
}

function planLines(built: ExitPlan, { destination }: ExitInput): readonly string[] {
  return [
    `Takes all money out of this wallet, to ${destination}:`,
    '',
    ...walletOnChainLines(built.before),
    ...messageLines(built.messages),
    ...leftLines(built),
  ];
}

function leftLines({ leftBehind }: ExitPlan): readonly string[] {
  return leftBehind.length === 0
    ? []
    : ['', ...leftBehind.map(({ asset, amount, account, reason }) => `! stays in ${account}: ${amount} base units of ${asset}: ${reason}`)];
}

function endLines(built: ExitPlan): readonly string[] {
  if (built.messages.length > 0) return ['Nothing was sent. Leave --dry-run away to send it.'];
  return ['✓ there is nothing (more) to take out', ...leftLines(built)];
}

function leftJson({ leftBehind }: ExitPlan): readonly object[] {
  return leftBehind.map((left) => ({ ...left, amount: left.amount.toString() }));
}
function planJson(built: ExitPlan): { readonly [name: string]: unknown } {
  const { before, messages, payerLamports, neededLamports } = built;
  return {
    network: before.network,
    multisig: before.wallet.multisig,
    vault: before.vault,
    lamports: before.money.lamports.toString(),
    tokens: before.money.tokens.map(({ asset, amount, account }) => ({ asset, amount: amount.toString(), account })),
    messages: messages.map(({ sentences, signers }) => ({ sentences, signers })),
    leftBehind: leftJson(built),
    payerLamports: payerLamports.toString(),
    neededLamports: neededLamports.toString(),
  };
}
