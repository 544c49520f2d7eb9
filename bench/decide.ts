/** `node bench/decide.ts`: the pure decision, for a policy with every rule and three effects. Prints a table; fails over the aim. */
import { readFileSync } from 'node:fs';
import { cpus } from 'node:os';
import {
  type AgentPolicy,
  address,
  type DecisionFacts,
  decide,
  type Effect,
  encodeBase58,
  meterWindows,
  parsePolicy,
  type SimulationReport,
  tokenAsset,
  type WalletAddresses,
} from '@countersign/core';
import { formatTable } from '../tools/harness/table.ts';
import { complain, say } from '../tools/start/terminal.ts';
import { quantile } from './measure/quantile.ts';

const AIM_NS = 20_000;
const WARM_UP = 20_000;
const ROUNDS = 40;
const EACH = 5_000;

const named = (byte: number) => address(encodeBase58(new Uint8Array(32).fill(byte)));
const wallet: WalletAddresses = {
  multisig: named(1),
  vault: named(2),
  owner: named(3),
  agent: named(4),
  createKey: named(5),
  feeAccount: named(6),
};
const MERCHANT = address('9xQeWvG816bUx9EPjHmaT23yvVM2ZWbrrpZb9PusVFin');
const SWAPS = address('JUP6LkbZbjS1jKKwapdHNy74zcZ3tLUZoi5QNyVTaV4');
const DOLLAR = tokenAsset(address('EPjFWdd5AufqSSqeM2qN1xzybapC8G4wEGGkZwyTDt1v'));
const SOL = parsedExample().assets[0]?.asset ?? DOLLAR;
/** A Friday at noon in Berlin. */
const NOW_MS = Date.parse('2027-01-15T11:00:00Z');

/** docs/policy.example.jsonc: every rule there is. */
function parsedExample(): AgentPolicy {
  const text = readFileSync(new URL('../docs/policy.example.jsonc', import.meta.url), 'utf8').replace(/^\s*\/\/.*$/gm, '');
  const policy = parsePolicy(text);
  if (!policy.ok) throw new Error(JSON.stringify(policy.error));
  return policy.value;
}

const outflow = (asset: typeof SOL, amount: bigint): Effect => ({
  kind: 'asset_outflow',
  instruction: 0,
  asset,
  amount,
  decimals: 9,
  source: wallet.vault,
  sourceAccount: wallet.vault,
  destination: MERCHANT,
  destinationAccount: MERCHANT,
  spendingLimit: named(7),
  hazards: [],
});
const fee: Effect = { kind: 'fee', instruction: null, payer: wallet.feeAccount, amountLamports: 10_000n };
const call: Effect = {
  kind: 'program_call',
  instruction: 0,
  program: SWAPS,
  data: `e517cb977ae3ad2a${'00'.repeat(32)}`,
  accounts: [SWAPS, wallet.vault].map((each) => ({
    address: each,
    writable: true,
    signer: each === wallet.vault,
    role: each === wallet.vault ? 'vault' : 'other',
  })),
};

function report(out: readonly (readonly [typeof SOL, bigint])[], back: readonly (readonly [typeof SOL, bigint])[]): SimulationReport {
  const amounts = (list: typeof out) => list.map(([asset, amount]) => ({ asset, amount }));
  return {
    succeeded: true,
    problem: null,
    unitsConsumed: 90_000n,
    slot: 1_000n,
    vaultOutflows: amounts(out),
    vaultInflows: amounts(back),
    leavesTooLittle: false,
    feeAccountOutflowLamports: 10_000n,
    authorityChanges: [],
    programs: [SWAPS],
    innerEffects: [],
  };
}

function factsOf(policy: AgentPolicy, effects: readonly Effect[], change: Partial<DecisionFacts>): DecisionFacts {
  return {
    policy: { revision: 1, rules: policy },
    walletState: 'active',
    addresses: wallet,
    effects,
    usage: meterWindows(policy, wallet, effects).map((window) => ({ ...window, alone: 1n, total: 2n })),
    history: { lastAloneAtMs: NOW_MS - 3_600_000, paidBefore: [MERCHANT], denials: 0, failuresInARow: 0 },
    spendable: [SOL, DOLLAR].map((asset) => ({ asset, amount: 10n ** 12n })),
    simulation: null,
    ownerConsents: false,
    delayServed: false,
    nowMs: NOW_MS,
    chainTimeMs: NOW_MS,
    ...change,
  };
}

const policy = parsedExample();
const paid = [outflow(SOL, 100_000_000n), outflow(DOLLAR, 5_000_000n), fee];
const paidReport = report(
  [
    [SOL, 100_000_000n],
    [DOLLAR, 5_000_000n],
  ],
  [],
);
const swapped = [call, outflow(SOL, 1_000_000n), fee];
type Case = readonly [name: string, facts: DecisionFacts, verdict: string];
const CASES: readonly [Case, ...Case[]] = [
  ['2 outflows and a fee, simulated: allowed', factsOf(policy, paid, { simulation: paidReport }), 'allowed'],
  [
    'the same with more SOL: the owner is needed',
    factsOf(policy, [outflow(SOL, 1_100_000_000n), outflow(DOLLAR, 5_000_000n), fee], {}),
    'needs_owner',
  ],
  [
    'the same to nobody known, frozen: denied by many rules',
    factsOf(policy, [{ ...outflow(SOL, 9_000_000_000n), destination: null } as Effect, ...paid], { walletState: 'frozen' }),
    'denied',
  ],
  [
    'a call, an outflow and a fee, countersigned: allowed',
    factsOf(policy, swapped, { ownerConsents: true, simulation: report([[SOL, 100_000_000n]], [[DOLLAR, 20_000_000n]]) }),
    'allowed',
  ],
];

say(
  `${cpus().length} CPUs (${cpus()[0]?.model.trim() ?? 'unknown'}), Node ${process.versions.node}; ${ROUNDS} rounds of ${EACH} decisions, policy: docs/policy.example.jsonc`,
);
say('');
let over = 0;
const rows = [
  ...CASES.map(([name, facts, verdict]) => {
    const given = decide(facts);
    if (given.verdict !== verdict) throw new Error(`${name}: ${given.verdict} ${JSON.stringify(given.objections)}`);
    return row(name, [facts]);
  }),
  minutesRow('the first, a minute later each time', CASES[0][1]),
];
say(formatTable(['decision', 'objections', 'budget lines', 'ns p50', 'ns p99', `of ${AIM_NS} ns`], rows));
say('');
say('p50 and p99 over rounds, each the mean of its decisions. A policy is indexed once, when it is first seen.');
if (over > 0) complain(`${over} of them over the aim of ${AIM_NS} ns`);
process.exit(over === 0 ? 0 : 1);

function row(name: string, facts: readonly [DecisionFacts, ...DecisionFacts[]]): readonly string[] {
  const { objections, budgets } = decide(facts[0]);
  const perDecisionNs = measure(facts);
  const [p50, p99] = [quantile(perDecisionNs, 0.5), quantile(perDecisionNs, 0.99)];
  if (p50 > AIM_NS) over += 1;
  return [name, String(objections.length), String(budgets.length), p50.toFixed(0), p99.toFixed(0), (p50 / AIM_NS).toFixed(2)];
}

/** Every decision has to look at the clock on the wall anew. */
function minutesRow(name: string, facts: DecisionFacts): readonly string[] {
  const at = (minute: number): DecisionFacts => ({ ...facts, nowMs: NOW_MS + minute * 60_000, chainTimeMs: NOW_MS + minute * 60_000 });
  return row(name, [at(0), ...Array.from({ length: 255 }, (_, index) => at(index + 1))]);
}

/** Nanoseconds for one decision, one figure for each round. */
function measure(facts: readonly [DecisionFacts, ...DecisionFacts[]]): number[] {
  let seen = 0;
  const next = (index: number): DecisionFacts => facts[index % facts.length] ?? facts[0];
  for (let index = 0; index < WARM_UP; index += 1) seen += decide(next(index)).objections.length;
  const rounds: number[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    const startNs = process.hrtime.bigint();
    for (let index = 0; index < EACH; index += 1) seen += decide(next(index)).objections.length;
    rounds.push(Number(process.hrtime.bigint() - startNs) / EACH);
  }
  if (seen < 0) throw new Error('never');
  return rounds;
}
