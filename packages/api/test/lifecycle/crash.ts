import type { Dependencies, IAlerts, IBlockchainAdapter, IDatabase, IKeyManagementService } from '@countersign/core';
import { dependencies } from './world.ts';

/** The process is gone, between two instructions. */
export class Crash extends Error {}

export interface CrashPoint {
  /** The n-th call of a port, from 1. */
  readonly call: number;
  readonly when: 'before' | 'after';
}

export interface Crashing {
  readonly deps: Dependencies;
  /** Calls of ports so far, in order, by name. */
  readonly calls: readonly string[];
}

/** Members of ports that compute and touch nothing. */
const PURE: ReadonlySet<string | symbol> = new Set(['isWalletAddress', 'describeEffect', 'signersOf', 'checkLockdown', 'checkHandOver']);

/** Dependencies that die at one port call, before or after its effect, and stay dead. With no point they only count. */
export function crashingAt(
  point: CrashPoint | null,
  parts: {
    readonly database: IDatabase;
    readonly chain: IBlockchainAdapter;
    readonly keys: IKeyManagementService;
    readonly network: string;
    readonly alerts: IAlerts;
  },
): Crashing {
  const calls: string[] = [];
  let dead = false;
  const die = (): never => {
    dead = true;
    throw new Crash(`at call ${calls.length}, ${calls.at(-1)}`);
  };
  const guard = <T extends object>(name: string, port: T): T =>
    new Proxy(port, {
      get(target, property) {
        const member = Reflect.get(target, property) as unknown;
        if (typeof member !== 'function') return member;
        return (...args: unknown[]) => {
          if (dead) throw new Crash('already dead');
          if (PURE.has(property)) return Reflect.apply(member, target, args);
          calls.push(`${name}.${String(property)}`);
          const here = point?.call === calls.length;
          if (here && point.when === 'before') die();
          const result = Reflect.apply(member, target, args) as Promise<unknown>;
          return here ? result.then(die) : result;
        };
      },
    });
  const deps = dependencies({
    database: guard('database', parts.database),
    chain: guard('chain', parts.chain),
    keys: guard('keys', parts.keys),
    network: parts.network,
    alerts: parts.alerts,
  });
  return { deps, calls };
}
