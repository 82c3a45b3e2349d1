/** A thread that computes with the CPU's element-wise kernels; the engine ends it. */
import { type TeamSeat, takePart } from '../../runtime/cpu/simd/team';

addEventListener('message', ({ data }: MessageEvent<TeamSeat>) => takePart(data), { once: true });
