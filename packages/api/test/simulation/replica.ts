import {
  type Address,
  createChainWatch,
  type Dependencies,
  type DomainError,
  domainError,
  fail,
  type Result,
  rulePolicyEngine,
} from '@countersign/core';
import type { FakeChain, FakeDatabase, FakeDatabaseClient, FakeKeys, Fate, SeededRandom } from '@countersign/testkit';
import { latencyMs, type Weather } from './faults.ts';
import type { Scheduler } from './scheduler.ts';

/** What all replicas have in common: the outside world, and how it behaves. */
export interface Outside {
  readonly scheduler: Scheduler;
  readonly random: SeededRandom;
  readonly database: FakeDatabase;
  readonly chain: FakeChain;
  readonly keys: FakeKeys;
  readonly network: string;
  weather(): Weather;
  /** Told when a replica has died. */
  died(replica: Replica): void;
}

/** One process of the service: real services over ports that answer when the scheduler says so, until it dies. */
export interface Replica {
  readonly name: string;
  readonly deps: Dependencies;
  /** Milliseconds that its own clock is ahead. */
  setClockOffsetMs(offsetMs: number): void;
  isAlive(): boolean;
  crash(): void;
}

export const LIMITS: Dependencies['limits'] = {
  approvalLifetimeMs: 900_000,
  statementLifetimeMs: 300_000,
  firstLookMs: 25_000,
  resendMs: 10_000,
  finalityMs: 8_000,
};

/** The policy engine; it parses each document once, since parsing depends on nothing else. */
const POLICY_ENGINE: Dependencies['policyEngine'] = { ...rulePolicyEngine, validate: onceFor(rulePolicyEngine.validate) };
function onceFor<Result>(validate: (text: string, owner: Address) => Result): (text: string, owner: Address) => Result {
  const known = new Map<string, Result>();
  return (text, owner) => {
    const key = `${owner} ${text}`;
    const result = known.get(key) ?? validate(text, owner);
    known.set(key, result);
    return result;
  };
}

type Call = (...args: never[]) => unknown;

export function startReplica(outside: Outside, name: string): Replica {
  const { scheduler, random } = outside;
  let alive = true;
  let clockOffsetMs = 0;

  /** Puts a call on the timeline. Where the replica dies before, nothing happens; after, nobody hears of it. */
  function put(label: string, perform: () => void): void {
    scheduler.after(latencyMs(random, outside.weather(), label), `${name} ${label}`, () => {
      if (!alive) return;
      const { crash } = outside.weather();
      const dies = crash > 0 && random.chance(crash);
      if (dies && random.chance(0.5)) {
        die();
        return;
      }
      perform();
      // In a moment: what the call does is done by then, and what would follow from its answer never happens.
      if (dies) scheduler.after(0, `${name} dies`, die);
    });
  }
  function die(): void {
    if (!alive) return;
    alive = false;
    client.crash();
    outside.died(replica);
  }
  const client: FakeDatabaseClient = outside.database.connect({
    next: (step) =>
      new Promise<Fate>((resolve) => {
        put(step, () => {
          const { loseConnection, loseCommitAnswer } = outside.weather();
          if (loseConnection > 0 && random.chance(loseConnection)) resolve('lose_connection');
          else if (step === 'commit' && loseCommitAnswer > 0 && random.chance(loseCommitAnswer)) resolve('lose_answer');
          else resolve('go');
        });
      }),
  });

  /** `failing` gives the error that a call answers, and whether its effect takes place all the same. */
  function port<T extends object>(what: string, target: T, atOnce: readonly (keyof T)[], failing: Failing): T {
    const wrapped: Partial<Record<keyof T, unknown>> = {};
    for (const key of Object.keys(target) as (keyof T)[]) {
      const member = target[key];
      if (typeof member !== 'function' || atOnce.includes(key)) {
        wrapped[key] = member;
        continue;
      }
      const label = `${what}.${String(key)}`;
      wrapped[key] = (...args: never[]): Promise<unknown> =>
        new Promise((resolve, reject) => {
          put(label, () => {
            const failure = failing(String(key));
            if (failure !== null && !failure.happens) return resolve(failure.answer);
            const answer = (member as unknown as Call)(...args) as Promise<unknown>;
            // A replica that died with this call has no one left who could hear.
            answer.then(
              (value) => alive && resolve(failure === null ? value : failure.answer),
              (error: unknown) => alive && reject(error),
            );
          });
        });
    }
    return wrapped as T;
  }

  const clock = { nowMs: () => scheduler.nowMs() + clockOffsetMs };
  const chain = port('chain', outside.chain, ['isWalletAddress', 'describeEffect', 'signersOf', 'checkLockdown', 'checkHandOver'], (call) =>
    chainFault(outside, call),
  );
  const deps: Dependencies = {
    database: client,
    chain,
    chainWatch: createChainWatch(chain, clock),
    keys: port('keys', outside.keys, ['setReachable'], (call) => signerFault(outside, call)),
    policyEngine: POLICY_ENGINE,
    alerts: { raise: () => undefined },
    clock,
    random,
    network: outside.network,
    limits: LIMITS,
  };
  const replica: Replica = {
    name,
    deps,
    setClockOffsetMs: (offsetMs) => {
      clockOffsetMs = offsetMs;
    },
    isAlive: () => alive,
    crash: die,
  };
  return replica;
}

type Failing = (call: string) => { readonly answer: Result<never, DomainError> | object; readonly happens: boolean } | null;

function chainFault({ random, chain, weather }: Outside, call: string): ReturnType<Failing> {
  const { chainAway, submitUnanswered, submitLost } = weather();
  const away = fail(domainError('chain_unavailable', { problem: 'simulated: no node answers' }));
  if (call === 'submitTransaction') {
    const lost = submitLost > 0 && random.chance(submitLost);
    chain.setWeather(lost ? 'drop' : 'fair');
    if (submitUnanswered > 0 && random.chance(submitUnanswered)) return { answer: away, happens: true };
    return null;
  }
  if (call === 'health' || call === 'deriveWallet' || chainAway === 0 || !random.chance(chainAway)) return null;
  return { answer: away, happens: false };
}

function signerFault({ random, weather }: Outside, call: string): ReturnType<Failing> {
  // That the signer does not hear of a freeze is what the lock is for: it happens often.
  const signerAway = weather().signerAway * (call === 'suspendAgentKey' ? 15 : 1);
  if (signerAway === 0 || !random.chance(signerAway)) return null;
  if (call === 'healthCheck') return { answer: { ready: false, problem: 'simulated: away', wallets: [] }, happens: false };
  const answer = fail(domainError('signer_unavailable', { problem: 'simulated: no answer' }));
  return { answer, happens: call !== 'suspendAgentKey' && random.chance(0.5) };
}
