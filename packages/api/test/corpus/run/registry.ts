import type { Body } from '../cases/vector.ts';
import type { SecondApi } from './second-api.ts';
import type { Stage } from './stage.ts';

/** A case that takes more than one request. */
export interface Run {
  /** Policies of the wallets that it makes, so that they are there when it begins: policy and whose. */
  readonly wallets?: readonly string[];
  /** True where it bends time, drops transactions or kills processes: nothing else runs beside it. */
  readonly alone?: boolean;
  /** True where it cuts, slows or bends the lines of the second replica: one such run at a time. */
  readonly second?: boolean;
  do(scene: Scene, parameters: Parameters): Promise<void>;
}
export interface Scene {
  readonly stage: Stage;
  /** The second replica; made when it is first asked for. */
  second(): Promise<SecondApi>;
}
export interface Parameters {
  amount(name: string): bigint;
  number(name: string): number;
  text(name: string): string;
  list(name: string): readonly string[];
  readonly all: Body;
}
/** One at a time, in the order in which they come. */
export function createTurns(): <T>(work: () => Promise<T>) => Promise<T> {
  let last: Promise<unknown> = Promise.resolve();
  return (work) => {
    const mine = last.then(work);
    last = mine.catch(() => undefined);
    return mine;
  };
}
export type Runs = { readonly [name: string]: Run };

export function parametersOf(body: Body): Parameters {
  return {
    amount: (name) => BigInt(String(body[name])),
    number: (name) => Number(body[name]),
    text: (name) => String(body[name]),
    list: (name) => (Array.isArray(body[name]) ? body[name].map(String) : []),
    all: body,
  };
}
