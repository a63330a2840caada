import type { Names } from '../naming.js';

export function healthFile({ className, base }: Names): string {
  return `import { Injectable } from '@nestjs/common';
import { type CheckResult, healthy, unhealthy } from '@rookery/health-check';
import { HealthIndicator } from '@rookery/nestjs/health';

@Injectable()
export class ${className} {
  /**
   * Runs in the background; probes are answered from what it said last. Without
   * tags it is part of readiness. What it throws makes it unhealthy.
   */
  @HealthIndicator({ name: '${base}', intervalMs: 10_000, timeoutMs: 2_000 })
  async check(): Promise<CheckResult> {
    return (await this.isUp()) ? healthy() : unhealthy('${base} does not answer');
  }

  /** Put in here how to tell. */
  protected async isUp(): Promise<boolean> {
    return Promise.resolve(true);
  }
}
`;
}

export function healthSpec({ className, base }: Names, extension: string): string {
  return `import { Injectable } from '@nestjs/common';
import { Test, type TestingModule } from '@nestjs/testing';
import { HealthModule, HealthService } from '@rookery/nestjs/health';
import { ${className} } from './${base}.health${extension}';

@Injectable()
class Settable${className} extends ${className} {
  isThere = true;

  protected override async isUp(): Promise<boolean> {
    return Promise.resolve(this.isThere);
  }
}

describe('${className}', () => {
  let app: TestingModule;
  let indicator: Settable${className};

  beforeEach(async () => {
    app = await Test.createTestingModule({
      imports: [HealthModule.forRoot({ minGapMs: 0 })],
      providers: [Settable${className}],
    }).compile();
    await app.init();
    indicator = app.get(Settable${className});
  });

  afterEach(async () => {
    await app.close();
  });

  async function state(): Promise<string | undefined> {
    const health = app.get(HealthService);
    await health.checkNow('${base}');
    return health.getHealth().checks['${base}']?.state;
  }

  it('is healthy as long as it answers', async () => {
    expect(await state()).toBe('healthy');
  });

  it('is unhealthy when it does not', async () => {
    indicator.isThere = false;
    expect(await state()).toBe('unhealthy');
  });
});
`;
}
