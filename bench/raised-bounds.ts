import { relayBounds } from '../relay/relay-bounds.ts'

/** A production process refuses new calls while it is overloaded; what it costs to hold them is what is measured. */
Object.assign(relayBounds, { loadBusy: { refuse: Infinity }, loadLagMs: { refuse: Infinity } })
