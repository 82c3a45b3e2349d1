/** A thread of the command line that merges matrices. */
import { parentPort } from 'node:worker_threads';
import { answerMatricesOf } from '../program/run/matrix-workers-node';

if (parentPort) answerMatricesOf(parentPort);
