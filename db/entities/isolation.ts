import type { PolicyDef } from '@mikro-orm/core'

/** The role that reads across accounts, and only the few columns that routing and sweeping need. */
export const directoryRole = 'ironvoice_directory'

// An empty string is what a pooled connection reports once a transaction that had set the variable is over.
const currentAccount = "nullif(current_setting('app.account_id', true), '')::uuid"

interface Isolation {
  rowLevelSecurity: 'force'
  policies: PolicyDef[]
}

/** Rows belong to the account that the transaction states; who states none sees and writes none, the owner included. */
export function isolatedBy(column: string): Isolation {
  const isOwn = `${column} = ${currentAccount}`
  return { rowLevelSecurity: 'force', policies: [{ name: 'own_account', using: isOwn, check: isOwn }] }
}

/** As {@link isolatedBy}; besides, the directory may read every row, as far as its column grants go. */
export function listedInDirectory(column: string): Isolation {
  const { rowLevelSecurity, policies } = isolatedBy(column)
  return {
    rowLevelSecurity,
    policies: [...policies, { name: 'directory', command: 'select', roles: [directoryRole], using: 'true' }],
  }
}
