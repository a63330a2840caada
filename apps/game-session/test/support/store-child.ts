import { fileURLToPath } from 'node:url';
import { Program } from './program.js';

const here = (file: string): string => fileURLToPath(new URL(file, import.meta.url));

/** Runs `store-process.ts`. */
export class StoreChild extends Program {
  constructor(dataDir: string, command: 'hold' | 'play') {
    const options = ['--conditions=@rookery/source', '--import', new URL('typescript.mjs', import.meta.url).href];
    super([...options, here('store-process.ts'), dataDir, command]);
  }

  async kill(): Promise<void> {
    this.signal('SIGKILL');
    await this.ended();
  }
}
