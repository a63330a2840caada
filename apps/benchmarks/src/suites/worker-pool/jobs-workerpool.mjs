import workerpool from 'workerpool';
import { compute, nothing, wait } from './jobs.mjs';

workerpool.worker({ compute, nothing, wait });
