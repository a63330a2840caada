import { Histogram } from 'prom-client';

type HistogramObject<Label extends string> = Awaited<ReturnType<Histogram<Label>['get']>>;
type Labels<Label extends string> = Readonly<Record<Label, string>>;

/** Times under one set of labels. */
class Series {
  /** Not more than each bucket, but more than the one before; the last one has no bound. */
  readonly counts: Float64Array;
  sum = 0;

  constructor(buckets: number) {
    this.counts = new Float64Array(buckets + 1);
  }
}

/**
 * A histogram of prom-client that may be told of every message: labels are found by the object that has them, where prom-client makes a text of them each
 * time, which costs more than a call.
 */
export class TimeHistogram<Label extends string> extends Histogram<Label> {
  // Without an initialiser, which would come after the constructor of Histogram has called `reset`.
  declare private series: Map<Labels<Label>, Series>;
  readonly #shape: { readonly name: string; readonly help: string };
  readonly #buckets: readonly number[];

  constructor(name: string, help: string, labelNames: readonly Label[], buckets: readonly number[]) {
    super({ name, help, labelNames, buckets: [...buckets], registers: [] });
    this.#shape = { name, help };
    this.#buckets = buckets;
  }

  /** The same labels must always come as the same object. */
  record(labels: Labels<Label>, seconds: number): void {
    let series = this.series.get(labels);
    if (series === undefined) this.series.set(labels, (series = new Series(this.#buckets.length)));
    const buckets = this.#buckets;
    let at = 0;
    while (at < buckets.length && seconds > (buckets[at] as number)) at++;
    series.counts[at] = (series.counts[at] as number) + 1;
    series.sum += seconds;
  }

  override get(): Promise<HistogramObject<Label>> {
    const { name, help } = this.#shape;
    const values = Array.from(this.series, ([labels, series]) => this.#valuesOf(labels, series)).flat();
    return Promise.resolve({
      name,
      help,
      type: 'histogram',
      values,
      aggregator: 'sum',
    } as unknown as HistogramObject<Label>);
  }

  /** What a registry asks when it writes its text. */
  getForPromString(): Promise<HistogramObject<Label>> {
    return this.get();
  }

  override reset(): void {
    super.reset();
    this.series = new Map();
  }

  #valuesOf(labels: Labels<Label>, { counts, sum }: Series): readonly object[] {
    const { name } = this.#shape;
    let count = 0;
    const buckets = Array.from(counts, (inBucket, at) => {
      count += inBucket;
      return { labels: { le: this.#buckets[at] ?? '+Inf', ...labels }, value: count, metricName: `${name}_bucket` };
    });
    return [
      ...buckets,
      { labels: { ...labels }, value: sum, metricName: `${name}_sum` },
      { labels: { ...labels }, value: count, metricName: `${name}_count` },
    ];
  }
}
