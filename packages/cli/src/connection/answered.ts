import type { ClientProblem } from '@countersign/sdk';
import { type Failure, failed } from '../outcome.ts';
import { good, type Result } from '../result.ts';
import { failureOf } from './failure-of.ts';

/** What the service answered, or its refusal as this tool reports it. */
export async function answered<T>(call: Promise<Result<T, ClientProblem>>): Promise<Result<T, Failure>> {
  const result = await call;
  return result.ok ? result : failed(failureOf(result.error));
}

/** Everything of a list, at most `most` items. */
export async function collect<T>(
  items: AsyncGenerator<Result<T, ClientProblem>, void, void>,
  most: number = Number.POSITIVE_INFINITY,
): Promise<Result<readonly T[], Failure>> {
  const list: T[] = [];
  for await (const item of items) {
    if (!item.ok) return failed(failureOf(item.error));
    if (list.length >= most) break;
    list.push(item.value);
  }
  return good(list);
}
