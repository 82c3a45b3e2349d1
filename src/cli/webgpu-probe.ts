/** `node webgpu-probe.js '{"vision": {...}, "projectionDim": 512}'`: prints whether WebGPU can be trusted, as one line of JSON. */
import { probeHere } from '../program/run/probe-webgpu-node';

console.log(JSON.stringify(await probeHere(process.argv[2] ?? '')));
