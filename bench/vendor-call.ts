/** What the vendors’ stand-ins say of how long a call and its recording were. */
export const callSeconds = 60
