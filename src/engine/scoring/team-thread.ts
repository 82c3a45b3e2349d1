/** A thread that computes with the CPU's element-wise kernels; the engine ends it. */
import { type TeamSeat, takePart } from '../../runtime/cpu/simd/team';
import { READY } from '../ready';

addEventListener('message', ({ data }: MessageEvent<TeamSeat>) => takePart(data), { once: true });
postMessage(READY);
