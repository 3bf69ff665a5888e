import { useEffect, useRef, useState } from "preact/hooks";
import type { Change, State } from "./state.js";
import { Choice } from "./tabs.js";
import type { MessageView, Sms } from "./types.js";

const WIDTHS = { phone: 375, desktop: 820 };
const HEIGHT = 560;

/** The email in a frame that can run nothing, at the width and in the colours chosen. */
export function EmailView({ message, state, change }: { message: MessageView; state: State; change: Change }) {
  const width = WIDTHS[state.width];
  const { box, scale } = useScale(width);
  if (message.frames === null) return null;
  return (
    <div class="email">
      <div class="tools">
        <Choice
          label="Width"
          value={state.width}
          choices={[
            ["phone", "Phone"],
            ["desktop", "Desktop"],
          ]}
          choose={(chosen) => change({ width: chosen })}
        />
        <Choice
          label="Colours of the email"
          value={state.scheme}
          choices={[
            ["light", "Light"],
            ["dark", "Dark"],
            ["forced", "Forced dark"],
          ]}
          choose={(scheme) => change({ scheme })}
        />
        {message.hasRemoteImages && (
          <label class="check">
            <input
              type="checkbox"
              checked={state.images}
              onChange={(event) => change({ images: event.currentTarget.checked })}
            />
            Remote images
          </label>
        )}
      </div>
      {message.parts.subject !== undefined && (
        <p class="subject">
          <span>Subject</span> {message.parts.subject}
        </p>
      )}
      <div class="frame" ref={box} style={{ height: `${Math.round(HEIGHT * Math.min(1, scale))}px` }}>
        {/* A frame of its own for each address: a frame that goes elsewhere would leave a step in the browser's history. */}
        <iframe
          key={message.frames[state.scheme]}
          title={`The email as ${state.scheme === "light" ? "" : "dark "}${state.width}`}
          src={message.frames[state.scheme]}
          sandbox=""
          referrerpolicy="no-referrer"
          width={width}
          height={HEIGHT}
          style={{ transform: `scale(${scale})` }}
        />
      </div>
    </div>
  );
}

/** How much a frame has to shrink to fit its box. */
function useScale(width: number) {
  const box = useRef<HTMLDivElement>(null);
  const [room, setRoom] = useState(width);
  useEffect(() => {
    if (box.current === null) return;
    const observer = new ResizeObserver(([entry]) => entry && setRoom(entry.contentRect.width));
    observer.observe(box.current);
    return () => observer.disconnect();
  }, []);
  return { box, scale: Math.min(1, room / width) };
}

export function SmsView({ message }: { message: MessageView }) {
  const { body } = message.parts;
  return (
    <div class="sms">
      {body === undefined ? null : <p class="bubble">{body}</p>}
      {message.sms && <SmsFacts sms={message.sms} />}
    </div>
  );
}

function SmsFacts({ sms }: { sms: Sms }) {
  return (
    <dl class="facts">
      <div>
        <dt>Segments</dt>
        <dd>{sms.segments}</dd>
      </div>
      <div>
        <dt>Encoding</dt>
        <dd>{sms.encoding}</dd>
      </div>
      <div>
        <dt>Characters</dt>
        <dd>{sms.characters}</dd>
      </div>
      {sms.unicode.length > 0 && (
        <div class="wide">
          <dt>Characters that force UCS-2</dt>
          <dd>
            {sms.unicode.map((character) => (
              <code key={character}>{character}</code>
            ))}
          </dd>
        </div>
      )}
      {sms.longestCode !== null && (
        <div class="wide">
          <dt>Counted with the longest code of the pool</dt>
          <dd>
            <code>{sms.longestCode}</code>
          </dd>
        </div>
      )}
    </dl>
  );
}
