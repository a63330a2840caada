import type { Names } from '../naming.js';

export function breakerFile({ className, base }: Names): string {
  return `import { Injectable } from '@nestjs/common';
import { CircuitBreaker } from '@rookery/nestjs/circuit-breaker';

@Injectable()
export class ${className} {
  /**
   * Rejects as \`request\` does. After several failures in a row it rejects at once,
   * with a CircuitOpenError, and asks again later.
   */
  @CircuitBreaker('${base}')
  async fetch(id: string): Promise<string> {
    return this.request(id);
  }

  /** Put in here the call that may fail. */
  protected async request(id: string): Promise<string> {
    return Promise.resolve(\`${base} \${id}\`);
  }
}
`;
}

export function breakerSpec({ className, base }: Names, extension: string): string {
  return `import { Injectable } from '@nestjs/common';
import { Test, type TestingModule } from '@nestjs/testing';
import { CircuitOpenError } from '@rookery/circuit-breaker';
import { CircuitBreakerModule } from '@rookery/nestjs/circuit-breaker';
import { ${className} } from './${base}.breaker${extension}';

@Injectable()
class Broken${className} extends ${className} {
  requests = 0;
  isDown = false;

  protected override async request(id: string): Promise<string> {
    this.requests++;
    return this.isDown ? Promise.reject(new Error('down')) : Promise.resolve(id);
  }
}

describe('${className}', () => {
  let app: TestingModule;
  let breaker: Broken${className};

  beforeEach(async () => {
    app = await Test.createTestingModule({
      imports: [CircuitBreakerModule.forRoot({ breakers: [{ name: '${base}', failureThreshold: 2 }] })],
      providers: [Broken${className}],
    }).compile();
    await app.init();
    breaker = app.get(Broken${className});
  });

  afterEach(async () => {
    await app.close();
  });

  it('answers as long as it is up', async () => {
    expect(await breaker.fetch('a')).toBe('a');
  });

  it('stops asking what is down', async () => {
    breaker.isDown = true;
    await expect(breaker.fetch('a')).rejects.toThrow('down');
    await expect(breaker.fetch('a')).rejects.toThrow('down');
    await expect(breaker.fetch('a')).rejects.toThrow(CircuitOpenError);
    expect(breaker.requests).toBe(2);
  });
});
`;
}
