/**
 * Given to the real service process with `--import`: its adapters become mortal, without a line of the product knowing it. A request with the
 * header `x-mortal` and a job while the file MORTAL_JOB_FILE is there are the pieces of work whose calls count.
 */
import { Server } from 'node:http';
import { registerHooks } from 'node:module';
import { live, parseDeath } from './mortal.ts';

const WRAPPED: ReadonlyMap<string, string> = new Map(
  ['postgres', 'solana', 'selfhost'].map((name) => [`@countersign/${name}`, new URL(`./mortal-${name}.ts`, import.meta.url).href]),
);

registerHooks({
  resolve(specifier, context, next) {
    const wrapper = context.parentURL?.endsWith('/packages/api/src/compose.ts') ? WRAPPED.get(specifier) : undefined;
    return next(wrapper ?? specifier, context);
  },
});

const emit = Server.prototype.emit;
Server.prototype.emit = function (this: Server, event: string | symbol, ...args: unknown[]): boolean {
  const [request] = args as readonly { readonly headers?: { readonly [name: string]: string | undefined } }[];
  const death = event === 'request' ? request?.headers?.['x-mortal'] : undefined;
  const run = (): boolean => Reflect.apply(emit, this, [event, ...args]) as boolean;
  return death === undefined ? run() : live(parseDeath(death), run);
};
