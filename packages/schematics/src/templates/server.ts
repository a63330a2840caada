import type { Names } from '../naming.js';

export function serverFile({ className, variable }: Names): string {
  return `import { GenServer, refuse } from '@rookery/genserver';
import { Supervised } from '@rookery/nestjs';

/** What it knows. A crash loses it, and \`init\` makes it anew. */
export interface ${className}State {
  readonly total: number;
}

/**
 * Takes one message at a time: its public methods are its messages.
 * \`await ${variable}.call.add(1)\` waits for the answer, \`${variable}.cast.add(1)\`
 * does not. Inject it with \`@InjectServer(${className})\`, as a
 * \`ServerRef<${className}>\`.
 */
@Supervised()
export class ${className} extends GenServer<${className}State> {
  override init(): ${className}State {
    return { total: 0 };
  }

  total(): number {
    return this.state.total;
  }

  /**
   * Says no to what is no whole number: the caller is told, and the server lives
   * on. To throw would end it, and its supervisor would start a fresh one.
   */
  add(amount: number): number {
    if (!Number.isInteger(amount)) {
      return refuse(new RangeError(\`Expected a whole number, got \${amount}.\`));
    }
    this.state = { total: this.state.total + amount };
    return this.state.total;
  }
}
`;
}

export function serverSpec({ className, variable, base }: Names, extension: string): string {
  return `import type { ServerRef } from '@rookery/genserver';
import { SupervisionModule, Supervisor } from '@rookery/nestjs';
import { SupervisionTestingModule } from '@rookery/nestjs/testing';
import { ${className} } from './${base}.server${extension}';

// A tree of its own, so that each test has a fresh server.
@Supervisor({ strategy: 'one_for_one', children: [${className}] })
class TestSupervisor {}

describe('${className}', () => {
  let app: SupervisionTestingModule;
  let ${variable}: ServerRef<${className}>;

  beforeEach(async () => {
    app = await SupervisionTestingModule.createTestingModule({
      imports: [SupervisionModule.forRoot({ root: TestSupervisor })],
      providers: [${className}],
    }).compile();
    await app.init(); // starts the tree, on a clock that stands still
    ${variable} = app.ref(${className});
  });

  afterEach(async () => {
    await app.close();
    await app.assertNoLeaks();
  });

  it('takes messages in their order, calls and casts', async () => {
    expect(await ${variable}.call.add(2)).toBe(2);
    ${variable}.cast.add(3);
    expect(await ${variable}.call.total()).toBe(5);
  });

  it('refuses what is no whole number, and lives on', async () => {
    await ${variable}.call.add(1);
    await expect(${variable}.call.add(0.5)).rejects.toThrow(RangeError);
    expect(await ${variable}.call.total()).toBe(1);
  });

  it('begins anew after a crash, behind the same ref', async () => {
    app.useLogger(false); // it is meant to crash
    await ${variable}.call.add(1);
    await app.crash(${className});
    expect(await ${variable}.call.total()).toBe(0);
  });
});
`;
}
