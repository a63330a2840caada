import { type CanActivate, type ExecutionContext, Inject, Injectable } from '@nestjs/common';
import { Runtime } from '@rookery/genserver';
import { SETTINGS, type Settings } from '../settings.js';
import { AccessError } from './errors.js';
import { TokenBucket } from './token-bucket.js';

/** So many addresses are known at a time. */
const MOST_ADDRESSES = 10_000;

/** In front of every route: an address may ask so often, whatever it asks for. Behind a proxy set Express's `trust proxy`. */
@Injectable()
export class AddressLimitGuard implements CanActivate {
  /** Who asked last is last. */
  readonly #buckets = new Map<string, TokenBucket>();

  constructor(
    @Inject(Runtime) private readonly runtime: Runtime,
    @Inject(SETTINGS) private readonly settings: Pick<Settings, 'rateLimitPerMinute'>,
  ) {}

  canActivate(context: ExecutionContext): true {
    if (context.getType() !== 'http') return true; // a socket has its own limit
    const { ip = '' } = context.switchToHttp().getRequest<{ readonly ip?: string }>();
    const waitMs = this.#bucketOf(ip).take(this.runtime.now());
    if (waitMs > 0) throw new AccessError('rate_limited', waitMs);
    return true;
  }

  #bucketOf(address: string): TokenBucket {
    const bucket = this.#buckets.get(address) ?? new TokenBucket(this.settings.rateLimitPerMinute, this.runtime.now());
    this.#buckets.delete(address);
    this.#buckets.set(address, bucket);
    const [oldest] = this.#buckets.keys();
    if (this.#buckets.size > MOST_ADDRESSES && oldest !== undefined) this.#buckets.delete(oldest);
    return bucket;
  }
}
