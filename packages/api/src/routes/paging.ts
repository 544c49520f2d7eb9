const STANDARD_ITEMS = 50;

export const itemsAsked = (limit: string | undefined): number => (limit === undefined ? STANDARD_ITEMS : Number(limit));

/** Cuts what was read with one item more than asked into a page. */
export function pageOf<Item, View>(
  read: readonly Item[],
  asked: number,
  view: (item: Item) => View,
  cursorOf: (item: Item) => string,
): { readonly items: readonly View[]; readonly nextCursor: string | null } {
  const items = read.slice(0, asked);
  const last = items.at(-1);
  return { items: items.map(view), nextCursor: read.length > asked && last !== undefined ? cursorOf(last) : null };
}
