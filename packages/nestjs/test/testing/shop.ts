import { Inject, Injectable, Module } from '@nestjs/common';
import {
  child,
  type DynamicSupervisorRef,
  GenServer,
  GenStateMachine,
  refuse,
  type RegistryRef,
  type ServerRef,
  shared,
} from '@rookery/genserver';
import {
  DynamicSupervisor,
  feature,
  InjectRegistry,
  InjectServer,
  InjectSupervisor,
  Registry,
  Supervised,
  SupervisionModule,
  Supervisor,
} from '../../src/index.js';

/** Needs what no test has. */
@Injectable()
export class Database {
  connect(): never {
    throw new Error('no database');
  }
}

export class SoldOutError extends Error {}

@Supervised({ name: 'ledger', args: [7] })
export class Ledger extends GenServer<readonly string[]> {
  readonly [shared] = { entries: 0 };
  constructor(@Inject(Database) private readonly database: Database) {
    super();
  }
  override init(_seed: number): readonly string[] {
    return this.database.connect();
  }
  async note(item: string, price: number): Promise<number> {
    return price + item.length;
  }
  total(): number {
    return this.state.length;
  }
}

@Supervised({ name: 'till', backoff: { initialMs: 400, maxMs: 400, jitter: 'none' } })
export class Till extends GenServer<number> {
  constructor(@InjectServer(Ledger) private readonly ledger: ServerRef<Ledger>) {
    super();
  }
  override init(): number {
    return 0;
  }
  async sell(item: string): Promise<number> {
    if (item === 'nothing') return refuse(new SoldOutError(item));
    this.state += await this.ledger.call.note(item, 10);
    return this.state;
  }
  announce(item: string): void {
    this.ledger.cast.note(item, 0);
  }
}

@Supervised({ name: 'door' })
export class Door extends GenStateMachine<{ readonly kind: 'open' } | { readonly kind: 'closed' }> {
  override init() {
    return { kind: 'closed' } as const;
  }
  isOpen(): boolean {
    return this.when({ open: () => true, closed: () => false });
  }
}

@Registry({ keys: 'unique', name: 'carts' })
export class CartNames {}

@Supervised()
export class Cart extends GenServer<string[]> {
  override init(owner: string): string[] {
    return [owner];
  }
  items(): readonly string[] {
    return this.state;
  }
}

@DynamicSupervisor({ child: Cart })
export class Carts {}

@Supervisor({ strategy: 'rest_for_one', name: 'counters', children: [Till, CartNames, Carts] })
export class CounterSupervisor {}

class Bell extends GenServer {
  ring(): string {
    return 'ding';
  }
}
export const BELL = child(Bell, { name: 'bell' });

@Supervisor({
  strategy: 'one_for_one',
  name: 'shop',
  children: [Ledger, CounterSupervisor, Door, BELL, feature('cafe')],
})
export class ShopSupervisor {}

@Injectable()
export class Shop {
  constructor(
    @InjectServer(Till) readonly till: ServerRef<Till>,
    @InjectServer(Door) readonly door: ServerRef<Door>,
    @InjectServer(BELL) readonly bell: ServerRef<Bell>,
    @InjectServer('ledger') readonly ledger: ServerRef<Ledger>,
    @InjectRegistry(CartNames) readonly names: RegistryRef<string>,
    @InjectSupervisor(Carts) readonly carts: DynamicSupervisorRef<Cart>,
  ) {}
}

@Module({ providers: [Database, Ledger, Till, Cart, Door, Shop], exports: [Shop] })
class ShopModule {}

export const SHOP = { imports: [ShopModule, SupervisionModule.forRoot({ root: ShopSupervisor })] };
