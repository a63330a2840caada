import type { Names } from '../naming.js';

export function cacheFile({ className, base }: Names): string {
  return `import { Injectable } from '@nestjs/common';
import { Cached, InjectCache } from '@rookery/nestjs/ttl-cache';
import type { Cache } from '@rookery/ttl-cache';

@Injectable()
export class ${className} {
  constructor(@InjectCache('${base}') private readonly cache: Cache<string, string>) {}

  /** Loaded once for all who ask meanwhile, and kept until it expires. */
  @Cached({ cache: '${base}', key: (id: string) => id })
  async get(id: string): Promise<string> {
    return this.load(id);
  }

  /** The next one who asks gets a fresh one. */
  forget(id: string): void {
    this.cache.delete(id);
  }

  /** Put in here where it comes from. */
  protected async load(id: string): Promise<string> {
    return Promise.resolve(\`${base} \${id}\`);
  }
}
`;
}

export function cacheSpec({ className, base }: Names, extension: string): string {
  return `import { Injectable } from '@nestjs/common';
import { Test, type TestingModule } from '@nestjs/testing';
import { TtlCacheModule } from '@rookery/nestjs/ttl-cache';
import { ${className} } from './${base}.cache${extension}';

@Injectable()
class Counting${className} extends ${className} {
  loads = 0;

  protected override async load(id: string): Promise<string> {
    return Promise.resolve(\`\${id} \${++this.loads}\`);
  }
}

describe('${className}', () => {
  let app: TestingModule;
  let cache: ${className};

  beforeEach(async () => {
    app = await Test.createTestingModule({
      imports: [TtlCacheModule.forFeature([{ name: '${base}' }])],
      providers: [{ provide: ${className}, useClass: Counting${className} }],
    }).compile();
    await app.init();
    cache = app.get(${className});
  });

  afterEach(async () => {
    await app.close();
  });

  it('loads once for all who ask meanwhile, and keeps it', async () => {
    expect(await Promise.all([cache.get('a'), cache.get('a')])).toEqual(['a 1', 'a 1']);
    expect(await cache.get('a')).toBe('a 1');
    expect(await cache.get('b')).toBe('b 2');
  });

  it('loads again what was forgotten', async () => {
    await cache.get('a');
    cache.forget('a');
    expect(await cache.get('a')).toBe('a 2');
  });
});
`;
}
