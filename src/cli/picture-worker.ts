/** A thread of the command line that prepares pictures. */
import { parentPort } from 'node:worker_threads';
import { answerPictures } from '../program/run/picture-workers-node';

if (parentPort) answerPictures(parentPort);
