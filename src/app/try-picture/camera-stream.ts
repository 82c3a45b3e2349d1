/** The browser's camera: asked for, looked through once, and given back. */

/** Enough for any CLIP, whose pictures have a few hundred pixels. */
const WANTED: MediaStreamConstraints = {
  audio: false,
  video: { facingMode: 'environment', width: { ideal: 1280 }, height: { ideal: 960 } },
};

/** Rejects as `getUserMedia` does; see `cameraProblem`. */
export async function openCamera(): Promise<MediaStream> {
  // Absent on pages that are neither local nor served over HTTPS.
  const devices: MediaDevices | undefined = navigator.mediaDevices;
  if (!devices) throw new DOMException('There is no camera here.', 'NotSupportedError');
  return devices.getUserMedia(WANTED);
}

export function stopCamera(stream: MediaStream): void {
  for (const track of stream.getTracks()) track.stop();
}

/** What is seen at this moment, as a PNG. */
export async function takeFrame(video: HTMLVideoElement): Promise<Blob> {
  const { videoWidth, videoHeight } = video;
  if (videoWidth === 0 || videoHeight === 0) {
    throw new DOMException('No picture has come yet.', 'InvalidStateError');
  }
  const canvas = new OffscreenCanvas(videoWidth, videoHeight);
  canvas.getContext('2d')?.drawImage(video, 0, 0);
  return canvas.convertToBlob({ type: 'image/png' });
}

const PROBLEMS: Readonly<Record<string, string>> = {
  NotAllowedError:
    'The browser was not allowed to use the camera. Allow it for this page in the browser’s site settings and start it again, or drop, paste or choose a picture.',
  NotFoundError: 'There is no camera on this machine. Drop, paste or choose a picture instead.',
  NotReadableError:
    'The camera cannot be read; another program may be using it. Close that and start it again.',
  NotSupportedError:
    'This browser gives no camera to a page that is not local or served over HTTPS. Drop, paste or choose a picture instead.',
  InvalidStateError: 'The camera has shown nothing yet. Wait a moment and take the picture again.',
};

/** What went wrong and what to do, for people. */
export function cameraProblem(error: unknown): string {
  const isNamed = error instanceof Error || error instanceof DOMException;
  const { name, message } = isNamed ? error : { name: '', message: String(error) };
  return (
    PROBLEMS[name] ??
    `The camera cannot be used (${message}). Drop, paste or choose a picture instead.`
  );
}
