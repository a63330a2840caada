import { parentPort, workerData } from 'node:worker_threads';
import { compute, nothing } from './jobs.mjs';

const job = { compute, nothing }[workerData];
parentPort?.on('message', (input) => parentPort?.postMessage(job(input)));
