import { worker } from 'workerpool';
import { act } from '../acts.mjs';

worker({ act });
