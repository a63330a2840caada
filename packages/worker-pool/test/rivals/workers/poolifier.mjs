import { ThreadWorker } from 'poolifier';
import { act } from '../acts.mjs';

export default new ThreadWorker(act);
