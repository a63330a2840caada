import { openInMemory } from '../../src/store/embedded.js';
import { describeRepo } from '../support/repo-suite.js';

describeRepo(openInMemory);
