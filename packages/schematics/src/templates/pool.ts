import type { Names } from '../naming.js';

export function poolFile({ className, base }: Names): string {
  return `import { Injectable } from '@nestjs/common';
import { InPool } from '@rookery/nestjs/worker-pool';

@Injectable()
export class ${className} {
  /** As many at a time as the pool has room for; the others wait their turn. */
  @InPool('${base}', { timeoutMs: 30_000 })
  async run(id: string): Promise<string> {
    return this.work(id);
  }

  /** Put in here what is to be done. */
  protected async work(id: string): Promise<string> {
    return Promise.resolve(\`${base} \${id}\`);
  }
}
`;
}

export function poolSpec({ className, base }: Names, extension: string): string {
  return `import { Injectable } from '@nestjs/common';
import { Test, type TestingModule } from '@nestjs/testing';
import { WorkerPoolModule } from '@rookery/nestjs/worker-pool';
import { ${className} } from './${base}.pool${extension}';

@Injectable()
class Watched${className} extends ${className} {
  running = 0;
  most = 0;

  protected override async work(id: string): Promise<string> {
    this.most = Math.max(this.most, ++this.running);
    await new Promise((resolve) => setImmediate(resolve));
    this.running--;
    return id;
  }
}

describe('${className}', () => {
  let app: TestingModule;
  let pool: Watched${className};

  beforeEach(async () => {
    app = await Test.createTestingModule({
      imports: [WorkerPoolModule.forRoot({ pools: [{ name: '${base}', size: 2 }] })],
      providers: [Watched${className}],
    }).compile();
    await app.init();
    pool = app.get(Watched${className});
  });

  afterEach(async () => {
    await app.close();
  });

  it('does all of it, no more at a time than there is room', async () => {
    const ids = ['a', 'b', 'c', 'd'];
    expect(await Promise.all(ids.map((id) => pool.run(id)))).toEqual(ids);
    expect(pool.most).toBe(2);
  });
});
`;
}
