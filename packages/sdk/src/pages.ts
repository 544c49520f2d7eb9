import type { Result } from '@countersign/core';
import type { ClientProblem } from './request.ts';
import type { PageOf } from './schemas/common.ts';

/** Every item of a list, page after page. A failure is the last thing that comes. */
export async function* eachItem<T>(
  getPage: (cursor: string | undefined) => Promise<Result<PageOf<T>, ClientProblem>>,
): AsyncGenerator<Result<T, ClientProblem>, void, void> {
  let cursor: string | undefined;
  for (;;) {
    const page = await getPage(cursor);
    if (!page.ok) {
      yield page;
      return;
    }
    for (const value of page.value.items) yield { ok: true, value };
    if (page.value.nextCursor === null) return;
    cursor = page.value.nextCursor;
  }
}
