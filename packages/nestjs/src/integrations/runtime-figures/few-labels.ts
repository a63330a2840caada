/** What all the others are called together. */
export const OTHERS = '(others)';

/** Names as labels of metrics: the first ones as they are, so that a program which makes up names for ever does not fill the memory. */
export class FewLabels {
  readonly #known = new Set<string>();

  constructor(private readonly most = 500) {}

  of(name: string): string {
    const label = plainName(name);
    if (this.#known.has(label)) return label;
    if (this.#known.size >= this.most) return OTHERS;
    this.#known.add(label);
    return label;
  }
}

/** Without the pid of one that has no name: labels must not grow with every restart. */
function plainName(name: string): string {
  const plain = name.replace(/<\d+>$/, '');
  return plain === '' ? '(anonymous)' : plain;
}
