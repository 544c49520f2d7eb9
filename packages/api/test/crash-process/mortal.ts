import { AsyncLocalStorage } from 'node:async_hooks';
import { appendFileSync } from 'node:fs';

/** Where a process dies: at the n-th port call of one piece of work, from 1, before it is made or after its effect. */
export interface Death {
  readonly call: number;
  readonly when: 'before' | 'after';
}

/** One piece of work whose port calls are counted. */
interface Life {
  /** `null`: nobody dies, the calls are only written down. */
  readonly death: Death | null;
  calls: number;
}

const lives: AsyncLocalStorage<Life> = new AsyncLocalStorage<Life>();

/** `record`, or `17:before`. */
export function parseDeath(text: string): Death | null {
  const [call, when] = text.split(':');
  return when === 'before' || when === 'after' ? { call: Number(call), when } : null;
}

export function live<T>(death: Death | null, work: () => T): T {
  return lives.run({ death, calls: 0 }, work);
}

/** The machine is gone: nothing of this process runs on, no handler, no flush. */
function die(): never {
  process.kill(process.pid, 'SIGKILL');
  throw new Error('dead');
}

/** A port whose calls count, and one of which may be the last. Looks through to ports that it holds, and into transactions. */
export function mortal<T extends object>(name: string, port: T): T {
  return new Proxy(port, {
    get(target, property) {
      const member = Reflect.get(target, property) as unknown;
      const called = `${name}.${String(property)}`;
      if (typeof member === 'object' && member !== null && typeof property === 'string') return mortal(called, member);
      if (typeof member !== 'function') return member;
      return (...args: readonly unknown[]) => {
        const life = lives.getStore();
        if (!life) return Reflect.apply(member, target, args);
        life.calls += 1;
        const file = process.env['MORTAL_CALLS_FILE'];
        if (life.death === null && file !== undefined) appendFileSync(file, `${called}\n`);
        const last = life.death?.call === life.calls ? life.death.when : null;
        if (last === 'before') die();
        const result = Reflect.apply(member, target, args.map(openTransactions)) as unknown;
        if (last !== 'after') return result;
        return result instanceof Promise ? result.then(die) : die();
      };
    },
  });
}

/** Work that is handed a transaction sees a mortal one. */
function openTransactions(argument: unknown): unknown {
  if (typeof argument !== 'function') return argument;
  return (tx: unknown, ...rest: readonly unknown[]): unknown =>
    Reflect.apply(argument, undefined, [typeof tx === 'object' && tx !== null ? mortal('tx', tx) : tx, ...rest]) as unknown;
}
