/** What a turn is made of, and which files and packages do it; the first that fits counts. */
const parts: readonly [string, RegExp][] = [
  ['frames to and from Twilio: ws', /^ws$/],
  ['requests to and answers of the model: undici', /^(?:undici|wasm)/],
  ['our reader of the model’s stream', /^providers\/(?:openai-live|event-stream)/],
  ['the model’s stream to the turn: hedge, stall', /^receptionist\/(?:hedge|read-stream|guess|model-answer)/],
  ['knowledge search', /^receptionist\/(?:knowledge|search)/],
  ['words for the ear: sentences, figures', /^receptionist\/(?:mouth|spoken|repeat)/],
  ['fixed paths: emergency, intents, direct answers', /^receptionist\/(?:fixed|emergency|caller-intents|heard-text|direct|hours|plain|question)/],
  ['prompt, note, memory of the call', /^(?:receptionist|domain|luxon)/],
  ['timers and clock', /^relay\/clock/],
  ['journal and database', /^(?:db|pg|kysely|@mikro-orm|postgres|relay\/(?:journal|line-writer|transcript|message-key))/],
  ['metrics and logs', /^(?:@prometheus|pino|sonic|providers\/(?:metrics|logger))/],
  ['frames checked: zod', /^zod/],
  ['session, turns, playback', /^relay/],
  ['the pipe itself', /^bench\/pipe/],
  ['garbage collector', /^\(garbage/],
]

/** The part of a turn that an owner of profiled time (profile.ts) belongs to. */
export const partOfTurn = (owner: string): string => parts.find(([, owners]) => owners.test(owner))?.[0] ?? 'Node: event loop, streams, promises'
