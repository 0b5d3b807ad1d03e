import { relayBounds } from '../relay/relay-bounds.ts'

/** One production process takes fewer calls than the largest load has; what it costs to hold more is what is measured. */
Object.assign(relayBounds, { maxSessions: 2_500 })
