import { createHash } from 'node:crypto'

/**
 * The key under which a message is kept in its conversation, made of what it says: two that differ never share one, and
 * one that two sessions of a call keep is one.
 */
export const messageKey = (content: string): string => `message-${createHash('sha256').update(content).digest('base64url')}`
