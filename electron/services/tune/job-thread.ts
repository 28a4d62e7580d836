import { parentPort, workerData } from 'node:worker_threads';
import { unattended } from '../task.js';
import { carryOut, type Job } from './jobs.js';

/** Runs in a thread of `runJob`: tells of its progress, and at the end sends what came out. */
const port = parentPort!;
const outcome = carryOut(workerData as Job, { ...unattended, progress: (progress) => port.postMessage({ progress }) });
port.postMessage({ outcome });
