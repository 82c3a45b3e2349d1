/** A thread of the command line that computes with the element-wise kernels. */
import { parentPort } from 'node:worker_threads';
import { takePartOf } from '../program/run/team-threads-node';

if (parentPort) takePartOf(parentPort);
