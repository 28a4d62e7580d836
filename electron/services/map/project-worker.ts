import { parentPort, workerData } from 'node:worker_threads';
import { project, type ProjectionInput } from './project.js';

/** Runs in a worker thread of `projectInWorker`: tells of its progress, and at the end sends the projection. */
const port = parentPort!;
const result = project(workerData as ProjectionInput, (progress) => port.postMessage({ progress }));
port.postMessage({ result }, [result.positions.buffer, result.clusters.buffer, result.centres.buffer] as ArrayBuffer[]);
