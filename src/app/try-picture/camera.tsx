import { useEffect, useRef, useState } from 'react';
import type { PictureToTry } from '../../state/try-picture';
import { cameraProblem, openCamera, stopCamera, takeFrame } from './camera-stream';

/** Asks for the camera when its button is pressed, and gives it back when a picture is taken or this is left. */
export function Camera({ onTaken }: { onTaken: (picture: PictureToTry) => void }) {
  const video = useRef<HTMLVideoElement>(null);
  const [stream, setStream] = useState<MediaStream | null>(null);
  const [asking, setAsking] = useState(false);
  const [problem, setProblem] = useState<string | null>(null);
  const gone = useRef(false);

  useEffect(() => {
    gone.current = false;
    return () => {
      gone.current = true;
    };
  }, []);
  useEffect(() => {
    if (!stream) return;
    if (video.current) video.current.srcObject = stream;
    return () => stopCamera(stream);
  }, [stream]);

  const start = async () => {
    setAsking(true);
    setProblem(null);
    try {
      const opened = await openCamera();
      // Left while the browser was asking.
      if (gone.current) stopCamera(opened);
      else setStream(opened);
    } catch (error) {
      setProblem(cameraProblem(error));
    }
    setAsking(false);
  };
  const take = async () => {
    if (!video.current) return;
    try {
      const blob = await takeFrame(video.current);
      setStream(null);
      onTaken({ name: 'camera.png', blob });
    } catch (error) {
      setProblem(cameraProblem(error));
    }
  };
  return (
    <div className="try-camera">
      {stream ? (
        <video ref={video} autoPlay playsInline muted aria-label="What the camera sees" />
      ) : (
        <p className="try-blank">
          The browser asks for the camera when it is started. Its pictures stay on this machine.
        </p>
      )}
      <div className="try-tools">
        {stream ? (
          <>
            <button type="button" className="primary" onClick={take}>
              Take the picture
            </button>
            <button type="button" onClick={() => setStream(null)}>
              Stop the camera
            </button>
          </>
        ) : (
          <button type="button" aria-disabled={asking} onClick={() => !asking && start()}>
            {asking ? 'Waiting for the camera' : 'Start the camera'}
          </button>
        )}
      </div>
      {problem !== null && (
        <p className="field-problem" role="alert">
          {problem}
        </p>
      )}
    </div>
  );
}
