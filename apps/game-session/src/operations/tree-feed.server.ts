import { Inject } from '@nestjs/common';
import { GenServer, type Milliseconds, Runtime, type RuntimeEvent } from '@rookery/genserver';
import { InjectRegistry, Supervised } from '@rookery/nestjs';
import { Audience } from '../presence/audience.js';
import { isGame, TREE, Watchers, type WatchersRef } from '../presence/presence.js';
import { WALL_CLOCK, type WallClock } from '../wall-clock.js';
import type { TreeEventView } from '../web/protocol.js';
import { changesTree, tellOf } from './tree-events.js';
import { treeView } from './tree-view.js';

/** At most four times a second, and so seldom that a large tree takes no more than a twentieth of the time. */
const PAUSE_MS = 250;
const PAUSE_PER_MS = 20;
const MOST_EVENTS = 50;

const SHOW = Symbol('show the tree');

/** Shows the tree, and what happens in it, to all who watch it. While nobody does, it only notes what has happened. */
@Supervised()
export class TreeFeed extends GenServer {
  readonly #events: TreeEventView[] = [];
  #count = 0;
  #pauseMs: Milliseconds = PAUSE_MS;
  #isDue = false;

  constructor(
    @Inject(Runtime) private readonly runtime: Runtime,
    @Inject(Audience) private readonly audience: Audience,
    @InjectRegistry(Watchers) private readonly watchers: WatchersRef,
    @Inject(WALL_CLOCK) private readonly now: WallClock,
  ) {
    super();
  }

  override init(): void {
    const stop = this.runtime.subscribe((event) => this.#happened(event));
    this.self.signal.addEventListener('abort', stop, { once: true });
    this.#showSoon(); // to those who watched before a crash
  }

  /** Somebody new watches. */
  watched(): void {
    this.#showSoon();
  }

  override handleInfo(message: unknown): void {
    if (message === SHOW) this.#show();
  }

  /** In the middle of what happens: it only notes it. */
  #happened(event: RuntimeEvent): void {
    const told = tellOf(event);
    if (told !== undefined) this.#events.push({ id: ++this.#count, at: this.now().getTime(), ...told });
    if (this.#events.length > MOST_EVENTS) this.#events.shift();
    if (changesTree(event)) this.#showSoon();
  }

  #showSoon(): void {
    if (this.#isDue) return;
    this.#isDue = true;
    this.self.sendAfter(this.#pauseMs, SHOW);
  }

  #show(): void {
    this.#isDue = false;
    if (this.audience.watching(TREE).length === 0) return;
    const begin = this.self.now();
    const watched = this.watchers.keys().filter((topic) => isGame(topic));
    const tree = treeView(this.runtime.tree(), new Set(watched.map((id) => `games/${id}`)));
    this.audience.show(TREE, { tree, events: [...this.#events] });
    this.#pauseMs = Math.max(PAUSE_MS, (this.self.now() - begin) * PAUSE_PER_MS);
  }
}
