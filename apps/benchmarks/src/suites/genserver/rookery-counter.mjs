import { GenServer } from '@rookery/genserver';

/** @extends {GenServer<number>} */
export class Counter extends GenServer {
  /** @override */
  init() {
    return 0;
  }

  /** @param {number} by */
  add(by) {
    this.state += by;
    return this.state;
  }
}
