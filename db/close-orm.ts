import type { MikroORM } from '@mikro-orm/postgresql'

const closeWithinMs = 2_000

/** Closes the pool, but waits no longer than two seconds: after a broken connection the library may wait for ever. */
export async function closeOrm(orm: MikroORM): Promise<'closed' | 'gave-up'> {
  let timer: NodeJS.Timeout | undefined
  const gaveUp = new Promise<'gave-up'>((resolve) => {
    timer = setTimeout(resolve, closeWithinMs, 'gave-up')
  })
  const closed = orm.close().then(() => 'closed' as const)
  return Promise.race([closed, gaveUp]).finally(() => clearTimeout(timer))
}
