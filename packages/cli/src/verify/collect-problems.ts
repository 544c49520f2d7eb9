/** Gathers every way in which something is not what it should be, so that all are shown at once. */
export interface Problems {
  readonly list: readonly string[];
  readonly add: (problem: string) => void;
  /** Notes `problem` unless `condition` holds, and gives `condition`. */
  readonly expect: (condition: boolean, problem: string) => boolean;
}

export function collectProblems(): Problems {
  const list: string[] = [];
  const add = (problem: string): void => void list.push(problem);
  return {
    list,
    add,
    expect: (condition, problem) => {
      if (!condition) add(problem);
      return condition;
    },
  };
}
